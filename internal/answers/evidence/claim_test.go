package evidence_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// stock is a reported head count of DPRK workers.
func stock(region, from, to string, value float64, source string) labour.Observation {
	return labour.Observation{
		Indicator: labour.WorkersPresentReported, Region: region, Nationality: "KP", From: labour.MustParseDate(from), To: labour.MustParseDate(to),
		Value: value, Unit: "persons", Status: labour.StatusNormal, Source: source,
	}
}

func estimated(o labour.Observation) labour.Observation {
	o.Status = labour.StatusEstimated
	return o
}

// claimed is a claim of a head count of DPRK workers.
func claimed(region, from, to string, operator labour.ClaimOperator, value float64, source string) labour.Claim {
	return labour.Claim{
		ID: "C1", Operator: operator, ValueLow: &value, Unit: "persons", From: day(from), To: day(to), Region: region, Nationality: "KP",
		Measure: labour.WorkersPresent, Source: source,
	}
}

func check(t *testing.T, c labour.Claim, observations ...labour.Observation) evidence.Check {
	t.Helper()
	w := evidence.New(observations, []labour.Claim{c}, func(region string, _ labour.Date) []string { return within(region) }, evidence.Words{})
	got, ok := w.Decide(c, nil)
	require.True(t, ok)
	return got
}

func relations(c evidence.Check) (all []evidence.Relation) {
	for _, p := range c.Evidence {
		all = append(all, p.Relation)
	}
	return all
}

func TestDecide_TwoFiguresOfOneSeriesFarApartDecideNothing(t *testing.T) {
	thousand := estimated(stock("RU", "2020-01-23", "2020-01-23", 1000, "ministry"))
	few := stock("RU", "2020-03-10", "2020-03-10", 511, "report")
	got := check(t, claimed("RU", "2020-03-10", "2020-03-10", labour.Exactly, 511, "report"), thousand, few)
	assert.Equal(t, labour.Undecided, got.Verdict)
	got = check(t, claimed("RU", "2020-01-23", "2020-01-23", labour.About, 1000, "ministry"), thousand, few)
	assert.Equal(t, labour.Undecided, got.Verdict)
	assert.Equal(t, []evidence.Relation{evidence.Related, evidence.After}, relations(got))

	september := claimed("RU", "2018-09-15", "2018-09-15", labour.Exactly, 19559, "ministry")
	got = check(t, september, stock("RU", "2017-12-31", "2017-12-31", 30023, "report"), stock("RU", "2018-12-31", "2018-12-31", 11490, "report"))
	assert.Equal(t, labour.Undecided, got.Verdict)
	assert.Equal(t, []evidence.Relation{evidence.Before, evidence.After}, relations(got))
}

func TestDecide_FiguresBeforeAndAfterDecideWhereTheyAreNear(t *testing.T) {
	before, after := stock("RU", "2018-10-01", "2018-10-01", 19000, "a"), stock("RU", "2018-12-31", "2018-12-31", 11490, "b")
	between := func(operator labour.ClaimOperator, value float64) labour.Verdict {
		return check(t, claimed("RU", "2018-11-15", "2018-11-15", operator, value, "c"), before, after).Verdict
	}
	assert.Equal(t, labour.Inconsistent, between(labour.About, 40_000))
	assert.Equal(t, labour.Undecided, between(labour.About, 15_000))
	assert.Equal(t, labour.Consistent, between(labour.AtLeast, 10_000))
	before.From, before.To = before.From-2, before.To-2
	assert.Equal(t, labour.Undecided, between(labour.About, 40_000), "93 days apart")
}

func TestDecide_PermitsAreNotPersons(t *testing.T) {
	c := claimed("RU-PRI", "2018-02-06", "2018-02-06", labour.About, 12_000, "meduza")
	permits := labour.Observation{Indicator: "FOREIGN_WORK_PERMITS", Region: "RU-PRI", From: labour.MustParseDate("2017-01-01"),
		To: labour.MustParseDate("2017-12-31"), Value: 10_148, Unit: "persons", Status: labour.StatusNormal, Source: "rosstat"}
	valid := labour.Observation{Indicator: "PERMITS_VALID", Region: "RU-PRI", Nationality: "KP", From: labour.MustParseDate("2018-02-06"),
		To: labour.MustParseDate("2018-02-06"), Value: 2000, Unit: "permits", Status: labour.StatusNormal, Source: "tass"}
	got := check(t, c, permits, valid)
	assert.Equal(t, labour.Undecided, got.Verdict)
	assert.Equal(t, evidence.Set{{Low: 0, High: math.Inf(1)}}, got.Possible)
	assert.Equal(t, []evidence.Relation{evidence.UpperBound, evidence.Related}, relations(got))
	for _, p := range got.Evidence {
		assert.False(t, p.Counted)
	}
}

