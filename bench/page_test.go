package bench

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"homebound/db"
)

const (
	pageRows = 100
	farPage  = 1000
	// A page of permits, with all that a table of them shows.
	pageOfPermits = `query ($after: String) { permits(first: 100, after: $after) {
		pageInfo { endCursor } nodes { number workers issuedOn employer { name } region { code name } source { title } } } }`
	cursorOfPermits = `query ($after: String) { permits(first: 100, after: $after) { pageInfo { endCursor } } }`
)

// farCursor walks to a page, as a reader would, and gives the cursor before it.
func farCursor(tb testing.TB, w *world, page int) string {
	tb.Helper()
	var after any
	for range page - 1 {
		text, err := w.ask(tb.Context(), cursorOfPermits, map[string]any{"after": after})
		require.NoError(tb, err)
		var found struct {
			Permits struct{ PageInfo struct{ EndCursor *string } }
		}
		require.NoError(tb, json.Unmarshal(text, &found))
		require.NotNil(tb, found.Permits.PageInfo.EndCursor, "the register ends before page %d", page)
		after = *found.Permits.PageInfo.EndCursor
	}
	return after.(string)
}

// lastFullPage returns farPage, or the last full page of a register that has fewer.
func lastFullPage() int { return min(farPage, *permitsFlag/pageRows) }

// pageOverFields sets a page that is written by columns against one that is executed field by field.
var pageOverFields = contest{"page of 100 permits with employer and region", "the same, executed field by field",
	atMost(0.5), func(tb testing.TB) (ours, theirs func() error) {
		const page = `{ permits(first: 100) { nodes { number workers issuedOn employer { name } region { code name } } } }`
		w := open(tb, *permitsFlag)
		slow := &world{store: w.store, release: w.release, api: w.fieldByField}
		got, err := w.ask(tb.Context(), page, nil)
		require.NoError(tb, err)
		want, err := slow.ask(tb.Context(), page, nil)
		require.NoError(tb, err)
		require.Equal(tb, string(want), string(got))
		return w.asking(tb, page, nil), slow.asking(tb, page, nil)
	}}

var farPageOverFirst = contest{"page 1,000, or the last full one, of permits with employer, region and source", "page 1 of the same", atMost(1.2), func(tb testing.TB) (ours, theirs func() error) {
	w := open(tb, *permitsFlag)
	return w.asking(tb, pageOfPermits, map[string]any{"after": farCursor(tb, w, lastFullPage())}), w.asking(tb, pageOfPermits, nil)
}}

// statementsOfAPage counts the statements of a page far down the list.
func statementsOfAPage(tb testing.TB) float64 {
	tb.Helper()
	w := open(tb, *permitsFlag)
	far := farCursor(tb, w, lastFullPage())
	var most int64
	for _, after := range []any{nil, far} {
		ctx, count := db.WithStatementCount(tb.Context())
		_, err := w.ask(ctx, pageOfPermits, map[string]any{"after": after})
		require.NoError(tb, err)
		require.Positive(tb, count.Load())
		most = max(most, count.Load())
	}
	return float64(most)
}

func BenchmarkPage(b *testing.B) { pageOverFields.bench(b) }

func BenchmarkFarPage(b *testing.B) { farPageOverFirst.bench(b) }
