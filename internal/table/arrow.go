package table

import (
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowBatch is how many rows are held until they are written together.
const arrowBatch = 8192

// NewArrow writes the file form of Arrow IPC, which is Feather's second version too: pandas.read_feather,
// polars.read_ipc and R's arrow::read_feather take it as it is. It is not packed, so that it can be read in place.
// Days are date32, moments timestamp in microseconds of UTC. Each field has its unit and description; what is known
// of the table stands in the schema.
func NewArrow(w io.Writer, columns []Column, meta Meta) (Writer, error) {
	if err := checkColumns(columns); err != nil {
		return nil, err
	}
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		described := map[string]string{"description": c.Description}
		if c.Unit != "" {
			described["unit"] = c.Unit
		}
		fields[i] = arrow.Field{Name: c.Name, Type: arrowType(c.Kind), Nullable: true,
			Metadata: arrow.MetadataFrom(described)}
	}
	var names, texts []string
	for _, f := range aboutTyped(columns, meta) {
		names, texts = append(names, f.Name), append(texts, f.Value)
	}
	known := arrow.NewMetadata(names, texts)
	schema := arrow.NewSchema(fields, &known)
	file, err := ipc.NewFileWriter(w, ipc.WithSchema(schema))
	if err != nil {
		return nil, err
	}
	return &arrowWriter{file: file, columns: columns,
		batch: array.NewRecordBuilder(memory.DefaultAllocator, schema)}, nil
}

func arrowType(kind Kind) arrow.DataType {
	switch kind {
	case Whole:
		return arrow.PrimitiveTypes.Int64
	case Number:
		return arrow.PrimitiveTypes.Float64
	case Bool:
		return arrow.FixedWidthTypes.Boolean
	case Day:
		return arrow.FixedWidthTypes.Date32
	case Moment:
		return arrow.FixedWidthTypes.Timestamp_us
	}
	return arrow.BinaryTypes.String
}

type arrowWriter struct {
	file    *ipc.FileWriter
	columns []Column
	batch   *array.RecordBuilder
	rows    int // in the batch
	err     error
}

// Write takes one row.
func (a *arrowWriter) Write(row []any) error {
	if a.err != nil {
		return a.err
	}
	if err := check(a.columns, row); err != nil {
		return err
	}
	for i, value := range row {
		a.take(i, value)
	}
	if a.rows++; a.rows == arrowBatch {
		return a.handOn()
	}
	return nil
}

func (a *arrowWriter) take(column int, value any) {
	switch to := a.batch.Field(column).(type) {
	case *array.StringBuilder:
		if text, known := value.(string); known {
			to.Append(valid(text))
			return
		}
	case *array.Date32Builder:
		if text, known := value.(string); known {
			days, _ := daysOf(text)
			to.Append(arrow.Date32(days))
			return
		}
	case *array.TimestampBuilder:
		if text, known := value.(string); known {
			at, _ := time.Parse(time.RFC3339, text)
			to.Append(arrow.Timestamp(at.UnixMicro()))
			return
		}
	case *array.Int64Builder:
		if v, known := value.(int64); known {
			to.Append(v)
			return
		}
	case *array.Float64Builder:
		if v, known := value.(float64); known {
			to.Append(v)
			return
		}
	case *array.BooleanBuilder:
		if v, known := value.(bool); known {
			to.Append(v)
			return
		}
	}
	a.batch.Field(column).AppendNull()
}

func (a *arrowWriter) handOn() error {
	record := a.batch.NewRecordBatch()
	defer record.Release()
	a.rows = 0
	a.err = a.file.Write(record)
	return a.err
}

// Close writes what is left, and the footer.
func (a *arrowWriter) Close() error {
	if a.err == nil && a.rows > 0 {
		_ = a.handOn()
	}
	if a.err == nil {
		a.err = a.file.Close()
	}
	return a.err
}

// Discard does nothing: there is only memory to let go of.
func (*arrowWriter) Discard() {}
