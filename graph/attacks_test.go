package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// The attacks of this file ask a masked release as any reader can, and subtract, solve or average what they get. Each is
// after permits or departures of 1 to 4 workers, all equally likely, of which a guess is right in a quarter.

// holds runs an attack on a register as it is, where it finds every count, and on the same register masked, where it finds
// no more of them than guesses do, but for chance.
func holds(t *testing.T, truth []float64, attack func(*world) []float64, contents ...dbtest.Content) {
	t.Helper()
	for _, k := range []int{0, 5} {
		found := attack(attackedWorld(t, k, contents...))
		require.Len(t, found, len(truth))
		right := 0
		for i := range truth {
			if math.Round(found[i]) == truth[i] {
				right++
			}
		}
		t.Logf("K %d: %d of %d found", k, right, len(truth))
		n := float64(len(truth))
		if k == 0 {
			assert.Equal(t, len(truth), right, "without masks the attack finds what it is after")
		} else {
			assert.LessOrEqual(t, float64(right)/n, 0.25+2.5*math.Sqrt(0.25*0.75/n), "%d of %d found", right, len(truth))
		}
	}
}

// issued is a place, a nationality and a month in which one small permit was issued, and for how many workers.
type issued struct {
	region, nationality string
	month               int
	workers             float64
}

var attackedPlaces, attackedNationalities = []string{"RU-PRI", "RU-AMU", "RU-BU"}, []string{"KP", "CN", "UZ"}

const attackedMonths = 18

// attackedCells is a real register with one permit of 1 to 4 workers in each cell, and what each cell has.
func attackedCells() (content dbtest.Content, cells []issued) {
	random := rand.New(rand.NewPCG(3, 4))
	content = dbtest.Sample()
	content.Permits, content.Repatriations, content.Claims = nil, nil, nil
	for _, code := range attackedNationalities {
		if !slices.ContainsFunc(content.Countries, func(c labour.Country) bool { return c.Code == code }) {
			content.Countries = append(content.Countries, labour.Country{Code: code, Name: code})
		}
	}
	for _, region := range attackedPlaces {
		for _, nationality := range attackedNationalities {
			for month := range attackedMonths {
				day := labour.NewDate(2016, 1, 10).AddMonths(month)
				workers := 1 + random.IntN(4)
				id := fmt.Sprintf("%s-%s-%d", region, nationality, month)
				content.Permits = append(content.Permits, labour.Permit{
					ID: id, Number: id, Region: region, Nationality: nationality, Workers: workers, IssuedOn: day,
					ValidFrom: day, ValidTo: day.AddDays(400), Source: content.Sources[0].ID,
				})
				cells = append(cells, issued{region, nationality, month, float64(workers)})
			}
		}
	}
	return content, cells
}

// attackedWorld publishes registers under masks that are the same in every run, none for k = 0.
func attackedWorld(t *testing.T, k int, contents ...dbtest.Content) *world {
	t.Helper()
	store := openWithSecret(t)
	for _, content := range contents {
		content.Settings.Confidential = k
		dbtest.MustPublish(t, store, content)
	}
	require.NoError(t, store.Refresh(t.Context()))
	return overStore(store)
}

// authorised asks for the workers authorised under each filter, many in a document.
func authorised(t *testing.T, w *world, filters []string) []float64 {
	t.Helper()
	var figures []float64
	for some := range slices.Chunk(filters, 40) {
		var query strings.Builder
		for i, filter := range some {
			fmt.Fprintf(&query, "a%d: report(filter: {%s}) { totals { workersAuthorised } }\n", i, filter)
		}
		answer := data[map[string]struct {
			Totals struct{ WorkersAuthorised float64 }
		}](t, w, "{"+query.String()+"}")
		for i := range some {
			figures = append(figures, answer[fmt.Sprintf("a%d", i)].Totals.WorkersAuthorised)
		}
	}
	return figures
}

// cellsOf writes the filter of a place, everywhere where it is "", some nationalities, and a span of months, from the start
// of the first to the end of the last.
func cellsOf(place string, nationalities []string, first, last int) string {
	start := labour.NewDate(2016, 1, 1)
	filter := fmt.Sprintf(`nationalities: ["%s"], period: {from: %q, to: %q}`, strings.Join(nationalities, `", "`),
		start.AddMonths(first), start.AddMonths(last+1).AddDays(-1))
	if place != "" {
		filter += fmt.Sprintf(", within: %q", place)
	}
	return filter
}

// allButEach lists each of some codes alone, all but each, and all.
func allButEach(codes []string) (lists [][]string) {
	for i := range codes {
		lists = append(lists, codes[i:i+1], slices.Delete(slices.Clone(codes), i, i+1))
	}
	return append(lists, codes)
}

