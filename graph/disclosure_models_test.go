package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/dbtest"
	"homebound/internal/labour"
)

// leaving is a register in which 3 of 100 workers are left in Primorye, 20 of 30 in Buryatia and all of 500 in
// Amur; 97 and 10 went home, and 2 who were on no permit are protected. 4 of those who went from Primorye were
// farmers, who earn a wage.
func leaving() dbtest.Content {
	day := labour.MustParseDate
	c := dbtest.Sample()
	permit := func(id, region, industry string, workers int) labour.Permit {
		return labour.Permit{ID: id, Number: id, Region: region, Nationality: "KP", Industry: industry, Workers: workers, IssuedOn: day("2016-12-01"),
			ValidFrom: day("2017-01-01"), ValidTo: day("2019-12-31"), Source: "register"}
	}
	gone := func(id, region, permit, on string, workers int, outcome labour.Outcome) labour.Repatriation {
		return labour.Repatriation{ID: id, Region: region, Nationality: "KP", Permit: permit, Date: day(on), Workers: workers, Outcome: outcome, Source: "register"}
	}
	c.Permits = []labour.Permit{permit("P1", "RU-PRI", "F", 96), permit("P2", "RU-PRI", "A", 4), permit("P3", "RU-BU", "F", 30), permit("P4", "RU-AMU", "C", 500)}
	c.Permits[1].WageMonthly, c.Permits[1].WageCurrency = dbtest.Some(20000.0), "RUB"
	c.Repatriations = []labour.Repatriation{
		gone("R1", "RU-PRI", "P1", "2018-03-01", 92, labour.Returned), gone("R2", "RU-PRI", "P2", "2018-03-01", 4, labour.Returned),
		gone("R3", "RU-BU", "P3", "2018-07-01", 10, labour.Deported), gone("R4", "RU-PRI", "", "2018-05-05", 2, labour.Protected),
		gone("R5", "RU-PRI", "P1", "2018-02-01", 1, labour.Exempt),
	}
	c.Claims = append(c.Claims, labour.Claim{ID: "C2", Topic: "STOCK", Statement: "Hardly any are left.", Speaker: "A governor", Operator: labour.AtMost,
		ValueLow: dbtest.Some(10.0), Unit: "persons", From: dbtest.On("2018-12-31"), To: dbtest.On("2018-12-31"), Region: "RU-PRI", Nationality: "KP",
		Measure: labour.WorkersPresent, Source: "statistics"})
	return c
}

func TestSuppression_Compliance(t *testing.T) {
	guarded, plain := withheld(t, leaving(), 5)
	type judged struct {
		Suppressed                                                 bool
		BaselineWorkers, Remaining, Repatriated, ProtectedOrExempt *float64
		Progress                                                   float64
		RequiredMonthlyPace, RecentMonthlyPace                     *float64
		ProjectedCompletion                                        *string
		Status                                                     string
	}
	ask := func(w *world, region string) judged {
		return data[struct{ Compliance judged }](t, w, `query($r: String) { compliance(sanction: "S/RES/2397(2017)", region: $r, asOf: "2018-12-31") {
			suppressed baselineWorkers remaining repatriated protectedOrExempt progress requiredMonthlyPace recentMonthlyPace projectedCompletion status } }`,
			"r", region).Compliance
	}
	exact := ask(plain, "RU-PRI")
	assert.False(t, exact.Suppressed)
	assert.Equal(t, 3.0, *exact.Remaining)
	assert.Equal(t, 0.97, exact.Progress)

	few := ask(guarded, "RU-PRI")
	assert.True(t, few.Suppressed)
	assert.Nil(t, few.Remaining)
	assert.Nil(t, few.ProtectedOrExempt)
	assert.Nil(t, few.RequiredMonthlyPace)
	assert.Nil(t, few.RecentMonthlyPace)
	assert.Nil(t, few.ProjectedCompletion)
	assert.Equal(t, 100.0, *few.BaselineWorkers)
	assert.Equal(t, 1-4.0/100, few.Progress, "what the most that are withheld would give")
	assert.Equal(t, exact.Status, few.Status)

	// Buryatia or Amur goes with Primorye, since the Far East less the others would give it back.
	assert.True(t, ask(guarded, "RU-BU").Remaining == nil || ask(guarded, "RU-AMU").Remaining == nil)
	whole := ask(guarded, "RU")
	assert.Equal(t, 523.0, *whole.Remaining)
}