func TestDecide_TheSameReportIsCountedOnce(t *testing.T) {
	c := claimed("RU", "2017-12-31", "2017-12-31", labour.Exactly, 30_023, "voa")
	report := stock("RU", "2017-12-31", "2017-12-31", 30_023, "kbs")
	assert.Equal(t, labour.Undecided, check(t, c, report).Verdict)

	retold := claimed("RU", "2017-12-31", "2017-12-31", labour.About, 30_000, "paper")
	assert.Equal(t, labour.Consistent, check(t, retold, report).Verdict, "by itself")
	c.ID, retold.Repeats = "C2", "C2"
	w := evidence.New([]labour.Observation{report}, []labour.Claim{c, retold}, func(region string, _ labour.Date) []string { return []string{region} },
		evidence.Words{})
	got, _ := w.Decide(retold, nil)
	assert.Equal(t, labour.Undecided, got.Verdict, "it retells that report")

	round := claimed("RU", "2018-02-06", "2018-02-06", labour.About, 10_000, "minister")
	assert.Equal(t, labour.Consistent, check(t, round, estimated(stock("RU", "2018-02-01", "2018-02-28", 10_000, "krai"))).Verdict,
		"a round number that two give is not one report")
}

func TestDecide_AYearHasNoDay(t *testing.T) {
	year := claimed("RU", "2017-01-01", "2017-12-31", labour.About, 50_000, "ngo")
	got := check(t, year, stock("RU", "2017-12-31", "2017-12-31", 30_023, "report"))
	assert.Equal(t, labour.Undecided, got.Verdict)
	assert.Contains(t, got.Explanation, "names a span and no day")

	half := stock("RU", "2012-01-01", "2012-06-30", 20_000, "service")
	got = check(t, claimed("RU", "2012-05-01", "2012-05-01", labour.About, 40_000, "paper"), half)
	assert.Equal(t, labour.Undecided, got.Verdict, "a figure of half a year testifies for no day")
}

func TestDecide_WagesOfOtherSpansOrPeopleDecideNothing(t *testing.T) {
	average := labour.Observation{Indicator: labour.AverageWage, Region: "RU", From: labour.MustParseDate("2018-01-01"),
		To: labour.MustParseDate("2018-12-31"), Value: 43_724, Unit: "RUB per month", Status: labour.StatusNormal, Source: "rosstat"}
	rate := average
	rate.Indicator, rate.Value, rate.Unit = "FX_RUB_PER_USD", 62.6686, "RUB per USD"
	wage := claimed("RU", "2018-01-01", "2018-06-30", labour.Exactly, 42_555, "regional")
	wage.Nationality, wage.Measure, wage.Unit, wage.CompareWith = "", "", "RUB_per_month", labour.AverageWage
	got := check(t, wage, average, rate)
	assert.Equal(t, labour.Undecided, got.Verdict, "half a year beside a year")
	assert.Contains(t, got.Explanation, "the average of 2018, while the claim is about 2018-01-01/2018-06-30")
	wage.To = day("2018-12-31")
	assert.Equal(t, labour.Inconsistent, check(t, wage, average, rate).Verdict, "the very same year")

	theirs := claimed("RU", "2018-01-01", "2018-12-31", labour.About, 500, "interfax")
	theirs.Measure, theirs.Unit, theirs.CompareWith = labour.AverageMonthlyWage, "USD_per_month", labour.AverageWage
	got = check(t, theirs, average, rate)
	assert.Equal(t, labour.Undecided, got.Verdict, "other people")
	require.Len(t, got.Evidence, 1)
	assert.Equal(t, "43,724 RUB at 62.67 RUB for one USD is 697.7 USD", got.Evidence[0].Conversion)
}