// Every sum over a place, some nationalities and some months, cumulated ones among them, is an equation in the cells: all
// are solved together.
func TestAttack_SolvingGroupingsJointly(t *testing.T) {
	testsize.Long(t)
	content, cells := attackedCells()
	var filters []string
	var equations [][]int
	ask := func(place string, nationalities []string, first, last int) {
		filters = append(filters, cellsOf(place, nationalities, first, last))
		var sum []int
		for i, c := range cells {
			if (place == "" || place == c.region) && slices.Contains(nationalities, c.nationality) &&
				first <= c.month && c.month <= last {
				sum = append(sum, i)
			}
		}
		equations = append(equations, sum)
	}
	for _, place := range append([]string{""}, attackedPlaces...) {
		for _, nationalities := range allButEach(attackedNationalities) {
			for month := range attackedMonths {
				ask(place, nationalities, 0, month)
				ask(place, nationalities, month, attackedMonths-1)
			}
		}
	}
	holds(t, truths(cells), func(w *world) []float64 {
		figures := authorised(t, w, filters)
		solution := make([]float64, len(cells))
		for range 60 { // Kaczmarz's projections come close to the least squares of such a system
			for i, sum := range equations {
				rest := figures[i]
				for _, c := range sum {
					rest -= solution[c]
				}
				for _, c := range sum {
					solution[c] += rest / float64(len(sum))
				}
			}
		}
		return solution
	}, content)
}

func truths(cells []issued) []float64 {
	all := make([]float64, len(cells))
	for i, c := range cells {
		all[i] = c.workers
	}
	return all
}

// A cell is what a sum has with it and has not without it, for each of many partitions of what lies around it: their mean
// is no nearer to it than one of them.
func TestAttack_AveragingOverPartitions(t *testing.T) {
	testsize.Long(t)
	content, cells := attackedCells()
	cells = slices.DeleteFunc(cells, func(c issued) bool { return c.month%2 == 0 || c.month == attackedMonths-1 })
	const partitions, questions = 8, 6
	random := rand.New(rand.NewPCG(5, 6))
	var filters []string
	for _, c := range cells {
		for range partitions {
			others := slices.DeleteFunc(slices.Clone(attackedNationalities), func(n string) bool { return n == c.nationality })
			if keep := random.IntN(3); keep < 2 {
				others = others[keep : keep+1]
			}
			first, last := random.IntN(c.month), c.month+1+random.IntN(attackedMonths-c.month-1)
			for _, nationalities := range [][]string{append(slices.Clone(others), c.nationality), others} {
				filters = append(filters, cellsOf(c.region, nationalities, first, last),
					cellsOf(c.region, nationalities, first, c.month-1), cellsOf(c.region, nationalities, c.month+1, last))
			}
		}
	}
	holds(t, truths(cells), func(w *world) []float64 {
		found := make([]float64, len(cells))
		for i, figure := range authorised(t, w, filters) {
			sign := []float64{1, -1, -1, -1, 1, 1}[i%questions]
			found[i/questions/partitions] += sign * figure / partitions
		}
		return found
	}, content)
}

