package evidence_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// world is a small geography: who stands within whom, itself included.
func within(region string) []string {
	return map[string][]string{
		"WORLD": {"WORLD", "RU", "RU-FD-FE", "RU-PRI", "RU-AMU", "RU-SPE", "CN"},
		"RU":    {"RU", "RU-FD-FE", "RU-PRI", "RU-AMU", "RU-SPE"}, "RU-FD-FE": {"RU-FD-FE", "RU-PRI", "RU-AMU"},
		"RU-PRI": {"RU-PRI"}, "RU-AMU": {"RU-AMU"}, "RU-SPE": {"RU-SPE"}, "CN": {"CN"},
	}[region]
}

func period(from, to string) labour.Period {
	return labour.Period{From: labour.MustParseDate(from), To: labour.MustParseDate(to)}
}

func TestCover(t *testing.T) {
	made := labour.Coverage{Source: "made", Table: labour.PermitTable, Region: "RU", Nationality: "KP", From: labour.MustParseDate("2012-02-15"),
		To: labour.MustParseDate("2020-03-10"), Completeness: labour.CompleteSource}
	year := period("2017-01-01", "2017-12-31")
	ask := func(region string, p labour.Period, nationalities ...string) evidence.Coverage {
		q := evidence.Question{Table: labour.PermitTable, Regions: within(region), Nationalities: nationalities, Period: p}
		return evidence.Cover([]labour.Coverage{made}, nil, q, within, evidence.Words{})
	}
	assert.Equal(t, labour.Complete, ask("RU", year, "KP").Covered)
	assert.Equal(t, labour.Complete, ask("RU-PRI", year, "KP").Covered)
	assert.Equal(t, labour.Partial, ask("RU", year).Covered, "one nationality is not all of them")
	assert.Equal(t, labour.Partial, ask("RU", period("2011-01-01", "2017-12-31"), "KP").Covered)
	none := ask("CN", year, "KP")
	assert.Equal(t, labour.NotAtAll, none.Covered)
	assert.Equal(t, "Nothing is known of this, which does not mean that there was nobody: "+
		"made has all permits of nationals of KP in RU from 2012-02-15 to 2020-03-10.", none.Known)
	assert.Equal(t, labour.NotAtAll, ask("RU", year, "CN").Covered)
	assert.Equal(t, labour.NotAtAll, ask("RU", period("2021-01-01", "2021-12-31"), "KP").Covered)
	all := ask("WORLD", year, "KP")
	assert.Equal(t, labour.Partial, all.Covered)
	assert.Equal(t, []string{"WORLD", "CN"}, all.Missing, "the covered ones are summed, the others listed")
}

// A second, naive computation: every region, nationality and day by itself.
func TestCover_AgreesWithDayByDay(t *testing.T) {
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
		for range rng.IntN(5) {
			p := span()
			rows = append(rows, labour.Coverage{Source: "s", Table: labour.RegisterTables[rng.IntN(2)], Region: pick(regions), Nationality: pick(people),
				From: p.From, To: p.To, Completeness: labour.Completenesses[rng.IntN(2)]})
		}
		var touches []evidence.Extent
		for range rng.IntN(3) {
			touches = append(touches, evidence.Extent{Source: "s", Table: labour.RegisterTables[rng.IntN(2)], Region: pick(regions),
				Nationality: pick(people[1:]), Period: span()})
		}
		q := evidence.Question{Table: labour.PermitTable, Regions: within(pick(regions)), Period: span()}
		if n := pick(people); n != "" {
			q.Nationalities = []string{n}
		}
		want := naiveCover(rows, touches, q)
		got := evidence.Cover(rows, touches, q, within, evidence.Words{})
		require.Equal(t, want, got.Covered, "%v %v %v", rows, touches, q)
		require.Len(t, q.Regions, len(got.Complete)+len(got.Partial)+len(got.Missing))
		seen[want]++
	}
	assert.Len(t, seen, 3)
}

func naiveCover(rows []labour.Coverage, touches []evidence.Extent, q evidence.Question) labour.Covered {
	people := q.Nationalities
	if people == nil {
		people = []string{""}
	}
	has := func(list []string, x string) bool {
		for _, y := range list {
			if x == y {
				return true
			}
		}
		return false
	}
	all, any := true, false
	for _, region := range q.Regions {
		for _, who := range people {
			for d := q.Period.From; d <= q.Period.To; d++ {
				complete := false
				for _, r := range rows {
					if r.Table != q.Table || !has(within(r.Region), region) || d < r.From || d > r.To {
						continue
					}
					any = any || r.Nationality == "" || who == "" || r.Nationality == who
					complete = complete || r.Completeness == labour.CompleteSource && (r.Nationality == "" || r.Nationality == who)
				}
				for _, e := range touches {
					any = any || e.Table == q.Table && e.Region == region && (who == "" || e.Nationality == "" || e.Nationality == who) && e.Period.Contains(d)
				}
				all = all && complete
			}
		}
	}
	switch {
	case all:
		return labour.Complete
	case any:
		return labour.Partial
	}
	return labour.NotAtAll
}