type shownImpact struct {
	EconomicImpact struct {
		Suppressed                                        bool
		BaselineWorkers, DepartedWorkers, WorkerYearsLost *float64
		OutputLost, WagesLost                             *struct{ Central float64 }
		ByIndustry                                        []struct {
			Industry        struct{ Code string }
			Suppressed      bool
			WorkerYearsLost *float64
			OutputLost      *struct{ Central float64 }
		}
		Timeline []struct {
			Period                           struct{ Label string }
			Suppressed                       bool
			DepartedWorkers, WorkerYearsLost *float64
			OutputLost                       *struct{ Central float64 }
		}
		Sensitivity []struct{ Parameter string }
		Inputs      []struct{ Name string }
	}
}

func askImpact(t *testing.T, w *world, region, more string) shownImpact {
	t.Helper()
	return data[shownImpact](t, w, fmt.Sprintf(`{ economicImpact(region: %q, scenario: {baseline: "2017-12-22", to: "2018-12-31"%s}) { suppressed baselineWorkers departedWorkers
		workerYearsLost outputLost { central } wagesLost { central } byIndustry { industry { code } suppressed workerYearsLost outputLost { central } }
		timeline { period { label } suppressed departedWorkers workerYearsLost outputLost { central } } sensitivity { parameter } inputs { name } } }`, region, more))
}

func TestSuppression_Impact(t *testing.T) {
	guarded, plain := withheld(t, leaving(), 5)

	assert.Equal(t, 97.0, *askImpact(t, plain, "RU-PRI", "").EconomicImpact.DepartedWorkers)
	few := askImpact(t, guarded, "RU-PRI", "").EconomicImpact
	assert.True(t, few.Suppressed, "100 less 97 is few")
	assert.Nil(t, few.BaselineWorkers)
	assert.Nil(t, few.DepartedWorkers)
	assert.Nil(t, few.WorkerYearsLost)
	assert.Nil(t, few.OutputLost)
	assert.Nil(t, few.WagesLost)
	assert.Empty(t, few.ByIndustry)
	assert.Empty(t, few.Timeline)
	assert.Empty(t, few.Sensitivity)
	assert.Empty(t, few.Inputs)

	exact, whole := askImpact(t, plain, "RU", "").EconomicImpact, askImpact(t, guarded, "RU", "").EconomicImpact
	assert.False(t, whole.Suppressed)
	assert.Equal(t, exact.DepartedWorkers, whole.DepartedWorkers)
	assert.Equal(t, exact.WorkerYearsLost, whole.WorkerYearsLost)
	byCode := map[string]*float64{}
	for i, part := range whole.ByIndustry {
		byCode[part.Industry.Code] = part.WorkerYearsLost
		if part.WorkerYearsLost != nil {
			assert.Equal(t, exact.ByIndustry[i].WorkerYearsLost, part.WorkerYearsLost)
		}
	}
	assert.Nil(t, byCode["A"], "four farmers")
	assert.Nil(t, byCode["F"], "the total less the others is the farmers")
	named := func(answer shownImpact) bool {
		for _, input := range answer.EconomicImpact.Inputs {
			if strings.HasPrefix(input.Name, "permits' own wage") {
				return true
			}
		}
		return false
	}
	assert.True(t, named(askImpact(t, plain, "RU", "")))
	assert.False(t, named(askImpact(t, guarded, "RU", "")), "the wage of four farmers")
}