func TestDecide_SpokenRoundNumbers(t *testing.T) {
	round := claimed("RU", "2018-01-01", "2018-01-01", labour.Exactly, 12_000, "paper")
	assert.Equal(t, evidence.Set{{Low: 11_500, High: 12_500}}, check(t, round).Allowed)
	for value, off := range map[float64]float64{21_447: 0.5, 6_610: 5, 5_600: 50, 1: 0.05, 45_029.6: 0.05, 10_000: 500, 100: 5, 0: 0, 1200: 50} {
		round.ValueLow = &value
		allowed := check(t, round).Allowed
		require.Len(t, allowed, 1)
		assert.InDelta(t, value-off, allowed[0].Low, 1e-9)
		assert.InDelta(t, value+off, allowed[0].High, 1e-9)
	}
}

func TestDecide_APartIsNotTheWhole(t *testing.T) {
	part := stock("RU-PRI", "2018-02-01", "2018-02-28", 10_000, "krai")
	whole := claimed("RU", "2018-02-08", "2018-02-08", labour.About, 12_000, "minister")
	got := check(t, whole, part)
	assert.Equal(t, labour.Undecided, got.Verdict, "12,000 may be where 10,000 are a part")
	assert.Equal(t, evidence.Set{{Low: 9_500, High: math.Inf(1)}}, got.Possible)
	assert.Equal(t, labour.Inconsistent, check(t, claimed("RU", "2018-02-08", "2018-02-08", labour.About, 2_000, "x"), part).Verdict)
	assert.Equal(t, labour.Undecided, check(t, claimed("RU", "2018-02-08", "2018-02-08", labour.About, 2_000, "x"), estimated(part)).Verdict)
	both := check(t, claimed("RU-FD-FE", "2018-02-08", "2018-02-08", labour.AtLeast, 11_000, "x"), part, stock("RU-AMU", "2018-02-08", "2018-02-08", 2_001, "y"))
	assert.Equal(t, labour.Consistent, both.Verdict, "disjoint parts add up")
	nested := check(t, claimed("RU", "2018-02-08", "2018-02-08", labour.AtLeast, 11_000, "x"), part, stock("RU-FD-FE", "2018-02-08", "2018-02-08", 10_501, "y"))
	assert.Equal(t, labour.Undecided, nested.Verdict, "parts that hold one another do not")

	of := claimed("RU-PRI", "2018-01-12", "2018-01-12", labour.About, 40_000, "x")
	assert.Equal(t, labour.Inconsistent, check(t, of, stock("RU", "2017-12-31", "2017-12-31", 30_023, "report")).Verdict)
}

func TestDecide_APeakIsAtLeastAnyDay(t *testing.T) {
	peak := claimed("RU", "", "2018-02-06", labour.About, 37_000, "interfax")
	peak.Measure = labour.PeakWorkersPresent
	report := stock("RU", "2017-12-31", "2017-12-31", 30_023, "report")
	got := check(t, peak, report, stock("RU", "2018-12-31", "2018-12-31", 11_490, "report"))
	assert.Equal(t, labour.Undecided, got.Verdict)
	assert.Equal(t, evidence.Set{{Low: 30_022.5, High: math.Inf(1)}}, got.Possible)
	peak.ValueLow = new(20_000.0)
	assert.Equal(t, labour.Inconsistent, check(t, peak, report).Verdict)
	peak.Operator = labour.AtLeast
	assert.Equal(t, labour.Consistent, check(t, peak, report).Verdict)
}

func TestDecide_SourcesThatExcludeOneAnotherAreBothPossible(t *testing.T) {
	c := claimed("RU", "2018-02-08", "2018-02-08", labour.About, 15_000, "x")
	got := check(t, c, stock("RU", "2018-02-08", "2018-02-08", 10_001, "a"), stock("RU", "2018-02-08", "2018-02-08", 20_001, "b"))
	assert.Equal(t, evidence.Set{{Low: 10_000.5, High: 10_001.5}, {Low: 20_000.5, High: 20_001.5}}, got.Possible)
	assert.Equal(t, labour.Inconsistent, got.Verdict, "what lies between is said by nobody")
	c.ValueLow = new(10_000.0)
	assert.Equal(t, labour.Undecided, check(t, c, stock("RU", "2018-02-08", "2018-02-08", 10_001, "a"), stock("RU", "2018-02-08", "2018-02-08", 20_001, "b")).Verdict)
}