// Rows and pages go by what is shown: ties are in the order of the groups, a page continues the one before, and a bound of
// having between none and the size protected parts nothing, so that neither order nor cursors nor counts tell more.
func TestAttack_OrderingsHavingAndPages(t *testing.T) {
	content, _ := attackedCells()
	w := attackedWorld(t, 5, content)
	type row struct {
		Region, Nationality struct{ Code string }
		Period              struct{ Label string }
		WorkersAuthorised   int
	}
	type answer struct {
		Report struct {
			TotalCount int
			Rows       []row
			PageInfo   struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
	const query = `query ($first: Int, $after: String, $orderBy: [ReportOrder!], $having: [MeasureCondition!]) {
		report(groupBy: [REGION, NATIONALITY], granularity: MONTH, first: $first, after: $after, having: $having,
			filter: {period: {from: "2016-01-01", to: "2017-06-30"}}, orderBy: $orderBy) {
			totalCount pageInfo { hasNextPage endCursor }
			rows { region { code } nationality { code } period { label } workersAuthorised } } }`
	expected := data[answer](t, w, query, "first", 1000).Report.Rows
	require.Len(t, expected, 9*attackedMonths)
	slices.SortStableFunc(expected, func(a, b row) int { return b.WorkersAuthorised - a.WorkersAuthorised })
	order := []any{map[string]any{"measure": "WORKERS_AUTHORISED", "direction": "DESC"}}
	var paged []row
	var after any
	for more := true; more; {
		page := data[answer](t, w, query, "orderBy", order, "first", 31, "after", after).Report
		paged = append(paged, page.Rows...)
		assert.Equal(t, len(expected), page.TotalCount)
		if more = page.PageInfo.HasNextPage; more {
			after = *page.PageInfo.EndCursor
		}
	}
	assert.Equal(t, expected, paged)
	shown := slices.IndexFunc(expected, func(r row) bool { return r.WorkersAuthorised == 0 })
	for least := 1; least <= 5; least++ {
		having := []any{map[string]any{"measure": "WORKERS_AUTHORISED", "atLeast": least}}
		found := data[answer](t, w, query, "orderBy", order, "having", having, "first", 1000).Report
		assert.Equal(t, expected[:shown], found.Rows, "at least %d", least)
		assert.Equal(t, shown, found.TotalCount, "at least %d", least)
	}
}

// leavers is a real register of workers of whom 1 to 4 leave every fifth day, under permits of their own.
func leavers() (content dbtest.Content, days []labour.Date, truth []float64) {
	random := rand.New(rand.NewPCG(7, 8))
	content = dbtest.Sample()
	content.Permits, content.Repatriations, content.Claims = nil, nil, nil
	first := labour.NewDate(2017, 12, 20)
	for i := range 100 {
		id := fmt.Sprintf("P%d", i)
		workers, gone, day := 4+random.IntN(8), 1+random.IntN(4), labour.NewDate(2018, 1, 2).AddDays(5*i)
		content.Permits = append(content.Permits, labour.Permit{
			ID: id, Number: id, Region: "RU-PRI", Nationality: "KP", Workers: workers, IssuedOn: first, ValidFrom: first,
			ValidTo: first.AddDays(900), Source: content.Sources[0].ID,
		})
		content.Repatriations = append(content.Repatriations, labour.Repatriation{
			ID: "R" + id, Permit: id, Region: "RU-PRI", Nationality: "KP", Date: day, Workers: gone, Outcome: labour.Returned,
			Source: content.Sources[0].ID,
		})
		days, truth = append(days, day), append(truth, float64(gone))
	}
	return content, days, truth
}

// Who leaves on a day is what two days that follow each other differ by, whatever counts up to them.
func TestAttack_ConsecutiveDays(t *testing.T) {
	testsize.Long(t)
	content, days, truth := leavers()
	type figures struct {
		Repatriated, Remaining, DepartedWorkers float64
		Totals                                  struct{ WorkersPresent, WorkersRepatriated float64 }
	}
	for name, question := range map[string]struct {
		ask  string
		read func(figures) float64
	}{
		"repatriated": {`compliance(sanction: "S/RES/2397(2017)", asOf: %q) { repatriated }`,
			func(f figures) float64 { return f.Repatriated }},
		"remaining": {`compliance(sanction: "S/RES/2397(2017)", region: "RU-PRI", asOf: %q) { remaining }`,
			func(f figures) float64 { return -f.Remaining }},
		"departedWorkers": {`economicImpact(region: "RU-PRI", scenario: {to: %q}) { departedWorkers }`,
			func(f figures) float64 { return f.DepartedWorkers }},
		"workersPresent": {`report(filter: {period: {to: %q}}) { totals { workersPresent } }`,
			func(f figures) float64 { return -f.Totals.WorkersPresent }},
		"workersRepatriated": {`report(filter: {period: {to: %q}}) { totals { workersRepatriated } }`,
			func(f figures) float64 { return f.Totals.WorkersRepatriated }},
	} {
		t.Run(name, func(t *testing.T) {
			holds(t, truth, func(w *world) (found []float64) {
				for _, day := range days {
					answer := data[map[string]figures](t, w, fmt.Sprintf(
						"{ before: "+question.ask+" after: "+question.ask+" }", day.AddDays(-1), day))
					found = append(found, question.read(answer["after"])-question.read(answer["before"]))
				}
				return found
			}, content)
		})
	}
}

// Two releases differ by the masks of the rows in which they do, and by no more: rows that both have are masked alike.
func TestAttack_ChangesBetweenReleases(t *testing.T) {
	testsize.Long(t)
	content, cells := attackedCells()
	before := content
	before.Permits = slices.DeleteFunc(slices.Clone(content.Permits), func(p labour.Permit) bool {
		return p.Region == "RU-PRI"
	})
	cells = slices.DeleteFunc(cells, func(c issued) bool { return c.region != "RU-PRI" || c.month == 0 })
	var filters []string
	for _, c := range cells { // together with the other places, so that no figure is small
		for _, last := range []int{c.month, c.month - 1} {
			filters = append(filters, cellsOf("", []string{c.nationality}, 0, last))
		}
	}
	holds(t, truths(cells), func(w *world) (found []float64) {
		now := authorised(t, w, filters)
		require.NoError(t, w.store.MakeCurrent(1))
		require.NoError(t, w.store.Refresh(t.Context()))
		earlier := authorised(t, w, filters)
		for i := 0; i < len(now); i += 2 {
			found = append(found, now[i]-earlier[i]-(now[i+1]-earlier[i+1]))
		}
		return found
	}, before, content)
}
