package table

import (
	"encoding/csv"
	"io"
	"testing"
)

// permit is a row as the register has them.
var permitColumns = []Column{
	{Name: "id", Kind: Text}, {Name: "number", Kind: Text}, {Name: "employer.id", Kind: Text}, {Name: "employer.name", Kind: Text}, {Name: "region", Kind: Text},
	{Name: "region.name", Kind: Text}, {Name: "nationality", Kind: Text}, {Name: "nationality.name", Kind: Text}, {Name: "workers", Kind: Whole},
	{Name: "issued_on", Kind: Day}, {Name: "valid_from", Kind: Day}, {Name: "valid_to", Kind: Day}, {Name: "industry", Kind: Text}, {Name: "occupation", Kind: Text},
	{Name: "wage", Kind: Number}, {Name: "synthetic", Kind: Bool},
}

var permit = []any{"P-0001234", "25-2017-001234", "E-0000123", "Synthetic Employer No 123 LLC", "RU-PRI", "Primorsky Krai", "KP", "North Korea", int64(12), "2017-03-04", "2017-04-01", "2018-03-31", "F", "Labourers, in building", 45250.5, true}

func BenchmarkWriters(b *testing.B) {
	for _, f := range Formats {
		b.Run(f.Extension, func(b *testing.B) {
			b.ReportAllocs()
			counted := &counter{}
			w, err := f.New(counted, permitColumns, meta)
			if err != nil {
				b.Fatal(err)
			}
			rows := 0
			for b.Loop() {
				if rows++; f.MaxRows > 0 && rows > f.MaxRows {
					break
				}
				if err := w.Write(permit); err != nil {
					b.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(counted.n / int64(rows))
		})
	}
	b.Run("encoding/csv", func(b *testing.B) {
		b.ReportAllocs()
		w := csv.NewWriter(io.Discard)
		record := make([]string, len(permit))
		for b.Loop() {
			for i, value := range permit {
				record[i] = asText(value)
			}
			if err := w.Write(record); err != nil {
				b.Fatal(err)
			}
		}
		w.Flush()
	})
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }
