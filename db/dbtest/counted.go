package dbtest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// behind holds the rows behind a figure, and what a report says of where it comes from, to what the naive computation
// has counted.
func behind(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 40, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() / 4 {
			q := d.question(n)
			q.Having, q.OrderBy = nil, nil
			report, err := r.Report(t.Context(), q)
			require.NoError(t, err, describe(q))
			rows, totals := n.Report(q)
			require.Len(t, report.Rows, len(rows), describe(q))
			for range min(4, len(rows)) {
				i := d.IntN(len(rows))
				b := report.Counted(report.Rows[i])
				assert.Equal(t, n.listed(rows[i].Counted), pagesBehind(t, r, b), "row %d, %s, of %s", i, show(report.Rows[i], q), describe(q))
			}
			provenance, err := report.Provenance(t.Context())
			require.NoError(t, err, describe(q))
			expected := n.provenance(totals.Counted)
			assert.Equal(t, expected.Sources, provenance.Sources, "sources of %s", describe(q))
			assert.Equal(t, expected.RowsRead, provenance.RowsRead, "rows read for %s", describe(q))
			if len(expected.Sources) == 0 { // of nothing, what the report may be of
				expected.Synthetic = totals.Synthetic
			}
			assert.Equal(t, expected.Synthetic, provenance.Synthetic, "synthetic rows in %s", describe(q))
			assert.NotEmpty(t, provenance.SQL, describe(q))
			for _, m := range q.Measures {
				info, _ := m.Info()
				assert.Contains(t, provenance.Method, info.Method)
			}
		}
	})
}

// listed leaves out the rows that are counted and yet never listed.
func (n *Naive) listed(c Counted) Counted {
	kept := Counted{Permits: c.Permits}
	for _, r := range n.departures {
		if r.departure.Outcome != labour.Protected && slices.Contains(c.Repatriations, r.id) {
			kept.Repatriations = append(kept.Repatriations, r.id)
		}
	}
	slices.Sort(kept.Repatriations)
	return kept
}

// pagesBehind lists the rows behind a figure by id.
func pagesBehind(t *testing.T, r *db.Release, b *db.Counted) Counted {
	t.Helper()
	permits, err := r.PermitPages(t.Context(), []db.PermitFilter{{Counted: b}}, db.Order[db.PermitOrder]{Field: db.PermitByNumber}, db.Span{Limit: 1000, Count: true, Workers: true})
	require.NoError(t, err)
	require.Len(t, permits[0].Nodes, permits[0].Total)
	repatriations, err := r.RepatriationPages(t.Context(), []db.RepatriationFilter{{Counted: b}}, db.Order[db.RepatriationOrder]{Field: db.RepatriationByDate}, db.Span{Limit: 1000})
	require.NoError(t, err)
	var c Counted
	for _, p := range permits[0].Nodes {
		c.Permits = append(c.Permits, p.ID)
	}
	for _, r := range repatriations[0].Nodes {
		c.Repatriations = append(c.Repatriations, r.ID)
	}
	slices.Sort(c.Permits)
	slices.Sort(c.Repatriations)
	return c
}

// provenance says what stands behind the rows that were counted.
func (n *Naive) provenance(c Counted) db.Provenance {
	p := db.Provenance{RowsRead: len(c.Permits) + len(c.Repatriations)}
	var ids []string
	for _, row := range slices.Concat(n.permits, n.departures) {
		if row.permit != nil && slices.Contains(c.Permits, row.id) || row.departure != nil && slices.Contains(c.Repatriations, row.id) {
			ids = append(ids, row.source)
			p.Synthetic = p.Synthetic || row.synthetic
		}
	}
	for _, source := range n.content.Sources {
		if slices.Contains(ids, source.ID) {
			p.Sources = append(p.Sources, source)
		}
	}
	return p
}