func TestDecide_ARegister(t *testing.T) {
	c := claimed("RU", "", "2017-12-31", labour.AtLeast, 12_000, "x")
	c.Measure, c.Per = labour.PermitsIssued, labour.PerYear
	decide := func(c labour.Claim, figures ...evidence.Figure) evidence.Check {
		w := evidence.New(nil, nil, func(region string, _ labour.Date) []string { return []string{region} }, evidence.Words{})
		got, _ := w.Decide(c, figures)
		return got
	}
	figure := func(year string, value float64, covered labour.Covered) evidence.Figure {
		return evidence.Figure{Period: period(year+"-01-01", year+"-12-31"), Value: value, Covered: covered, Sources: []string{"register"}}
	}
	assert.Equal(t, labour.Undecided, decide(c, figure("2016", 12, labour.Partial)).Verdict, "one permit is not the register")
	assert.Equal(t, labour.Undecided, decide(c, figure("2016", 12, labour.NotAtAll)).Verdict)
	assert.Equal(t, labour.Inconsistent, decide(c, figure("2016", 12, labour.Complete), figure("2017", 13_000, labour.Complete)).Verdict)
	assert.Equal(t, labour.Undecided, decide(c, figure("2017", 13_000, labour.Complete)).Verdict, "one year is not every year")
	c.From = day("2016-01-01")
	assert.Equal(t, labour.Consistent, decide(c, figure("2016", 12_500, labour.Partial), figure("2017", 13_000, labour.Complete)).Verdict)
}

// Where rows are masked, a figure leaves possible what its masks may hide.
func TestDecide_AMaskedRegister(t *testing.T) {
	w := evidence.New(nil, nil, func(region string, _ labour.Date) []string { return []string{region} }, evidence.Words{})
	figure := evidence.Figure{Period: period("2017-01-01", "2017-12-31"), Value: 100, Within: 40, Covered: labour.Complete, Sources: []string{"register"}}
	for bound, verdict := range map[float64]labour.Verdict{
		50: labour.Consistent, 90: labour.Undecided, 120: labour.Undecided, 150: labour.Inconsistent,
	} {
		c := claimed("RU", "2017-01-01", "2017-12-31", labour.AtLeast, bound, "x")
		c.Measure = labour.PermitsIssued
		got, _ := w.Decide(c, []evidence.Figure{figure})
		assert.Equal(t, verdict, got.Verdict, bound)
		assert.Equal(t, evidence.Set{{Low: 60, High: 140}}, got.Possible)
		assert.Contains(t, got.Evidence[0].Conversion, "rows are masked")
	}
	figure.Covered = labour.Partial
	c := claimed("RU", "2017-01-01", "2017-12-31", labour.AtMost, 50, "x")
	c.Measure = labour.PermitsIssued
	got, _ := w.Decide(c, []evidence.Figure{figure})
	assert.Equal(t, labour.Inconsistent, got.Verdict)
	assert.Contains(t, got.Evidence[0].Conversion, "rows are masked")
	assert.Contains(t, got.Evidence[0].Conversion, "a part of the permits is a lower bound")
}

// A second, naive computation of the possible and the allowed numbers: each number of a grid by itself.
func TestDecide_AgreesWithNumberByNumber(t *testing.T) {
	testsize.Long(t)
	rng := rand.New(rand.NewPCG(11, 2))
	seen := map[labour.Verdict]int{}
	for range testsize.Rounds(1_500, 200) {
		on := labour.MustParseDate("2018-06-15")
		c := claimed("RU", "2018-06-15", "2018-06-15", labour.ClaimOperators[rng.IntN(5)], float64(10*rng.IntN(30)), "claim")
		if c.Operator == labour.Between {
			c.ValueHigh = new(*c.ValueLow + float64(10*rng.IntN(10)))
		}
		var observations []labour.Observation
		for range rng.IntN(4) {
			o := stock([]string{"RU", "RU", "RU-PRI", "RU-AMU", "WORLD"}[rng.IntN(5)], "2018-06-15", "2018-06-15", float64(rng.IntN(300)),
				[]string{"claim", "a", "b"}[rng.IntN(3)])
			o.From = on.AddDays(rng.IntN(21) - 10)
			o.To = o.From
			if q := rng.IntN(4); q < 2 {
				o.Qualifier = labour.Qualifiers[q]
			}
			observations = append(observations, o)
		}
		got := check(t, c, observations...)
		possible, allowed := naive(c, observations, on)
		inside, outside := true, true
		for x := 0.0; x <= 700; x += 0.5 {
			require.Equal(t, possible(x), contains(got.Possible, x), "%v possible: %+v %+v", x, c, observations)
			require.Equal(t, allowed(x), contains(got.Allowed, x), "%v allowed: %+v", x, c)
			inside = inside && (!possible(x) || allowed(x))
			outside = outside && (!possible(x) || !allowed(x))
		}
		want := labour.Undecided
		switch {
		case contains(got.Possible, 0) && contains(got.Possible, 699): // nothing is ruled out, or all is by sources that disagree
			want = got.Verdict
		case inside:
			want = labour.Consistent
		case outside:
			want = labour.Inconsistent
		}
		require.Equal(t, want, got.Verdict, "%+v %+v", c, observations)
		seen[got.Verdict]++
	}
	assert.Len(t, seen, 3)
}

