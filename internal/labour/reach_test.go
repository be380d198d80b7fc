package labour_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

var ups = map[string]string{"RU": "WORLD", "CN": "WORLD", "RU-FD-FE": "RU", "RU-SPE": "RU", "RU-PRI": "RU-FD-FE", "RU-AMU": "RU-FD-FE"}

func up(region string) string { return ups[region] }

// within lists a region and all that lies in it.
func within(region string) []string {
	all := []string{region}
	for _, child := range []string{"RU", "CN", "RU-FD-FE", "RU-SPE", "RU-PRI", "RU-AMU"} {
		if slices.Contains(all, ups[child]) {
			all = append(all, child)
		}
	}
	return all
}

func never(string) bool { return false }

func TestReach(t *testing.T) {
	made := labour.Coverage{Source: "made", Table: labour.PermitTable, Region: "RU", Nationality: "KP",
		From: labour.MustParseDate("2012-02-15"), To: labour.MustParseDate("2020-03-10"), Completeness: labour.CompleteSource}
	year := period("2017-01-01", "2017-12-31")
	reach := labour.NewReach([]labour.Coverage{made}, nil, func(source string) bool { return source == "made" })
	ask := func(region string, p labour.Period, nationalities ...string) labour.Covered {
		return reach.Known(labour.Asked{Table: labour.PermitTable, Regions: within(region), Nationalities: nationalities,
			Up: up}).On(p)
	}
	assert.Equal(t, labour.Complete, ask("RU", year, "KP"))
	assert.Equal(t, labour.Complete, ask("RU-PRI", year, "KP"))
	assert.Equal(t, labour.Partial, ask("RU", year), "one nationality is not all of them")
	assert.Equal(t, labour.Partial, ask("RU", period("2011-01-01", "2017-12-31"), "KP"))
	assert.Equal(t, labour.NotAtAll, ask("CN", year, "KP"))
	assert.Equal(t, labour.NotAtAll, ask("RU", year, "CN"))
	assert.Equal(t, labour.NotAtAll, ask("RU", period("2021-01-01", "2021-12-31"), "KP"))
	assert.Equal(t, labour.Partial, ask("WORLD", year, "KP"))

	known := reach.Known(labour.Asked{Table: labour.PermitTable, Regions: within("RU"), Up: up})
	assert.True(t, known.MadeUp(year))
	real := reach.Known(labour.Asked{Table: labour.PermitTable, Regions: within("RU"), Synthetic: new(false), Up: up})
	assert.False(t, real.Touched(year), "a made-up register is none where only others are asked for")
}

func TestReach_PartsThatAreCompleteMakeTheWhole(t *testing.T) {
	var rows []labour.Coverage
	for _, region := range []string{"RU-PRI", "RU-AMU"} {
		rows = append(rows, labour.Coverage{Source: "a", Table: labour.PermitTable, Region: region,
			From: labour.MustParseDate("2017-01-01"), To: labour.MustParseDate("2017-12-31"), Completeness: labour.CompleteSource})
	}
	reach := labour.NewReach(rows, nil, never)
	ask := func(region string) labour.Covered {
		return reach.Known(labour.Asked{Table: labour.PermitTable, Regions: within(region), Up: up}).On(period("2017-03-01", "2017-04-30"))
	}
	assert.Equal(t, labour.Complete, ask("RU-FD-FE"))
	assert.Equal(t, labour.Partial, ask("RU"))
}

// A second, naive computation: every region, nationality and day by itself.
func TestReach_AgreesWithDayByDay(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	regions, people := within("WORLD"), []string{"", "KP", "CN"}
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	span := func() labour.Period {
		from := labour.Date(17_000 + rng.IntN(20))
		return labour.Period{From: from, To: from.AddDays(rng.IntN(12))}
	}
	seen := map[labour.Covered]int{}
	for range 4_000 {
		var rows []labour.Coverage
		for range rng.IntN(6) {
			p := span()
			rows = append(rows, labour.Coverage{Source: "s", Table: labour.RegisterTables[rng.IntN(2)], Region: pick(regions),
				Nationality: pick(people), From: p.From, To: p.To, Completeness: labour.Completenesses[rng.IntN(2)]})
		}
		var touches []labour.Extent
		for range rng.IntN(3) {
			touches = append(touches, labour.Extent{Source: "s", Table: labour.RegisterTables[rng.IntN(2)], Region: pick(regions),
				Nationality: pick(people[1:]), Period: span(), Synthetic: rng.IntN(2) == 0})
		}
		q := labour.Asked{Table: labour.PermitTable, Regions: within(pick(regions)), Up: up}
		if n := pick(people); n != "" {
			q.Nationalities = []string{n}
		}
		days := span()
		want, madeUp := naiveReach(rows, touches, q, days)
		known := labour.NewReach(rows, touches, never).Known(q)
		require.Equal(t, want, known.On(days), "%v %v %v", rows, touches, q)
		require.Equal(t, madeUp, known.MadeUp(days))
		require.Equal(t, want != labour.NotAtAll, known.Touched(days))
		seen[want]++
	}
	assert.Len(t, seen, 3)
}

func naiveReach(rows []labour.Coverage, touches []labour.Extent, q labour.Asked, days labour.Period) (labour.Covered, bool) {
	people := q.Nationalities
	if people == nil {
		people = []string{""}
	}
	all, any, madeUp := true, false, false
	for _, region := range q.Regions {
		leaf := !slices.ContainsFunc(q.Regions, func(other string) bool { return ups[other] == region })
		for _, who := range people {
			for d := days.From; d <= days.To; d++ {
				complete := false
				for _, r := range rows {
					if r.Table != q.Table || !slices.Contains(within(r.Region), region) || d < r.From || d > r.To {
						continue
					}
					any = any || r.Nationality == "" || who == "" || r.Nationality == who
					complete = complete || r.Completeness == labour.CompleteSource && (r.Nationality == "" || r.Nationality == who)
				}
				for _, e := range touches {
					hit := e.Table == q.Table && e.Region == region &&
						(who == "" || e.Nationality == "" || e.Nationality == who) && e.Period.Contains(d)
					any, madeUp = any || hit, madeUp || hit && e.Synthetic
				}
				all = all && (complete || !leaf)
			}
		}
	}
	switch {
	case all:
		return labour.Complete, madeUp
	case any:
		return labour.Partial, madeUp
	}
	return labour.NotAtAll, madeUp
}