// stock holds the head counts that the models read to the naive ones.
func stock(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 40, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() / 4 {
			f := db.StockFilter{Within: pick(d, []string{"", "RU", "RU-FD-FE", "RU-FD-SI", "RU-BU", "MZ", "X-BAIKAL"}), BoundariesOn: d.day()}
			if d.once(2) {
				f.Nationalities = some(d, 2, []string{"KP", "UZ", "VN"})
			}
			about := describe(f)
			days := []labour.Date{d.day(), d.day(), Window.From - 1000, labour.MustParseDate("9999-12-31")}
			found, _, err := r.StockOn(t.Context(), f, days)
			require.NoError(t, err, about)
			for i, day := range days {
				_, sum := n.StockOn(f, day)
				assert.Equal(t, sum, found[i], "%s on %s", about, day)
			}
			from := d.day()
			p := labour.Period{From: from, To: from.AddDays(d.between(0, 300))}
			departed, _, err := r.Departed(t.Context(), f, p)
			require.NoError(t, err, about)
			assert.Equal(t, n.Departed(f, p), departed, "%s in %s", about, p.Key())
			wages, _, err := r.DepartedWages(t.Context(), f, p)
			require.NoError(t, err, about)
			sameWages(t, n.DepartedWages(f, p), wages, about+p.Key())
			clear(wages) // which are the caller's own
			ctx, statements := db.WithStatementCount(t.Context())
			wages, _, err = r.DepartedWages(ctx, f, p)
			require.NoError(t, err, about)
			sameWages(t, n.DepartedWages(f, p), wages, "again "+about+p.Key())
			assert.Zero(t, statements.Load(), about)
			changes(t, r, n, f, p)
		}
	})
}

func sameWages(t *testing.T, expected, found []db.DepartedWage, about string) {
	t.Helper()
	require.Len(t, found, len(expected), about)
	for _, e := range expected {
		i := slices.IndexFunc(found, func(w db.DepartedWage) bool { return w.Region == e.Region && w.Industry == e.Industry })
		if assert.GreaterOrEqual(t, i, 0, "%s: no wage of %s %s", about, e.Region, e.Industry) {
			assert.InEpsilon(t, e.Monthly, found[i].Monthly, 1e-9, "%s: wage of %s %s", about, e.Region, e.Industry)
		}
	}
}

// changes sums the changes of the stock up, and compares it on every day of the period.
func changes(t *testing.T, r *db.Release, n *Naive, f db.StockFilter, p labour.Period) {
	t.Helper()
	seq, _, err := r.StockChanges(t.Context(), f, p)
	require.NoError(t, err)
	byDay := map[labour.Date]map[cell]int{}
	last := p.From
	for change := range seq {
		require.True(t, p.Contains(change.Day), "%s outside %s", change.Day, p.Key())
		require.GreaterOrEqual(t, change.Day, last, "days in their order")
		last = change.Day
		if byDay[change.Day] == nil {
			byDay[change.Day] = map[cell]int{}
		}
		byDay[change.Day][cell{change.Region, change.Industry}] += change.Workers
	}
	running := map[cell]int{}
	for d := p.From; d <= p.To; d++ {
		for at, workers := range byDay[d] {
			running[at] += workers
		}
		expected, _ := n.StockOn(f, d)
		require.Equal(t, withoutZeros(expected), withoutZeros(running), "%s on %s", describe(f), d)
	}
}

func withoutZeros(cells map[cell]int) map[cell]int {
	kept := map[cell]int{}
	for at, workers := range cells {
		if workers != 0 {
			kept[at] = workers
		}
	}
	return kept
}

// observations holds the list of observations to the naive one.
func observations(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 80, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() / 2 {
			var f db.ObservationFilter
			if d.once(2) {
				f.Indicators = some(d, 2, []string{labour.WorkersPresentReported, labour.GrossRegionalProduct, "FX_RUB_PER_USD"})
			}
			if d.once(2) {
				f.Regions = some(d, 3, places)
			}
			if d.once(3) {
				f.Nationalities = some(d, 2, []string{"KP", "UZ"})
			}
			f.Span = db.DateRange{From: d.maybeDay(3)}
			if d.once(3) {
				f.Span.To = Some(d.day())
				if f.Span.From != nil {
					f.Span.To = Some(f.Span.From.AddDays(d.between(0, 100)))
				}
			}
			found, err := r.Observations(t.Context(), f)
			require.NoError(t, err, describe(f))
			assert.Equal(t, n.Observations(f), found, describe(f))
		}
	})
}
