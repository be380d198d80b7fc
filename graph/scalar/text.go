package scalar

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// AppendText writes a text as graphql.MarshalString does: in quotes, with only those characters escaped that JSON does
// not allow as they are.
func AppendText(json []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	json = append(json, '"')
	start := 0
	for i := range len(text) {
		c := text[i]
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		json = append(json, text[start:i]...)
		start = i + 1
		switch c {
		case '\t':
			json = append(json, `\t`...)
		case '\r':
			json = append(json, `\r`...)
		case '\n':
			json = append(json, `\n`...)
		case '\\', '"':
			json = append(json, '\\', c)
		default:
			json = append(json, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(json, text[start:]...), '"')
}

// appending makes of a function that appends a value what gqlgen takes.
func appending[V any](write func([]byte, V) ([]byte, error), value V) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		json, err := write(nil, value)
		if err != nil {
			return err
		}
		_, err = w.Write(json)
		return err
	})
}
