package dbtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// random runs a test on a few random registers.
func random(t *testing.T, open func(testing.TB) *db.Store, size int, test func(t *testing.T, r *db.Release, n *Naive, d dice)) {
	for _, seed := range Seeds(t, 1, 2, 3, 4, 1795507031435887565) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, uint64(size)))
			c := Random(rng, size)
			store := open(t)
			MustPublish(t, store, c)
			test(t, MustRead(t, store), NewNaive(c), dice{rng})
		})
	}
}

// questions is how many random questions each random register is asked.
func questions() int { return testsize.Rounds(80, 20) }

func againstNaive(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 40, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		span, _ := n.Span()
		assert.Equal(t, &span.From, r.Info().DataFrom)
		assert.Equal(t, &span.To, r.Info().DataThrough)
		for range questions() {
			q := d.question(n)
			report, err := r.Report(t.Context(), q)
			require.NoError(t, err, describe(q))
			rows, totals := n.Report(q)
			total, err := report.Totals(t.Context(), q.Measures)
			require.NoError(t, err, describe(q))
			var expected, found []string
			for _, row := range rows {
				expected = append(expected, show(row.ReportRow, q))
			}
			for _, row := range report.Rows {
				found = append(found, show(row, q))
			}
			require.Equal(t, expected, found, "%s\n%s", describe(q), strings.Join(report.SQL, "\n"))
			whole := db.ReportQuery{Measures: q.Measures}
			require.Equal(t, show(totals.ReportRow, whole), show(total, whole), "totals of %s", describe(q))
		}
	})
}

// availability holds what a release says can be asked to what has rows.
func availability(t *testing.T, open func(testing.TB) *db.Store) {
	random(t, open, 15, func(t *testing.T, r *db.Release, n *Naive, d dice) {
		for range questions() {
			f, on := d.filter(n), d.maybeDay(3)
			available, err := r.Availability(t.Context(), f, on)
			require.NoError(t, err, describe(f))
			require.Equal(t, showAvailability(n.Availability(f, on)), showAvailability(available), describe(f))
		}
	})
}

// question makes a random question: any measures, groups, units, filters, orders and conditions that go together.
func (d dice) question(n *Naive) db.ReportQuery {
	var q db.ReportQuery
	q.Filter = d.filter(n)
	var all []labour.Measure
	for _, info := range labour.Measures {
		all = append(all, info.Measure)
	}
	q.GroupBy = some(d, 3, labour.Dimensions)
	if d.once(5) {
		q.GroupBy = nil
	}
	if slices.Contains(q.GroupBy, labour.ByOutcome) {
		all = []labour.Measure{labour.WorkersRepatriated}
	}
	q.Measures = some(d, len(all), all)
	q.Currency = pick(d, []string{"", "", "RUB", "USD", "MZN"})
	if !d.once(4) {
		q.Granularity = pick(d, []labour.Granularity{labour.Month, labour.Month, labour.Quarter, labour.Year})
		if d.once(4) {
			q.Granularity = labour.Day
			if q.Filter.Period.From == nil || q.Filter.Period.To == nil {
				q.Filter.Period.From = Some(d.day())
			}
			q.Filter.Period.To = Some(q.Filter.Period.From.AddDays(d.between(0, 40)))
		}
	}
	if d.once(3) {
		q.BoundariesOn = Some(d.day())
	}
	for range d.IntN(3) {
		o := db.ReportOrder{Measure: pick(d, all), Descending: d.once(2)}
		if len(q.GroupBy) > 0 && d.once(2) {
			o.By, o.Measure = pick(d, append(slices.Clone(q.GroupBy), labour.ByPeriod)), ""
		}
		q.OrderBy = append(q.OrderBy, o)
	}
	if d.once(3) {
		h := db.MeasureCondition{Measure: pick(d, all), AtLeast: Some(float64(d.between(0, 30)))}
		if d.once(2) {
			h.AtMost = Some(*h.AtLeast + float64(d.between(0, 40)))
		}
		if d.once(4) {
			h.AtLeast, h.AtMost = nil, Some(float64(d.between(0, 20)))
		}
		q.Having = append(q.Having, h)
	}
	return q
}

// filter makes a random filter, now and then with others within it.
func (d dice) filter(n *Naive) db.ReportFilter {
	f := d.plainFilter(n)
	if d.once(3) {
		f.Nested = nest(d, 1, func() db.ReportFilter {
			inner := d.plainFilter(n)
			inner.Period = db.DateRange{}
			return inner
		}, func(f *db.ReportFilter, within db.Nested[db.ReportFilter]) { f.Nested = within })
	}
	return f
}

// nest makes random filters to stand within one, on so many levels more: each is plain, and put puts others within it.
func nest[F any](d dice, depth int, plain func() F, put func(*F, db.Nested[F])) (nested db.Nested[F]) {
	inner := func() F {
		f := plain()
		if depth > 0 && d.once(3) {
			put(&f, nest(d, depth-1, plain, put))
		}
		return f
	}
	for range d.IntN(3) {
		nested.And = append(nested.And, inner())
	}
	if d.once(2) {
		nested.Or = []F{}
		for range d.IntN(3) {
			nested.Or = append(nested.Or, inner())
		}
	}
	if d.once(2) {
		nested.Not = Some(inner())
	}
	return nested
}

// plainFilter makes a random filter without others; most of its fields stay empty.
func (d dice) plainFilter(n *Naive) db.ReportFilter {
	var f db.ReportFilter
	if d.once(8) {
		f.Search = pick(d, []string{"amur", "ВОСТОК", "вост", "ёлка", "ru", "krai  prim", "bu", "250", "a", "%", "nobody"})
	}
	if d.once(3) {
		f.Within = some(d, 2, []string{"RU", "RU", "RU-FD-FE", "RU-FD-SI", "RU-BU", "X-BAIKAL"})
	}
	if d.once(5) {
		f.Industries = some(d, 2, []string{"A", "C", "F"})
	}
	if d.once(5) {
		f.Nationalities = some(d, 2, []string{"KP", "UZ", "VN"})
	}
	if d.once(6) {
		for _, e := range some(d, 3, n.content.Employers) {
			f.Employers = append(f.Employers, e.ID)
		}
	}
	if d.once(4) {
		f.Outcomes = some(d, 3, labour.Outcomes)
	}
	if d.once(5) {
		f.Synthetic = Some(d.once(3))
	}
	if d.once(8) {
		f.NotSource = pick(d, append([]string{"synthetic"}, sources...))
	}
	if !d.once(4) {
		from := d.day()
		f.Period = db.DateRange{From: &from, To: Some(from.AddDays(d.between(0, 200)))}
		switch d.IntN(6) {
		case 0: // to the data's last day
			span, _ := n.Span()
			f.Period = db.DateRange{From: Some(min(from, span.To))}
		case 1: // from its first
			span, _ := n.Span()
			f.Period = db.DateRange{To: Some(max(from, span.From))}
		case 2:
			f.Period.To = &from
		}
	}
	return f
}