// A part of an impact tells of itself that it is withheld, also where the whole is not.
func TestSuppression_PartsOfAnImpactTellOfThemselves(t *testing.T) {
	slowly := leaving()
	slowly.Repatriations = nil
	for on, workers := range map[string]int{"2018-03-01": 4, "2018-05-01": 200} {
		slowly.Repatriations = append(slowly.Repatriations, labour.Repatriation{ID: on, Region: "RU-AMU", Nationality: "KP", Permit: "P4",
			Date: labour.MustParseDate(on), Workers: workers, Outcome: labour.Returned, Source: "register"})
	}
	var hidden, told int
	tells := func(suppressed bool, figures, asTheyAre []*float64) {
		t.Helper()
		for i, figure := range figures {
			if suppressed {
				assert.Nil(t, figure)
				hidden++
			} else {
				assert.Equal(t, asTheyAre[i], figure)
				told++
			}
		}
	}
	central := func(estimate *struct{ Central float64 }) *float64 {
		if estimate == nil {
			return nil
		}
		return &estimate.Central
	}
	for region, content := range map[string]dbtest.Content{"RU-AMU": slowly, "RU": leaving()} {
		guarded, plain := withheld(t, content, 5)
		exact, shown := askImpact(t, plain, region, "").EconomicImpact, askImpact(t, guarded, region, "").EconomicImpact
		require.False(t, shown.Suppressed)
		require.Len(t, shown.Timeline, len(exact.Timeline))
		require.Len(t, shown.ByIndustry, len(exact.ByIndustry))
		hidden, told = 0, 0
		for i, part := range shown.Timeline {
			is := exact.Timeline[i]
			assert.False(t, is.Suppressed)
			tells(part.Suppressed, []*float64{part.DepartedWorkers, part.WorkerYearsLost, central(part.OutputLost)}, []*float64{is.DepartedWorkers, is.WorkerYearsLost, central(is.OutputLost)})
		}
		assert.Equal(t, region == "RU-AMU", hidden > 0, "four had gone from Amur in March, and many more from Russia")
		assert.NotZero(t, told)
		hidden, told = 0, 0
		for i, part := range shown.ByIndustry {
			is := exact.ByIndustry[i]
			assert.False(t, is.Suppressed)
			tells(part.Suppressed, []*float64{part.WorkerYearsLost, central(part.OutputLost)}, []*float64{is.WorkerYearsLost, central(is.OutputLost)})
		}
		assert.Equal(t, region == "RU", hidden > 0, "four farmers went from Primorye")
		assert.NotZero(t, told)
	}
}

// The number that is gone does not come out by asking for one more stayer each time.
func TestSuppression_StayersDoNotTellWhoIsGone(t *testing.T) {
	content := leaving()
	content.Repatriations = []labour.Repatriation{content.Repatriations[1]} // 4 are gone
	guarded, _ := withheld(t, content, 5)
	for stayers := range 8 {
		answer := askImpact(t, guarded, "RU", fmt.Sprintf(", stayers: %d", stayers)).EconomicImpact
		assert.True(t, answer.Suppressed, "%d stayers", stayers)
	}
	content = leaving()
	guarded, _ = withheld(t, content, 20)
	var hidden []bool
	for stayers := range 8 {
		timeline := askImpact(t, guarded, "RU", fmt.Sprintf(", stayers: %d", stayers)).EconomicImpact.Timeline
		require.NotEmpty(t, timeline)
		var now []bool
		for _, period := range timeline {
			now = append(now, period.DepartedWorkers == nil)
		}
		if hidden != nil {
			assert.Equal(t, hidden, now, "%d stayers", stayers)
		}
		hidden = now
	}
}

func TestSuppression_Claims(t *testing.T) {
	guarded, plain := withheld(t, leaving(), 5)
	type check struct {
		Verdict, Explanation string
		Computed             *float64
	}
	ask := func(w *world) check {
		answer := data[struct {
			Claims struct {
				Nodes []struct {
					Speaker string
					Check   *check
				}
			}
		}](t, w, `{ claims(filter: {speaker: "governor"}) { nodes { speaker check { verdict explanation computed } } } }`)
		require.Len(t, answer.Claims.Nodes, 1)
		return *answer.Claims.Nodes[0].Check
	}
	exact := ask(plain)
	require.Equal(t, 3.0, *exact.Computed)
	few := ask(guarded)
	assert.Nil(t, few.Computed)
	assert.Equal(t, "UNDECIDED", few.Verdict)
	assert.Contains(t, few.Explanation, "withheld")
}
