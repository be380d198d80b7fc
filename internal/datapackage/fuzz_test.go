package datapackage_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/datapackage"
)

// FuzzRecords holds that any text under the header of permits is read to its end, each record numbered, and that the
// rows without a fault are the same after they were written and read again.
func FuzzRecords(f *testing.F) {
	f.Add(permitsRow + "\n")
	f.Add("\ufeff" + permitsRow + "\r\n" + permitsRow)
	f.Add(strings.Replace(permitsRow, "plasterer", "\"fitter,\r\n \"\"2nd\"\" class\"", 1))
	f.Add(strings.Replace(permitsRow, "plasterer", `"unclosed`, 1) + "\n" + permitsRow)
	f.Add("P2,1,,RU-PRI,KP,,\xff,1,2017-01-10,2017-02-01,2018-01-31,,1e-9,USD,S1,\n,,,\n")
	f.Add("P2,1,,RU,KP,, \r,1,2017-01-10,2017-02-01,2037-01-31,2000-02-29,-0,,S1,0\n")
	f.Fuzz(func(t *testing.T, rows string) {
		p := mustOpenFS(t, files{"permits.csv": permitsHeader + "\n" + rows}.fsys(t))
		var good [][]any
		for i, r := range mustRead(t, p.Files()[0]) {
			assert.Equal(t, int64(i+1), r.Number)
			assert.NotEmpty(t, r.Raw)
			if len(r.Faults) == 0 {
				good = append(good, r.Values)
			}
		}
		var back [][]any
		for _, r := range mustRead(t, copyTo(t, p, t.TempDir()).Files()[0]) {
			assert.Empty(t, r.Faults)
			back = append(back, r.Values)
		}
		assert.Equal(t, good, back)
	})
}

// manyPermits is a package of n permits of the usual kind: most columns hold few different values.
func manyPermits(n int) fs.FS {
	var text strings.Builder
	text.WriteString(permitsHeader + "\n")
	for i := range n {
		month, day := i%12+1, i%28+1
		fmt.Fprintf(&text, "P%07d,25-%d-%06d,E%04d,RU-PRI,KP,F,plasterer,%d,%d-%02d-%02d,%d-%02d-%02d,%d-%02d-%02d,,%d.5,RUB,synthetic,true,,,,,,,,,\n",
			i, i%7+13, i, i%3000, i%90+1, i%7+2013, month, day, i%7+2013, month, day, i%7+2014, month, day, 20000+i%500)
	}
	return fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"resources": [{"path": "permits.csv"}]}`), Mode: 0o644},
		"permits.csv":      {Data: []byte(text.String()), Mode: 0o644},
	}
}

func BenchmarkRecords(b *testing.B) {
	const n = 100_000
	p := mustOpenFS(b, manyPermits(n))
	f := p.Files()[0]
	b.SetBytes(f.Size())
	b.ReportAllocs()
	for b.Loop() {
		read := 0
		for r, err := range f.Records(b.Context()) {
			if err != nil || len(r.Faults) > 0 {
				b.Fatal(err, r.Faults)
			}
			read++
		}
		if read != n {
			b.Fatalf("read %d of %d", read, n)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWriter(b *testing.B) {
	p := mustOpenFS(b, manyPermits(1))
	var values []any
	for r, err := range p.Files()[0].Records(b.Context()) {
		require.NoError(b, err)
		values = slices.Clone(r.Values)
	}
	w, err := datapackage.Create(b.TempDir())
	require.NoError(b, err)
	out, err := w.Table("permits")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := out.Write(values); err != nil {
			b.Fatal(err)
		}
	}
	require.NoError(b, w.Abort())
}
