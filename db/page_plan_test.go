package db_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// A page of permits is found along its order where many meet the filter, and by what the filter demands where few do. Of those
// in force on a day an index tells which had ended by then: these are not read, nor is anything sorted.
func TestPermitPages_AreFoundTheSoonerWay(t *testing.T) {
	store := dbtest.MustOpen(t)
	content := dbtest.Random(rand.New(rand.NewPCG(15, 4)), 200)
	dbtest.MustPublish(t, store, content)
	byIssue, byNumber := db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn}, db.Order[db.PermitOrder]{Field: db.PermitByNumber, Descending: true}
	byEnd := db.Order[db.PermitOrder]{Field: db.PermitByValidTo}
	begin := make([]labour.Date, len(content.Permits))
	for i, p := range content.Permits {
		begin[i] = p.ValidFrom
	}
	slices.Sort(begin)
	lately, early := begin[len(begin)*4/5], begin[len(begin)/3]
	never := db.Comparison[labour.Date]{Eq: new(labour.NewDate(1900, 1, 1))}
	const along, byID = "USING COVERING INDEX permits_by_", "SEARCH p USING PRIMARY KEY (id=?)"
	for name, one := range map[string]struct {
		f     db.PermitFilter
		order db.Order[db.PermitOrder]
		steps []string
	}{
		"in force":           {db.PermitFilter{InForceOn: new(labour.NewDate(2017, 6, 1))}, byIssue, []string{"SEARCH i " + along + "issued_on", byID}},
		"status":             {db.PermitFilter{Status: []labour.PermitStatus{labour.InForce}}, byIssue, []string{"SEARCH i " + along + "issued_on", byID}},
		"in force, a region": {db.PermitFilter{InForceOn: new(labour.NewDate(2017, 6, 1)), Within: []string{"RU-BU"}}, byIssue, []string{"SEARCH p USING INDEX permits_by_region"}},
		"many workers":       {db.PermitFilter{Workers: db.Comparison[int]{Gte: new(1)}}, byIssue, []string{"i " + along + "issued_on", byID}},
		"many, by number":    {db.PermitFilter{Workers: db.Comparison[int]{Gte: new(1)}}, byNumber, []string{"i " + along + "number", byID}},
		"few workers":        {db.PermitFilter{Workers: db.Comparison[int]{Gte: new(1 << 30)}}, byIssue, []string{"SEARCH p USING INDEX permits_by_workers"}},
		"few, by their end":  {db.PermitFilter{ValidTo: never}, byNumber, []string{"SEARCH p USING INDEX permits_by_valid_to"}},
		"many in a country":  {db.PermitFilter{Within: []string{"RU"}}, byNumber, []string{"i " + along + "number", byID}},
		"of a number":        {db.PermitFilter{Numbers: []string{content.Permits[0].Number}, InForceOn: new(labour.NewDate(2017, 6, 1))}, byIssue, []string{"SEARCH p USING INDEX permits_by_number"}},
		"late in the order":  {db.PermitFilter{ValidFrom: db.Comparison[labour.Date]{Gte: &lately}}, byEnd, []string{"CO-ROUTINE i", "SEARCH p USING INDEX permits_by_valid_from"}},
		"late, but most":     {db.PermitFilter{ValidFrom: db.Comparison[labour.Date]{Gte: &early}}, byEnd, []string{"i " + along + "valid_to", byID}},
		"late, of a wage":    {db.PermitFilter{ValidFrom: db.Comparison[labour.Date]{Gte: &early}, WageMonthly: db.Comparison[float64]{Gte: new(1e12)}}, byEnd, []string{"CO-ROUTINE i", "SCAN p"}},
		"many, few of a day": {db.PermitFilter{Workers: db.Comparison[int]{Gte: new(1)}, ValidFrom: never}, byNumber, []string{"SEARCH p USING INDEX permits_by_"}},
	} {
		t.Run(name, func(t *testing.T) {
			var page string
			ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
				if strings.Contains(query, "ORDER BY") && strings.Contains(query, "LIMIT") {
					page = query
				}
				return func(error) {}
			}})
			_, err := dbtest.MustRead(t, store).PermitPages(ctx, []db.PermitFilter{one.f}, one.order, db.Span{Limit: 1})
			require.NoError(t, err)
			found := planOf(t, onlyRelease(t, store.Dir()), strings.ReplaceAll(page, "?", "''"))
			require.GreaterOrEqual(t, len(found), len(one.steps), "%q", found)
			for i, step := range one.steps {
				assert.Contains(t, found[i], step, "%q", found)
			}
		})
	}
}

