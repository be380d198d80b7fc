package table

import (
	"homebound/internal/testsize"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyKind has a column of each kind.
var everyKind = []Column{
	{Name: "name", Kind: Text, Description: "A name."},
	{Name: "workers", Kind: Whole, Unit: "persons", Description: "How many."},
	{Name: "share", Kind: Number, Unit: "fraction", Description: "A part of a whole."},
	{Name: "synthetic", Kind: Bool, Description: "Whether it is made up."},
	{Name: "issued_on", Kind: Day, Description: "The day of issue."},
	{Name: "published_at", Kind: Moment, Description: "When it was published."},
}

var meta = Meta{Title: "Work permits", Description: "SYNTHETIC: no permit is real.", Facts: []Fact{{"release", "7"}}, Written: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}

// awkward are texts that formats stumble over.
var awkward = []string{
	"", " ", "plain", "a,b", "a;b", `say "so"`, `"`, "two\nlines", "two\r\nlines", "\r", "tab\there", "=1+1", "+7 914", "-", "@SUM(A1)", "'=1", "''+", "'", "it's",
	"\t=1", "＝1", "Приморский край", "로동자", "𝔘𝔫𝔦", "e\u0301", "_x0041_", "_x005F_x0041_", "_x0041_x0042_", "a_x0041", "\u2028", "\uFEFFbom", "null", "NaN", "0012", "1e5", strings.Repeat("long ", 2000),
}

// randomRow returns a row of any form that everyKind allows.
func randomRow(r *rand.Rand) []any {
	row := []any{
		awkward[r.IntN(len(awkward))],
		[]int64{0, 1, -1, math.MaxInt64, math.MinInt64, r.Int64(), 1<<53 + 1}[r.IntN(7)],
		[]float64{0, 0.1, -1e-7, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64, r.NormFloat64(), float64(r.IntN(1e6))}[r.IntN(8)],
		r.IntN(2) == 0,
		time.Unix(r.Int64N(400*365*86400)-200*365*86400, 0).UTC().Format(time.DateOnly),
		time.Unix(r.Int64N(4e9)-1e9, r.Int64N(1e6)*1000).UTC().Format(time.RFC3339Nano),
	}
	for i := range row {
		if r.IntN(5) == 0 {
			row[i] = nil
		}
	}
	return row
}

// randomRows returns the same rows whenever it is asked for as many.
func randomRows(n int) [][]any {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	rows := make([][]any, n)
	for i := range rows {
		rows[i] = randomRow(r)
	}
	return rows
}

// written returns a table in a format.
func written(t testing.TB, f Format, columns []Column, rows [][]any) string {
	t.Helper()
	var to strings.Builder
	w, err := f.New(&to, columns, meta)
	require.NoError(t, err)
	for _, row := range rows {
		require.NoError(t, w.Write(row))
	}
	require.NoError(t, w.Close())
	return to.String()
}

func format(t testing.TB, extension string) Format {
	t.Helper()
	f, ok := ByExtension(extension)
	require.True(t, ok, extension)
	return f
}

func TestByExtension(t *testing.T) {
	for _, f := range Formats {
		assert.Equal(t, f.MediaType, format(t, f.Extension).MediaType)
	}
	_, ok := ByExtension(".csv")
	assert.False(t, ok)
}

func TestWriters_RefuseRowsThatAreNotOfTheirForm(t *testing.T) {
	good := []any{"a", int64(1), 0.5, true, "2018-01-09", "2018-01-09T10:00:00Z"}
	bad := map[string][]any{
		"too short":             good[:5],
		"an int":                {"a", 1, nil, nil, nil, nil},
		"a text as a number":    {"a", nil, "0.5", nil, nil, nil},
		"a number as a whole":   {"a", 1.0, nil, nil, nil, nil},
		"what is no number":     {"a", nil, math.NaN(), nil, nil, nil},
		"what is infinite":      {"a", nil, math.Inf(-1), nil, nil, nil},
		"a day that is none":    {"a", nil, nil, nil, "2018-02-29", nil},
		"a moment that is none": {"a", nil, nil, nil, nil, "2018-02-28"},
		"a truth as a text":     {true, nil, nil, nil, nil, nil},
	}
	for _, f := range Formats {
		whole := written(t, f, everyKind, [][]any{good, good})
		for what, row := range bad {
			var to strings.Builder
			w, err := f.New(&to, everyKind, meta)
			require.NoError(t, err)
			require.NoError(t, w.Write(good))
			require.Error(t, w.Write(row), "%s: %s", f.Extension, what)
			require.NoError(t, w.Write(good))
			require.NoError(t, w.Close())
			assert.Equal(t, whole, to.String(), "%s: %s leaves nothing behind", f.Extension, what)
		}
	}
}

func TestWriters_RefuseColumnsWithoutANameOfTheirOwn(t *testing.T) {
	for _, f := range Formats {
		for _, columns := range [][]Column{{}, {{Name: "a", Kind: Text}, {Name: "a", Kind: Text}}, {{Kind: Text}}} {
			_, err := f.New(io.Discard, columns, meta)
			assert.Error(t, err, f.Extension)
		}
	}
}

func TestDaysOf_IsTheCalendar(t *testing.T) {
	testsize.Long(t)
	for day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 10000; day = day.AddDate(0, 0, 1) {
		found, ok := daysOf(day.Format(time.DateOnly))
		if !ok || int64(found) != day.Unix()/86400 {
			require.Equal(t, day.Unix()/86400, int64(found), "%s", day)
		}
	}
	for _, text := range []string{"", "2018-1-1", "2018-13-01", "2018-00-01", "2018-02-29", "1900-02-29", "2018-04-31", "2018-01-00", "2018/01/01", "20a8-01-01", "2018-01-01T"} {
		_, ok := daysOf(text)
		assert.False(t, ok, text)
	}
}
