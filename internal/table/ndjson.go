package table

import (
	"io"
	"strconv"
)

// NewNDJSON writes one JSON object a line, its members in the order of the columns. nil is null; what is unknown is
// said and not left out.
func NewNDJSON(w io.Writer, columns []Column, _ Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	object := objects(columns)
	return &lines{w: w, columns: columns, encode: func(buf []byte, row []any) []byte {
		return append(object(buf, row), '\n')
	}}, nil
}

// NewJSON writes one array of the objects that NewNDJSON writes, each in a line of its own. An array that was cut has no
// end, and no reader takes it for a whole one.
func NewJSON(w io.Writer, columns []Column, _ Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	object, before := objects(columns), "[\n"
	l := &lines{w: w, columns: columns, end: "[]\n"}
	l.encode = func(buf []byte, row []any) []byte {
		buf = object(append(buf, before...), row)
		before, l.end = ",\n", "\n]\n"
		return buf
	}
	return l, nil
}

// objects returns what writes rows as JSON objects.
func objects(columns []Column) func(buf []byte, row []any) []byte {
	names := make([][]byte, len(columns))
	for i, column := range columns {
		opening := byte(',')
		if i == 0 {
			opening = '{'
		}
		names[i] = append(appendString([]byte{opening}, column.Name), ':')
	}
	return func(buf []byte, row []any) []byte {
		for i, value := range row {
			buf = append(buf, names[i]...)
			switch v := value.(type) {
			case nil:
				buf = append(buf, "null"...)
			case string:
				buf = appendString(buf, v)
			case int64:
				buf = strconv.AppendInt(buf, v, 10)
			case float64:
				buf = appendNumber(buf, v)
			case bool:
				buf = strconv.AppendBool(buf, v)
			}
		}
		return append(buf, '}')
	}
}

// appendString writes a JSON string (RFC 8259), with no more escapes than there must be.
func appendString(buf []byte, text string) []byte {
	const digits = "0123456789abcdef"
	text = valid(text)
	buf = append(buf, '"')
	start := 0
	for i := range len(text) {
		b := text[i]
		if b >= ' ' && b != '"' && b != '\\' {
			continue
		}
		buf = append(buf, text[start:i]...)
		start = i + 1
		switch b {
		case '"', '\\':
			buf = append(buf, '\\', b)
		case '\n':
			buf = append(buf, `\n`...)
		case '\r':
			buf = append(buf, `\r`...)
		case '\t':
			buf = append(buf, `\t`...)
		default:
			buf = append(buf, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
		}
	}
	return append(append(buf, text[start:]...), '"')
}
