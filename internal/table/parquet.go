package table

import (
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
)

// Bounds on what is held of a table before it is written: the rows that are handed on together, those whose columns
// stand together in the file, the bytes of a column that are gathered before they are packed, and those of the
// texts that a column keeps to write each of them once: enough for names of regions or trades, but not for texts
// that are of one row each.
const (
	parquetBatch      = 256
	parquetRowGroup   = 100_000
	parquetPage       = 64 << 10
	parquetDictionary = 128 << 10
)

// NewParquet writes Apache Parquet, packed by Snappy, which every reader knows. Days are DATE, moments TIMESTAMP in
// microseconds of UTC. What is known about the table stands among the file's key-value metadata.
func NewParquet(w io.Writer, columns []Column, meta Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	root := inOrder{Group: parquet.Group{}, order: columns}
	for _, c := range columns {
		root.Group[c.Name] = parquet.Optional(parquetNode(c.Kind))
	}
	options := []parquet.WriterOption{
		parquet.NewSchema("table",
			root), parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(parquetRowGroup),
		parquet.PageBufferSize(parquetPage), parquet.DictionaryMaxBytes(parquetDictionary), parquet.CreatedBy("homebound", "", ""),
	}
	for _, f := range aboutTyped(columns, meta) {
		options = append(options, parquet.KeyValueMetadata(f.Name, f.Value))
	}
	return &parquetWriter{file: parquet.NewGenericWriter[any](w, options...), columns: columns,
		rows: make([]parquet.Row, 0, parquetBatch)}, nil
}

// inOrder is a group whose fields stand in the order of the columns.
type inOrder struct {
	parquet.Group
	order []Column
}

// Fields returns the fields.
func (g inOrder) Fields() []parquet.Field {
	fields := g.Group.Fields()
	place := func(f parquet.Field) int {
		return slices.IndexFunc(g.order, func(c Column) bool { return c.Name == f.Name() })
	}
	slices.SortFunc(fields, func(a, b parquet.Field) int { return place(a) - place(b) })
	return fields
}

func parquetNode(kind Kind) parquet.Node {
	switch kind {
	case Whole:
		return parquet.Int(64)
	case Number:
		return parquet.Leaf(parquet.DoubleType)
	case Bool:
		return parquet.Leaf(parquet.BooleanType)
	case Day:
		return parquet.Date()
	case Moment:
		return parquet.Timestamp(parquet.Microsecond)
	}
	return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
}

type parquetWriter struct {
	file    *parquet.GenericWriter[any]
	columns []Column
	rows    []parquet.Row // those that are not handed on yet; the room behind them is that of earlier ones
	texts   []byte        // of those rows
	err     error
}

// Write takes one row.
func (p *parquetWriter) Write(row []any) error {
	if p.err != nil {
		return p.err
	}
	if err := check(p.columns, row); err != nil {
		return err
	}
	p.rows = p.rows[:len(p.rows)+1]
	last := &p.rows[len(p.rows)-1]
	if *last == nil {
		*last = make(parquet.Row, len(row))
	}
	for i, value := range row {
		(*last)[i] = p.value(i, value)
	}
	if len(p.rows) == cap(p.rows) {
		return p.handOn()
	}
	return nil
}

func (p *parquetWriter) value(column int, value any) parquet.Value {
	var known parquet.Value
	switch v := value.(type) {
	case nil:
		return known.Level(0, 0, column)
	case int64:
		known = parquet.Int64Value(v)
	case float64:
		known = parquet.DoubleValue(v)
	case bool:
		known = parquet.BooleanValue(v)
	case string:
		switch p.columns[column].Kind {
		case Day:
			days, _ := daysOf(v)
			known = parquet.Int32Value(days)
		case Moment:
			at, _ := time.Parse(time.RFC3339, v)
			known = parquet.Int64Value(at.UnixMicro())
		default:
			start := len(p.texts)
			p.texts = append(p.texts, valid(v)...)
			known = parquet.ByteArrayValue(p.texts[start:len(p.texts):len(p.texts)])
		}
	}
	return known.Level(0, 1, column)
}

func (p *parquetWriter) handOn() error {
	_, p.err = p.file.WriteRows(p.rows)
	p.rows, p.texts = p.rows[:0], p.texts[:0]
	return p.err
}

// Close writes what is left, and the footer.
func (p *parquetWriter) Close() error {
	if p.err == nil {
		_ = p.handOn()
	}
	if p.err == nil {
		p.err = p.file.Close()
	}
	return p.err
}

// Discard does nothing: there is only memory to let go of.
func (*parquetWriter) Discard() {}
