package synth_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

// present is the definition, word for word: the workers of permits in force on d, less those repatriated under them on
// or before d.
func (r rows) present(d labour.Date) int {
	gone := map[string]int{}
	for _, x := range r.repatriations {
		if x.Date <= d {
			gone[x.Permit] += x.Workers
		}
	}
	sum := 0
	for _, p := range r.permits {
		if p.ValidFrom <= d && d <= p.End() {
			sum += max(0, p.Workers-gone[p.ID])
		}
	}
	return sum
}

// daily returns the same for every day of a period, by adding up what changes from day to day.
func (r rows) daily(period labour.Period) []int {
	change := map[labour.Date]int{}
	for _, p := range r.permits {
		change[p.ValidFrom] += p.Workers
		change[p.End()+1] -= p.Workers
	}
	for _, x := range r.repatriations {
		p := r.permit[x.Permit]
		if x.Date <= p.End() {
			change[max(x.Date, p.ValidFrom)] -= x.Workers
			change[p.End()+1] += x.Workers
		}
	}
	stocks := make([]int, 0, period.Days())
	sum := 0
	for d := labour.MustParseDate("2008-01-01"); d <= period.To; d++ {
		sum += change[d]
		if d >= period.From {
			stocks = append(stocks, sum)
		}
	}
	return stocks
}

func mean(stocks []int) float64 {
	sum := 0
	for _, s := range stocks {
		sum += s
	}
	return float64(sum) / float64(len(stocks))
}

func TestDefault_MeetsTheReportedHeadCounts(t *testing.T) {
	testsize.Long(t)
	for day, want := range map[string]int{
		"2017-12-31": 30_023,
		"2018-09-30": 19_559,
		"2018-12-31": 11_490,
		"2020-01-23": 1_000,
		"2020-03-10": 511,
	} {
		assert.Equal(t, want, defaultRows().present(labour.MustParseDate(day)), day)
	}
}

func TestDefault_MeetsTheReportedHeadCountsWithAnySeed(t *testing.T) {
	testsize.Long(t)
	cfg := synth.Default()
	cfg.Seed++
	all := collect(mustNew(t, cfg))
	assert.Equal(t, 30_023, all.present(labour.MustParseDate("2017-12-31")))
	assert.Equal(t, 11_490, all.present(labour.MustParseDate("2018-12-31")))
}

func TestDefault_RisesAndPeaksAsReported(t *testing.T) {
	testsize.Long(t)
	all := defaultRows()
	for year, want := range map[int]float64{2012: 20_000, 2013: 21_447, 2016: 31_500} {
		assert.InEpsilon(t, want, mean(all.daily(labour.YearPeriod(year))), 0.02, year)
	}
	april := labour.Period{From: labour.MustParseDate("2017-04-01"), To: labour.MustParseDate("2017-04-30")}
	assert.InEpsilon(t, 32_000, mean(all.daily(april)), 0.02)

	whole := labour.Period{From: labour.MustParseDate("2012-01-01"), To: labour.MustParseDate("2020-03-10")}
	peak, on := 0, whole.From
	for i, s := range all.daily(whole) {
		if s > peak {
			peak, on = s, whole.From.AddDays(i)
		}
	}
	assert.InDelta(t, 37_000, peak, 500)
	assert.Equal(t, "2017-10", labour.Month.Label(on))
	assert.Equal(t, peak, all.present(on), "the two computations agree")
}

func TestDefault_IssuesPermitsAsReported(t *testing.T) {
	testsize.Long(t)
	permits, byMonth := map[int]int{}, map[int]int{}
	for _, p := range defaultRows().permits {
		permits[p.IssuedOn.Year()]++
		if p.IssuedOn.Year() == 2015 {
			byMonth[int(p.IssuedOn.Time().Month())]++
		}
	}
	for year := 2012; year <= 2016; year++ {
		assert.True(t, 12_000 <= permits[year] && permits[year] <= 15_000, "%d permits in %d", permits[year], year)
	}
	assert.InEpsilon(t, 24_000, permits[2017], 0.01, "the work visas of 2017")
	assert.Greater(t, byMonth[3]+byMonth[4], 2*(byMonth[11]+byMonth[12]), "spring brings more than twice what the end of the year does")
}

// Russian permits are personal, for one to three years; those of workers who stay on after the ban are shorter.
func TestDefault_PermitsArePersonalAndOfOneToThreeYears(t *testing.T) {
	testsize.Long(t)
	years := map[int]int{}
	for _, p := range defaultRows().permits {
		require.Equal(t, 1, p.Workers)
		if p.IssuedOn >= labour.MustParseDate("2017-09-11") {
			continue
		}
		require.LessOrEqual(t, p.ValidFrom.AddMonths(12)-2, p.ValidTo, p)
		require.LessOrEqual(t, p.ValidTo, p.ValidFrom.AddMonths(36)-1, p)
		years[p.ValidTo.Sub(p.ValidFrom)/365]++
	}
	assert.Greater(t, years[1], years[2]/4)
	assert.Greater(t, years[2], years[1]/4)
}

// The register is full on the first day that it declares: nobody can take its beginning for history.
func TestDefault_IsFullOnItsFirstDay(t *testing.T) {
	first := mustNew(t, synth.Default()).Coverage()[0].From
	assert.Equal(t, 20_000, defaultRows().present(first))
	for _, p := range defaultRows().permits {
		require.GreaterOrEqual(t, p.End(), first, "a permit from before the register's days is in force on its first")
	}
}

func TestDefault_BringsNoNewWorkerOnceThatIsForbidden(t *testing.T) {
	ban, adoption := labour.MustParseDate("2017-09-11"), labour.MustParseDate("2017-12-22")
	extended := map[int]int{}
	for _, p := range defaultRows().permits {
		switch {
		case p.IssuedOn < ban:
			assert.LessOrEqual(t, p.ValidFrom.Sub(p.IssuedOn), 45, p)
		case p.IssuedOn < adoption.AddDays(-14):
			assert.Fail(t, "a permit was issued after the ban and before extensions began", p)
		default:
			extended[p.IssuedOn.Year()]++
		}
	}
	assert.True(t, 3_500 <= extended[2018] && extended[2018] <= 3_500+4_103,
		"%d workers: between the ambassador's figure for old contracts alone and with the authorisations of July 2018", extended[2018])
	assert.InEpsilon(t, 7_465, extended[2019], 0.1, "the work visas of 2019")
}

func TestDefault_DeparturesUnderTheSanctionAreRepatriations(t *testing.T) {
	adoption := labour.MustParseDate("2017-12-22")
	before, outcomes, total := 0, map[labour.Outcome]int{}, 0
	for _, x := range defaultRows().repatriations {
		if x.Date < adoption {
			assert.Empty(t, x.Sanction)
			before += x.Workers
			continue
		}
		assert.Equal(t, "S/RES/2397(2017)", x.Sanction)
		outcomes[x.Outcome] += x.Workers
		total += x.Workers
	}
	fall := defaultRows().present(adoption-1) - 511
	assert.InEpsilon(t, fall, total, 0.01)
	assert.Less(t, before, total/4)
	assert.InDelta(t, 0.93, float64(outcomes[labour.Returned])/float64(total), 0.02)
	for _, o := range labour.Outcomes {
		assert.Positive(t, outcomes[o], o)
	}
	assert.Less(t, float64(outcomes[labour.Protected]+outcomes[labour.Exempt])/float64(total), 0.02)
}
