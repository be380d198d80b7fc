package datapackage

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzScanner holds the scanner against encoding/csv in what is well formed, and for any text to its own promises: it
// ends, gives out each byte once, and answers alike however the text arrives.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		"", "a,b\n1,2\n", "a,\"b\r\nc\"\r\n\r\n\n,\n", "\"a\"\"b\",\"\"\n\"\"", "x\r", "\"x\"\r", "a\"b,c\nd,e", "\"a\nb", "\"a\"b,\"c\nd\"\n", "\r\r\n", "a,\"b\"", "\"\n\",a\"\"",
	} {
		f.Add(text, 64)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		whole, faults := scanAll(t, strings.NewReader(text), 1<<20, len(text))
		slow, _ := scanAll(t, iotest.OneByteReader(strings.NewReader(text)), 1<<20, len(text))
		assert.Equal(t, whole, slow)
		if 1 <= limit && limit <= 100 {
			scanAll(t, iotest.HalfReader(strings.NewReader(text)), limit, len(text))
		}

		reader := csv.NewReader(strings.NewReader(text))
		reader.FieldsPerRecord = -1
		want, err := reader.ReadAll()
		assert.Equal(t, err != nil, faults > 0)
		if err == nil {
			var got [][]string
			for _, record := range whole {
				for i := range record {
					record[i] = strings.ReplaceAll(record[i], "\r\n", "\n") // encoding/csv changes line ends
				}
				got = append(got, record)
			}
			assert.Equal(t, want, got)
		}
	})
}

func scanAll(t *testing.T, in io.Reader, limit, size int) (records [][]string, faults int) {
	s := newScanner(in, limit, plainForm)
	for {
		err := s.next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.NotEmpty(t, s.fields)
		require.LessOrEqual(t, len(s.raw), limit)
		if s.fault != "" {
			faults++
		}
		line, column := s.position(len(s.fields) - 1)
		require.GreaterOrEqual(t, line, s.at)
		require.Positive(t, column)
		records = append(records, s.texts())
	}
	require.Equal(t, int64(size), s.consumed)
	return records, faults
}

func TestScanner_MemoryDoesNotGrowWithTheFile(t *testing.T) {
	for name, row := range map[string]string{
		"rows":              "a,b\n",
		"one line":          "abcd",
		"an unclosed quote": "\"abc\n",
	} {
		text := io.MultiReader(strings.NewReader("\"x"), &repeated{row: row, left: 4 << 20})
		s := newScanner(text, 1<<16, plainForm)
		for s.next() == nil {
			if len(s.buf) > 1<<16 {
				t.Fatalf("%s: a buffer of %d bytes", name, len(s.buf))
			}
		}
		assert.Equal(t, io.EOF, s.err, name)
		assert.Equal(t, int64(4<<20+2), s.consumed, name)
	}
}

// repeated yields a row again and again.
type repeated struct {
	row  string
	at   int
	left int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	for i := range n {
		p[i] = r.row[r.at]
		r.at = (r.at + 1) % len(r.row)
	}
	r.left -= n
	return n, nil
}

func TestScanner_AnErrorOfTheSourceIsGivenOn(t *testing.T) {
	broken := errors.New("the disk is gone")
	s := newScanner(io.MultiReader(strings.NewReader("a,b\n1,2\n"), iotest.ErrReader(broken)), 64, plainForm)
	require.NoError(t, s.next())
	require.NoError(t, s.next())
	assert.Equal(t, broken, s.next())

	s = newScanner(readerFunc(func([]byte) (int, error) { return 0, nil }), 64, plainForm)
	assert.Equal(t, io.ErrNoProgress, s.next())
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