func contains(set evidence.Set, x float64) bool {
	for _, i := range set {
		if i.Low <= x && x <= i.High {
			return true
		}
	}
	return false
}

// naive tells of each number whether it is possible and allowed, straight from the definitions.
func naive(c labour.Claim, observations []labour.Observation, on labour.Date) (possible, allowed func(float64) bool) {
	unit := func(v float64) float64 {
		n, u := int64(v), 1.0
		for n != 0 && n%10 == 0 {
			n, u = n/10, u*10
		}
		return u
	}
	meant := func(operator labour.ClaimOperator, low float64, high *float64) func(float64) bool {
		return func(x float64) bool {
			switch operator {
			case labour.About:
				return math.Abs(x-low) <= low/10
			case labour.AtLeast:
				return x >= low
			case labour.AtMost:
				return x <= low
			case labour.Between:
				return low <= x && x <= *high
			}
			return math.Abs(x-low) <= math.Min(unit(low)/2, 0.05*low)
		}
	}
	var said []func(float64) bool
	parts := map[string]float64{}
	var before, after *labour.Observation
	heard := false
	for _, o := range observations {
		same := o.Source == c.Source || o.Value == *c.ValueLow && o.Value >= 100 && len(strings.TrimRight(number(o.Value), "0")) >= 3 && o.From == on
		near := o.From-7 <= on && on <= o.From+7
		if same {
			continue
		}
		says := meant(o.Qualifier, o.Value, nil)
		if o.Region == "RU" && near && o.Qualifier == labour.AtLeast && o.Value == 0 {
			heard = true // and says nothing
			continue
		}
		switch {
		case o.Region == "RU" && near:
			heard = true
			said = append(said, says)
		case o.Region == "RU" && o.From < on && (before == nil || o.From > before.From):
			before = &o
		case o.Region == "RU" && o.From > on && (after == nil || o.From < after.From):
			after = &o
		case o.Region == "WORLD" && near && o.Qualifier != labour.AtLeast:
			top := o.Value
			if o.Qualifier == "" {
				top += math.Min(unit(o.Value)/2, 0.05*o.Value)
			}
			said = append(said, func(x float64) bool { return x <= top })
		case (o.Region == "RU-PRI" || o.Region == "RU-AMU") && near:
			low := o.Value
			if o.Qualifier == "" {
				low -= math.Min(unit(o.Value)/2, 0.05*o.Value)
			}
			if o.Qualifier == labour.AtMost {
				low = 0
			}
			if low <= 0 {
				break // a part that may be nobody says nothing of the whole
			}
			said = append(said, func(x float64) bool { return x >= low })
			parts[o.Region] = math.Max(parts[o.Region], low)
		}
	}
	if sum := parts["RU-PRI"] + parts["RU-AMU"]; sum > 0 {
		said = append(said, func(x float64) bool { return x >= sum })
	}
	if !heard && before != nil && after != nil {
		a, b := meant(before.Qualifier, before.Value, nil), meant(after.Qualifier, after.Value, nil)
		least, most := 700.0, 0.0
		for y := 0.0; y <= 700; y += 0.5 {
			if a(y) || b(y) {
				least, most = math.Min(least, y), y
			}
		}
		said = append(said, func(x float64) bool { return least <= x && x <= most }) // between some number of the one and some of the other
	}
	common := false
	for x := 0.0; x <= 700 && !common; x += 0.5 {
		common = true
		for _, s := range said {
			common = common && s(x)
		}
	}
	return func(x float64) bool {
		all, any := true, len(said) == 0
		for _, s := range said {
			all, any = all && s(x), any || s(x)
		}
		if common {
			return all
		}
		return any
	}, func(x float64) bool { return meant(c.Operator, *c.ValueLow, c.ValueHigh)(x) }
}

func number(x float64) string {
	text := ""
	for n := int(x); n > 0; n /= 10 {
		text = string(rune('0'+n%10)) + text
	}
	return text
}

// within is a small geography: a region and all that lies in it.
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