// TestPermitPages_OfSomeDaysAreThoseOfTheWholeList compares pages that begin where the sums of days say that permits lie, and
// those that are found in any other way, with a second, naive list. Every other register has permits that are never in force, whose days the sums do not have.
func TestPermitPages_OfSomeDaysAreThoseOfTheWholeList(t *testing.T) {
	bounded := 0
	for seed := range uint64(testsize.Rounds(12, 3)) {
		rng := rand.New(rand.NewPCG(seed, 16))
		content := dbtest.Random(rng, 120)
		for i := range content.Permits {
			p := &content.Permits[i]
			if seed%2 == 0 { // all are in force, and as near to their first day as the nearest, so that bounds are tight
				p.IssuedOn = labour.NewDate(2013, 1, 1+rng.IntN(2600))
				p.ValidFrom, p.RevokedOn = p.IssuedOn.AddDays(7), nil
				p.ValidTo = p.ValidFrom.AddDays(rng.IntN(400))
			} else if !p.IssuedOn.Known() {
				p.IssuedOn = labour.NewDate(2012, 1, 1+rng.IntN(2000))
			}
		}
		store := dbtest.MustOpen(t)
		dbtest.MustPublish(t, store, content)
		release, naive := dbtest.MustRead(t, store), dbtest.NewNaive(content)
		ctx := db.WithLedger(t.Context(), &db.Ledger{Watch: func(_ context.Context, query string) func(error) {
			if strings.Contains(query, "i.issued_on BETWEEN") {
				bounded++
			}
			return func(error) {}
		}})
		for range testsize.Rounds(60, 20) {
			day := labour.NewDate(2013, 1, 1+rng.IntN(2600))
			p := content.Permits[rng.IntN(len(content.Permits))] // whose days are at the ends of their cell's, often
			if some := []labour.Date{p.ValidFrom, p.ValidTo}[rng.IntN(2)]; some.Known() && rng.IntN(4) > 0 {
				day = some
			}
			compared := []db.Comparison[labour.Date]{{Gte: &day}, {Gt: &day}, {Lte: &day}, {Lt: &day},
				{Gte: &day, Lt: new(day.AddDays(rng.IntN(500)))}, {In: []labour.Date{day, day.AddDays(100)}}}[rng.IntN(6)]
			f := db.PermitFilter{ValidFrom: compared}
			if rng.IntN(4) == 0 {
				f = db.PermitFilter{ValidTo: compared}
			}
			if rng.IntN(4) == 0 {
				f.IssuedOn = db.Comparison[labour.Date]{Gte: new(day.AddDays(-rng.IntN(90)))}
			}
			if rng.IntN(4) == 0 {
				f.InForceOn = new(day.AddDays(rng.IntN(60)))
			}
			if rng.IntN(4) == 0 {
				f.WageMonthly = db.Comparison[float64]{Gte: new(rng.Float64() * 60_000)}
			}
			order := db.Order[db.PermitOrder]{Field: db.PermitByIssuedOn, Descending: rng.IntN(2) == 0}
			if rng.IntN(2) == 0 {
				order.Field = []db.PermitOrder{db.PermitByValidFrom, db.PermitByValidTo, db.PermitByWorkers, db.PermitByNumber}[rng.IntN(4)]
			}
			expected := naive.Permits(f, order)
			span := db.Span{Limit: 1 + rng.IntN(5)}
			for range 2 { // pages, of which the second begins behind a cursor
				pages, err := release.PermitPages(ctx, []db.PermitFilter{f}, order, span)
				require.NoError(t, err)
				page := expected[:min(span.Limit, len(expected))]
				require.Len(t, pages[0].Nodes, len(page), "%+v %v", f, order)
				require.Equal(t, len(expected) > len(page), pages[0].More, "%+v %v", f, order)
				for i, p := range page {
					require.Equal(t, p.ID, pages[0].Nodes[i].ID, "%+v %v", f, order)
				}
				if expected = expected[len(page):]; len(page) > 0 {
					span.After = &pages[0].Positions[len(page)-1]
				}
			}
		}
	}
	assert.Greater(t, bounded, 10, "pages that were bounded")
}
