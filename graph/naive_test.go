package graph_test

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// naive answers from the rows of testdata/worlds/small by itself: day by day, row by row, and with nothing of the
// project but its calendar.
type naive struct {
	permits, repatriations, observations, employers, parents []map[string]string
}

func readNaive(t *testing.T) naive {
	t.Helper()
	read := func(table string) []map[string]string {
		file, err := os.Open(filepath.Join("testdata", "worlds", "small", table+".csv"))
		require.NoError(t, err)
		defer file.Close()
		lines, err := csv.NewReader(file).ReadAll()
		require.NoError(t, err)
		var rows []map[string]string
		for _, line := range lines[1:] {
			row := map[string]string{}
			for i, name := range lines[0] {
				row[name] = line[i]
			}
			rows = append(rows, row)
		}
		return rows
	}
	return naive{read("permits"), read("repatriations"), read("observations"), read("employers"), read("region_parents")}
}

func number(text string) float64 {
	if text == "" {
		return 0
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return value
}

// within reports whether a region lies in another, or is it, on a day; dates compare as text.
func (n naive) within(region, above string, on labour.Date) bool {
	if above == "" || region == above {
		return true
	}
	for _, m := range n.parents {
		if m["code"] == region && (m["valid_from"] == "" || m["valid_from"] <= on.String()) && (m["valid_to"] == "" || on.String() <= m["valid_to"]) {
			return n.within(m["parent_code"], above, on)
		}
	}
	return false
}

func (n naive) industry(p map[string]string) string {
	if p["industry"] != "" {
		return p["industry"]
	}
	for _, e := range n.employers {
		if e["id"] == p["employer_id"] {
			return e["industry"]
		}
	}
	return ""
}

// present is present(p, d) of the definitions.
func (n naive) present(p map[string]string, d labour.Date) float64 {
	day := d.String()
	if day < p["valid_from"] || day > p["valid_to"] || p["revoked_on"] != "" && day >= p["revoked_on"] {
		return 0
	}
	workers := number(p["workers"])
	for _, r := range n.repatriations {
		if r["permit_id"] == p["id"] && r["date"] <= day {
			workers -= number(r["workers"])
		}
	}
	return max(0, workers)
}

// cell is a region and an industry.
type cell struct{ region, industry string }

// stock returns the workers present by cell.
func (n naive) stock(region string, boundaries, d labour.Date, nationalities []string) map[cell]float64 {
	stock := map[cell]float64{}
	for _, p := range n.permits {
		if n.within(p["region_code"], region, boundaries) && slices.Contains(nationalities, p["nationality"]) {
			stock[cell{p["region_code"], n.industry(p)}] += n.present(p, d)
		}
	}
	return stock
}

func sum(stock map[cell]float64) (total float64) {
	for _, workers := range stock {
		total += workers
	}
	return total
}

// observed returns an indicator's value of a year, else of the nearest earlier year, else of the nearest later.
func (n naive) observed(indicator, region, industry string, year int) (float64, bool) {
	byYear := map[int]float64{}
	for _, o := range n.observations {
		if o["indicator"] == indicator && o["region_code"] == region && o["industry"] == industry {
			byYear[labour.MustParseDate(o["from"]).Year()] = number(o["value"])
		}
	}
	years := slices.Sorted(maps.Keys(byYear))
	if len(years) == 0 {
		return 0, false
	}
	chosen := years[0]
	for _, y := range years {
		if y <= year {
			chosen = y
		}
	}
	return byYear[chosen], true
}

type impactAnswer struct {
	EconomicImpact struct {
		BaselineWorkers, DepartedWorkers, WorkerYearsLost float64
		OutputLost, WagesLost, IncomeTaxLost              struct{ Low, Central, High float64 }
		RemittancesForgone                                struct{ Low, Central, High float64 }
		ByIndustry                                        []struct {
			Industry        struct{ Code string }
			WorkerYearsLost float64
		}
	}
}

func TestEconomicImpact_AgreesWithADayByDayComputation(t *testing.T) {
	w, n := in(t, "small"), readNaive(t)
	random := rand.New(rand.NewPCG(7, 2018))
	day := func(from labour.Date, days int) labour.Date { return from.AddDays(random.IntN(days)) }
	regions := []string{"RU-PRI", "RU-AMU", "RU-BU", "RU-FD-FE"}
	for i := range 60 {
		baseline := day(labour.NewDate(2017, time.October, 1), 300)
		from := day(baseline, 200)
		to := day(from, 600)
		boundaries := day(labour.NewDate(2018, time.October, 1), 90)
		region, nationalities := regions[random.IntN(len(regions))], []string{"KP"}
		if random.IntN(3) == 0 {
			nationalities = []string{"KP", "CN"}
		}
		stayers := float64([]int{0, 0, 30, 1000}[random.IntN(4)])
		name := fmt.Sprintf("%d: %s %v from %s to %s since %s on %s, %v stay", i, region, nationalities, from, to, baseline, boundaries, stayers)

		before := n.stock(region, boundaries, baseline, nationalities)
		last := n.stock(region, boundaries, to, nationalities)
		var departed, workerYears, output, wages, scaledWages float64
		byIndustry := map[string]float64{}
		for d := from; d <= to; d++ {
			now := n.stock(region, boundaries, d, nationalities)
			departed = max(0, sum(before)-sum(now)-stayers)
			year, falls := d.Year(), 0.0
			for c := range before {
				falls += max(0, before[c]-now[c])
			}
			for c := range before {
				fall := max(0, before[c]-now[c])
				if departed == 0 || fall == 0 {
					continue
				}
				part := departed * fall / falls / float64(labour.DaysInYear(year))
				workerYears += part
				byIndustry[c.industry] += part
				output += part * n.productivity(t, c, year)
				if wage, known := n.ownWage(c, baseline, to, nationalities); known {
					wages += part * 12 * wage
				} else {
					average, known := n.observed("AVG_WAGE", c.region, "", year)
					require.True(t, known)
					scaledWages += part * 12 * average
				}
			}
		}

		got := data[impactAnswer](t, w, `query ($region: String!, $scenario: Scenario) { economicImpact(region: $region, scenario: $scenario) {
			baselineWorkers departedWorkers workerYearsLost outputLost { low central high } wagesLost { low central high } incomeTaxLost { low central high }
			remittancesForgone { low central high } byIndustry { industry { code } workerYearsLost }
		} }`, "region", region, "scenario", map[string]any{
			"baseline": baseline.String(), "from": from.String(), "to": to.String(), "boundariesOn": boundaries.String(),
			"nationalities": nationalities, "stayers": int(stayers), "stayersRule": "FIRST",
			"substitutionRate":           map[string]any{"low": 0.1, "central": 0.25, "high": 0.5},
			"relativeProductivity":       map[string]any{"low": 0.5, "central": 1, "high": 2},
			"relativeWage":               map[string]any{"low": 0.5, "central": 0.75, "high": 1},
			"outputMultiplier":           map[string]any{"low": 1, "central": 2, "high": 3},
			"remittancePerWorkerYearUsd": map[string]any{"low": 100, "central": 200, "high": 300}, // less than anybody earns after tax
		}).EconomicImpact
		agree := func(want, got float64, figure string) {
			assert.InDelta(t, want, got, 1e-9*max(1, want), "%s: %s", name, figure)
		}
		agree(sum(before), got.BaselineWorkers, "baselineWorkers")
		agree(max(0, sum(before)-sum(last)-stayers), got.DepartedWorkers, "departedWorkers")
		agree(workerYears, got.WorkerYearsLost, "workerYearsLost")
		agree(output*0.5*0.5*1, got.OutputLost.Low, "outputLost.low")
		agree(output*1*0.75*2, got.OutputLost.Central, "outputLost.central")
		agree(output*2*0.9*3, got.OutputLost.High, "outputLost.high")
		agree((wages+scaledWages*0.5)*0.5, got.WagesLost.Low, "wagesLost.low")
		agree((wages+scaledWages*0.75)*0.75, got.WagesLost.Central, "wagesLost.central")
		agree((wages+scaledWages)*0.9, got.WagesLost.High, "wagesLost.high")
		agree(0.13*(wages+scaledWages*0.75)*0.75, got.IncomeTaxLost.Central, "incomeTaxLost.central")
		agree(workerYears*200, got.RemittancesForgone.Central, "remittancesForgone.central")
		for _, part := range got.ByIndustry {
			agree(byIndustry[part.Industry.Code], part.WorkerYearsLost, "byIndustry "+part.Industry.Code)
			delete(byIndustry, part.Industry.Code)
		}
		delete(byIndustry, "")
		for industry, years := range byIndustry {
			assert.Zero(t, years, "%s: byIndustry lacks %s", name, industry)
		}
	}
}

// productivity returns the output of an average worker a year, in roubles.
func (n naive) productivity(t *testing.T, c cell, year int) float64 {
	t.Helper()
	added, known := n.observed("GVA", c.region, c.industry, year)
	employed, alsoKnown := n.observed("EMPLOYED", c.region, c.industry, year)
	if c.industry == "" || !known || !alsoKnown {
		added, known = n.observed("GRP", c.region, "", year)
		employed, alsoKnown = n.observed("EMPLOYED", c.region, "", year)
	}
	require.True(t, known && alsoKnown)
	return added * 1e6 / (employed * 1e3)
}

// ownWage returns the wage of a cell's permits, weighted by what each has lost between two days.
func (n naive) ownWage(c cell, from, to labour.Date, nationalities []string) (float64, bool) {
	var paid, gone float64
	for _, p := range n.permits {
		rate := map[string]float64{"RUB": 1}[p["wage_currency"]]
		if p["wage_currency"] == "USD" && p["issued_on"][:4] == "2017" {
			rate = 60
		}
		fall := n.present(p, from) - n.present(p, to)
		if p["region_code"] == c.region && n.industry(p) == c.industry && slices.Contains(nationalities, p["nationality"]) && rate > 0 && fall > 0 {
			paid += number(p["wage_monthly"]) * rate * fall
			gone += fall
		}
	}
	return paid / max(1, gone), gone > 0
}

func TestCompliance_AgreesWithACountOfTheRows(t *testing.T) {
	w, n := in(t, "small"), readNaive(t)
	random := rand.New(rand.NewPCG(2397, 8))
	adopted, deadline := labour.NewDate(2017, time.December, 22), labour.NewDate(2019, time.December, 22)
	kp := []string{"KP"}
	for range 60 {
		asOf := adopted.AddDays(random.IntN(900))
		region := []string{"", "RU", "RU-FD-FE", "RU-FD-SI", "RU-PRI", "RU-AMU", "RU-BU"}[random.IntN(7)]
		name := fmt.Sprintf("%s on %s", region, asOf)
		on := func(d labour.Date) float64 { return sum(n.stock(region, asOf, d, kp)) }

		var repatriated, others float64
		for _, r := range n.repatriations {
			if r["nationality"] != "KP" || r["date"] < adopted.String() || r["date"] > asOf.String() || !n.within(r["region_code"], region, asOf) {
				continue
			}
			if r["outcome"] == "PROTECTED" || r["outcome"] == "EXEMPT" {
				others += number(r["workers"])
			} else {
				repatriated += number(r["workers"])
			}
		}
		var variables []any
		if region != "" {
			variables = []any{"region", region}
		}
		c := data[struct {
			Compliance struct {
				BaselineWorkers, Repatriated, ProtectedOrExempt, Remaining, Progress, RecentMonthlyPace float64
				HalfwayMet                                                                              *bool
				DaysToDeadline                                                                          int
				RequiredMonthlyPace                                                                     *float64
				Status                                                                                  labour.ComplianceStatus
			}
		}](t, w, fmt.Sprintf(`query ($region: String) { compliance(sanction: "S/RES/2397(2017)", region: $region, asOf: %q) {
			baselineWorkers repatriated protectedOrExempt remaining progress halfwayMet daysToDeadline requiredMonthlyPace recentMonthlyPace status
		} }`, asOf), variables...).Compliance

		assert.Equal(t, on(adopted), c.BaselineWorkers, name)
		assert.Equal(t, on(asOf), c.Remaining, name)
		assert.Equal(t, repatriated, c.Repatriated, name)
		assert.Equal(t, others, c.ProtectedOrExempt, name)
		assert.Equal(t, deadline.Sub(asOf), c.DaysToDeadline, name)
		if on(adopted) > 0 {
			assert.InDelta(t, 1-on(asOf)/on(adopted), c.Progress, 1e-12, name)
		}
		pace := (on(asOf.AddMonths(-3)) - on(asOf)) / 3
		assert.InDelta(t, pace, c.RecentMonthlyPace, 1e-12, name)
		if asOf < labour.NewDate(2018, time.December, 22) || region == "" {
			assert.Nil(t, c.HalfwayMet, name)
		} else {
			require.NotNil(t, c.HalfwayMet, name)
			assert.Equal(t, on(labour.NewDate(2018, time.December, 22)) <= on(adopted)/2, *c.HalfwayMet, name)
		}
		required := 0.0
		if asOf < deadline {
			required = on(asOf) / (float64(deadline.Sub(asOf)) / 30.436875)
			require.NotNil(t, c.RequiredMonthlyPace, name)
			assert.InDelta(t, required, *c.RequiredMonthlyPace, 1e-9, name)
		} else {
			assert.Nil(t, c.RequiredMonthlyPace, name)
		}
		status := labour.Behind
		switch {
		case region == "": // the register is complete for Russia, and of China nothing is known
			status = labour.Unknown
		case on(asOf) == 0:
			status = labour.Completed
		case asOf > deadline:
			status = labour.Missed
		case asOf < deadline && pace >= required:
			status = labour.OnTrack
		}
		assert.Equal(t, status, c.Status, name)
	}
}
