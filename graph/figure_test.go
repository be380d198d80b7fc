package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// figure is a derived figure as a client reads it.
type figure struct {
	Value, Base *float64
	Unit        string
	Coverage    string
	Why         *string
}

type figureRow struct {
	ID                                      string
	Others                                  bool
	Region, District, Industry, Nationality *struct{ Code string }
	Period                                  struct{ Key, From, To string }
	Plain                                   *float64
	Value, Change, Relative, Year, YearPart figure
	Share, Parent, Rank, Heads, Employed    figure
	Median, Low, High                       figure
}

func (r figureRow) group() string {
	var parts []string
	for _, d := range []*struct{ Code string }{r.Region, r.District, r.Industry, r.Nationality} {
		if d == nil {
			parts = append(parts, "")
		} else {
			parts = append(parts, d.Code)
		}
	}
	return strings.Join(parts, "|")
}

type figureAnswer struct {
	Report struct {
		TotalCount int
		Rows       []figureRow
		Totals     figureRow
	}
}

const figureDimensions = `id others region { code } district { code } industry { code } nationality { code } period { key from to }`

// figures asks for a report with every figure of a measure.
func figures(t *testing.T, w *world, arguments string, info labour.MeasureInfo) figureAnswer {
	t.Helper()
	const f = " { value base unit coverage why }"
	fields := figureDimensions + " plain: " + info.Field
	for _, one := range []struct{ alias, as string }{{"value", "VALUE"}, {"change", "CHANGE_ON_PERIOD_BEFORE"},
		{"relative", "RELATIVE_CHANGE_ON_PERIOD_BEFORE"}, {"year", "CHANGE_ON_YEAR_BEFORE"}, {"yearPart", "RELATIVE_CHANGE_ON_YEAR_BEFORE"},
		{"share", "SHARE_OF_TOTAL"}, {"parent", "SHARE_OF_PARENT"}, {"rank", "RANK"}, {"heads", "PER_1000_INHABITANTS"}, {"employed", "PER_1000_EMPLOYED"}} {
		fields += fmt.Sprintf(" %s: figure(measure: %s, as: %s)%s", one.alias, info.Measure, one.as, f)
	}
	return data[figureAnswer](t, w, "{ report("+arguments+") { totalCount rows { "+fields+" } totals { "+fields+" } } }")
}

// plain asks for a measure alone, by group and period.
func plain(t *testing.T, w *world, arguments string, info labour.MeasureInfo) map[string]*float64 {
	t.Helper()
	found := map[string]*float64{}
	for _, row := range data[figureAnswer](t, w, "{ report("+arguments+") { rows { "+figureDimensions+" plain: "+info.Field+" } } }").Report.Rows {
		found[row.group()+" "+row.Period.Key] = row.Plain
	}
	return found
}

// before is the period before one, and the same a year before, as the contract has them.
func before(t *testing.T, granularity labour.Granularity, p labour.Period) (labour.Period, labour.Period) {
	t.Helper()
	months := map[labour.Granularity]int{labour.Month: 1, labour.Quarter: 3, labour.Year: 12}[granularity]
	shift := func(months int) labour.Period {
		q := labour.Period{From: p.From.AddMonths(-months), To: p.To.AddMonths(-months)}
		if p.Days() > 1 && p.To.AddDays(1).String()[8:] == "01" { // the end of a month is held against the end of one
			for q.To.AddDays(1).String()[8:] != "01" {
				q.To = q.To.AddDays(1)
			}
		}
		return q
	}
	if months == 0 {
		return labour.Period{From: p.From.AddDays(-p.Days()), To: p.From.AddDays(-1)}, shift(12)
	}
	return shift(months), shift(12)
}

func TestFigure_AgreesWithReportsOfOtherPeriodsAndGroups(t *testing.T) {
	testsize.Long(t)
	w, n := in(t, "small"), readNaive(t)
	random := rand.New(rand.NewPCG(14, 6))
	groupings := []string{"REGION", "DISTRICT", "INDUSTRY", "NATIONALITY", "DISTRICT, INDUSTRY", "REGION, NATIONALITY", "INDUSTRY, REGION", ""}
	for i := range 60 {
		info := labour.Measures[random.IntN(len(labour.Measures))]
		groupBy, granularity := groupings[random.IntN(len(groupings))], []labour.Granularity{"", labour.Month, labour.Quarter, labour.Year, labour.Day}[random.IntN(5)]
		from := labour.MustParseDate("2017-02-01").AddDays(random.IntN(600))
		to := from.AddDays(1 + random.IntN(250))
		if granularity == labour.Day {
			to = from.AddDays(random.IntN(9))
		}
		filter := []string{"", `, within: "RU"`, `, nationalities: ["KP"]`, `, not: {industries: ["F"]}`, `, within: "RU-PRI"`}[random.IntN(5)]
		arguments := func(p labour.Period, groupBy string, g labour.Granularity) string {
			text := fmt.Sprintf(`groupBy: [%s], boundariesOn: "2018-12-31", filter: {period: {from: %q, to: %q}%s}`, groupBy, p.From, p.To, filter)
			if g != "" {
				text += ", granularity: " + string(g)
			}
			return text
		}
		whole := labour.Period{From: from, To: to}
		name := fmt.Sprintf("%d: %s of %s", i, info.Measure, arguments(whole, groupBy, granularity))
		answer := figures(t, w, arguments(whole, groupBy, granularity), info).Report
		dimensions := strings.Split(groupBy, ", ")
		around := strings.Join(dimensions[:len(dimensions)-1], ", ")
		if groupBy == "REGION" {
			around = "DISTRICT"
		}
		totals, parents := plain(t, w, arguments(whole, "", granularity), info), plain(t, w, arguments(whole, around, granularity), info)
		others := map[string]map[string]*float64{}
		other := func(p labour.Period) map[string]*float64 {
			if others[p.Key()] == nil {
				others[p.Key()] = plain(t, w, arguments(p, groupBy, ""), info)
			}
			return others[p.Key()]
		}
		for _, row := range answer.Rows {
			about := name + " " + row.group() + " " + row.Period.Key
			assert.Equal(t, row.Plain, row.Value.Value, about)
			if row.Plain == nil {
				for _, f := range []figure{row.Value, row.Change, row.Year, row.Share, row.Parent, row.Rank, row.Heads, row.Employed} {
					assert.Nil(t, f.Value, about)
					assert.NotNil(t, f.Why, about)
				}
				continue
			}
			p := labour.Period{From: labour.MustParseDate(row.Period.From), To: labour.MustParseDate(row.Period.To)}
			last, year := before(t, granularity, p)
			for _, held := range []struct {
				days               labour.Period
				absolute, relative figure
			}{{last, row.Change, row.Relative}, {year, row.Year, row.YearPart}} {
				base, there := other(held.days)[row.group()+" "+held.days.Key()]
				if !there { // no row of that group then
					if base = held.absolute.Base; base != nil {
						assert.Zero(t, *base, about)
					}
				}
				if base == nil {
					assert.Nil(t, held.absolute.Value, about)
					assert.NotNil(t, held.absolute.Why, about)
					continue
				}
				require.NotNil(t, held.absolute.Value, "%s: %s in %s", about, deref(held.absolute.Why), held.days.Key())
				assert.InDelta(t, *row.Plain-*base, *held.absolute.Value, 1e-9, about)
				if *base == 0 {
					assert.Nil(t, held.relative.Value, about)
					assert.NotNil(t, held.relative.Why, about)
				} else if assert.NotNil(t, held.relative.Value, about) {
					assert.InDelta(t, (*row.Plain-*base) / *base, *held.relative.Value, 1e-9, about)
				}
			}
			share := func(f figure, whole *float64, of string) {
				if !info.AddsUpOverGroups || whole == nil || *whole == 0 {
					assert.Nil(t, f.Value, "%s: %s", about, of)
					assert.NotNil(t, f.Why, "%s: %s", about, of)
				} else if assert.NotNil(t, f.Value, "%s: %s: %s", about, of, deref(f.Why)) {
					assert.InDelta(t, *row.Plain / *whole, *f.Value, 1e-9, "%s: %s", about, of)
				}
			}
			share(row.Share, totals["||| "+row.Period.Key], "total")
			up := row
			for _, d := range []struct {
				name string
				of   **struct{ Code string }
			}{{"REGION", &up.Region}, {"DISTRICT", &up.District}, {"INDUSTRY", &up.Industry}, {"NATIONALITY", &up.Nationality}} {
				if !slices.Contains(strings.Split(around, ", "), d.name) {
					*d.of = nil
				}
			}
			if groupBy == "REGION" {
				for _, district := range []string{"RU-FD-FE", "RU-FD-SI"} {
					if row.Region != nil && n.within(row.Region.Code, district, labour.MustParseDate("2018-12-31")) {
						up.District = &struct{ Code string }{district}
					}
				}
			}
			share(row.Parent, parents[up.group()+" "+row.Period.Key], "parent")
			rank := 1
			for _, another := range answer.Rows {
				if another.Period.Key == row.Period.Key && another.Plain != nil && *another.Plain > *row.Plain {
					rank++
				}
			}
			assert.InDelta(t, float64(rank), *row.Rank.Value, 0, about)
			heads(t, n, row, filter, p.To.Year(), about)
		}
		assert.Equal(t, answer.Totals.Plain, answer.Totals.Value.Value, name)
		assert.Nil(t, answer.Totals.Rank.Value, name)
	}
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// heads holds figures per 1,000 persons to the rows of observations.csv.
func heads(t *testing.T, n naive, row figureRow, filter string, year int, about string) {
	t.Helper()
	place := ""
	switch {
	case row.Region != nil:
		place = row.Region.Code
	case row.District != nil:
		place = row.District.Code
	case strings.Contains(about, "[REGION") || strings.Contains(about, "[DISTRICT") || strings.Contains(about, "REGION]"):
	case strings.Contains(filter, `"RU-PRI"`):
		place = "RU-PRI"
	case strings.Contains(filter, `"RU"`):
		place = "RU"
	}
	industry := ""
	if row.Industry != nil {
		industry = row.Industry.Code
	}
	for indicator, f := range map[string]figure{"POPULATION": row.Heads, "EMPLOYED": row.Employed} {
		var persons float64
		for _, o := range n.observations {
			of := map[string]string{"POPULATION": "", "EMPLOYED": industry}[indicator]
			if o["indicator"] == indicator && o["region_code"] == place && o["industry"] == of && o["nationality"] == "" &&
				o["from"][:4] == fmt.Sprint(year) && o["to"][:4] == fmt.Sprint(year) {
				persons = number(o["value"]) * 1000
			}
		}
		if indicator == "EMPLOYED" && strings.Contains(about, "INDUSTRY") && industry == "" {
			persons = 0
		}
		if persons == 0 {
			assert.Nil(t, f.Value, "%s: %s", about, indicator)
			assert.NotNil(t, f.Why, "%s: %s", about, indicator)
		} else if assert.NotNil(t, f.Value, "%s: %s: %s", about, indicator, deref(f.Why)) {
			assert.InDelta(t, *row.Plain/persons*1000, *f.Value, 1e-9, "%s: %s", about, indicator)
			assert.InDelta(t, persons, *f.Base, 1e-6, "%s: %s", about, indicator)
		}
	}
}

func TestFigure_IsTheSameOnEveryPage(t *testing.T) {
	w := in(t, "default")
	info, _ := labour.WorkersPresent.Info()
	const arguments = `groupBy: [REGION], granularity: YEAR, orderBy: [{measure: WORKERS_PRESENT, direction: DESC}]`
	all := figures(t, w, arguments, info).Report
	require.Greater(t, all.TotalCount, 100)
	for _, page := range []string{", first: 7, offset: 90", ", last: 7", ", first: 3"} {
		for _, row := range figures(t, w, arguments+page, info).Report.Rows {
			i := slices.IndexFunc(all.Rows, func(r figureRow) bool { return r.ID == row.ID })
			require.GreaterOrEqual(t, i, 0)
			assert.Equal(t, all.Rows[i], row, page)
		}
	}
}

func TestWagePercentile_AgreesWithTheListOfPermits(t *testing.T) {
	w := in(t, "default")
	type answer struct {
		Report struct {
			Rows []struct {
				Region            struct{ Code string }
				Period            struct{ From, To string }
				Lowest, Ten, Half figure
				Highest           figure
			}
		}
	}
	const f = "{ value unit why }"
	rows := data[answer](t, w, `{ report(groupBy: [REGION], granularity: YEAR, filter: {within: "RU-FD-FE", nationalities: ["KP"], period: {from: "2016-03-01", to: "2017-09-30"}}) {
		rows { region { code } period { from to } lowest: wagePercentile(percent: 0) `+f+` ten: wagePercentile(percent: 10) `+f+` half: wagePercentile `+f+` highest: wagePercentile(percent: 100) `+f+` } } }`).Report.Rows
	require.NotEmpty(t, rows)
	known := 0
	rates := map[string]float64{}
	for _, o := range data[struct {
		Observations struct {
			Nodes []struct {
				From  string
				Value float64
			}
		}
	}](t, w, "query ($codes: [String!]) { observations(filter: {indicators: $codes}) { nodes { from value } } }",
		"codes", []any{labour.ExchangeRateIndicator("RUB", "USD")}).Observations.Nodes {
		rates[o.From[:4]] = o.Value
	}
	for _, row := range rows {
		var wages []float64
		for after := any(nil); ; {
			page := data[struct {
				Permits struct {
					Nodes []struct {
						WageMonthly  *float64
						WageCurrency *string
						Workers      int
					}
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}](t, w, `query ($filter: PermitFilter, $after: String) { permits(filter: $filter, first: 1000, after: $after) { nodes { wageMonthly wageCurrency workers } pageInfo { hasNextPage endCursor } } }`,
				"filter", map[string]any{"within": row.Region.Code, "nationalities": []any{"KP"}, "issued": map[string]any{"from": row.Period.From, "to": row.Period.To}}, "after", after).Permits
			for _, p := range page.Nodes {
				for range p.Workers {
					switch {
					case p.WageMonthly == nil:
					case *p.WageCurrency == "USD":
						wages = append(wages, *p.WageMonthly*rates[row.Period.From[:4]])
					default:
						wages = append(wages, *p.WageMonthly)
					}
				}
			}
			if !page.PageInfo.HasNextPage {
				break
			}
			after = page.PageInfo.EndCursor
		}
		slices.Sort(wages)
		if len(wages) == 0 {
			assert.Nil(t, row.Half.Value)
			assert.Equal(t, "No wage is known.", deref(row.Half.Why))
			continue
		}
		known++
		at := func(percent int) float64 { return wages[max(0, (len(wages)*percent+99)/100-1)] }
		for percent, f := range map[int]figure{0: row.Lowest, 10: row.Ten, 50: row.Half, 100: row.Highest} {
			require.NotNil(t, f.Value)
			assert.InDelta(t, at(percent), *f.Value, 1e-9, "%s %s: %d", row.Region.Code, row.Period.From, percent)
			assert.Equal(t, "RUB per month", f.Unit)
		}
	}
	assert.NotZero(t, known)
}

func TestTop_AndTheOthersAddUpToTheTotals(t *testing.T) {
	testsize.Long(t)
	w := in(t, "default")
	for _, groupBy := range []string{"REGION", "DISTRICT", "INDUSTRY, NATIONALITY", "EMPLOYER"} {
		for _, by := range []string{"PERMITS_ISSUED", "WORKERS_PRESENT", "PEAK_WORKERS_PRESENT"} {
			arguments := fmt.Sprintf(`groupBy: [%s], granularity: YEAR, filter: {period: {from: "2016-01-01", to: "2018-06-30"}}, top: {count: 2, by: %s}`, groupBy, by)
			type sums struct {
				Others                                                               bool
				Period                                                               struct{ Key string }
				PermitsIssued, WorkersAuthorised, WorkersPresent, WorkersRepatriated int
				WorkerDays, AverageWorkersPresent                                    float64
				PeakWorkersPresent                                                   int
				Permits, Repatriations                                               struct{ TotalCount int }
				Share                                                                figure
			}
			type answer struct {
				Report struct {
					TotalCount int
					Rows       []sums
				}
			}
			fields := `others period { key } permitsIssued workersAuthorised workersPresent workersRepatriated workerDays averageWorkersPresent peakWorkersPresent
				share: figure(measure: WORKER_DAYS, as: SHARE_OF_TOTAL) { value }`
			if groupBy == "REGION" && by == "PERMITS_ISSUED" {
				fields += " permits(first: 0) { totalCount } repatriations(first: 0) { totalCount }"
			}
			found := data[answer](t, w, "{ report("+arguments+") { totalCount rows { "+fields+" } } }").Report
			whole := data[answer](t, w, `{ report(granularity: YEAR, filter: {period: {from: "2016-01-01", to: "2018-06-30"}}) { rows { `+fields+" } } }").Report
			require.LessOrEqual(t, found.TotalCount, 9, arguments)
			assert.True(t, found.Rows[len(found.Rows)-1].Others, arguments)
			for _, total := range whole.Rows {
				var sum sums
				parts, shares := 0, 0.0
				for _, row := range found.Rows {
					if row.Period == total.Period {
						parts++
						sum.PermitsIssued += row.PermitsIssued
						sum.WorkersAuthorised += row.WorkersAuthorised
						sum.WorkersPresent += row.WorkersPresent
						sum.WorkersRepatriated += row.WorkersRepatriated
						sum.WorkerDays += row.WorkerDays
						sum.Permits.TotalCount += row.Permits.TotalCount
						sum.Repatriations.TotalCount += row.Repatriations.TotalCount
						assert.LessOrEqual(t, row.PeakWorkersPresent, total.PeakWorkersPresent, arguments)
						shares += *row.Share.Value
					}
				}
				assert.Equal(t, 3, parts, arguments)
				assert.InDelta(t, 1, shares, 1e-9, arguments)
				for what, pair := range map[string][2]float64{
					"permits": {float64(total.PermitsIssued), float64(sum.PermitsIssued)}, "authorised": {float64(total.WorkersAuthorised), float64(sum.WorkersAuthorised)},
					"present": {float64(total.WorkersPresent), float64(sum.WorkersPresent)}, "repatriated": {float64(total.WorkersRepatriated), float64(sum.WorkersRepatriated)},
					"days": {total.WorkerDays, sum.WorkerDays}, "permit rows": {float64(total.Permits.TotalCount), float64(sum.Permits.TotalCount)},
					"repatriation rows": {float64(total.Repatriations.TotalCount), float64(sum.Repatriations.TotalCount)},
				} {
					assert.InDelta(t, pair[0], pair[1], 0, "%s %s: %s", arguments, total.Period.Key, what)
				}
			}
		}
	}
}

func TestReport_RegionMonthsAddUp(t *testing.T) {
	w := in(t, "default")
	type sums struct {
		PermitsIssued, WorkersAuthorised, WorkersRepatriated *int
		WorkerDays                                           *float64
	}
	const fields = "permitsIssued workersAuthorised workersRepatriated workerDays"
	var sum struct{ permits, authorised, repatriated, days float64 }
	rows := 0
	var totals sums
	for after := any(nil); ; {
		page := data[struct {
			Report struct {
				Edges    []struct{ Node sums }
				Totals   sums
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}](t, w, "query ($after: String) { report(groupBy: [REGION], granularity: MONTH, first: 1000, after: $after) { edges { node { "+fields+" } } totals { "+fields+" } pageInfo { hasNextPage endCursor } } }",
			"after", after).Report
		for _, edge := range page.Edges {
			rows++
			sum.permits += float64(*edge.Node.PermitsIssued)
			sum.authorised += float64(*edge.Node.WorkersAuthorised)
			sum.repatriated += float64(*edge.Node.WorkersRepatriated)
			sum.days += *edge.Node.WorkerDays
		}
		if totals = page.Totals; !page.PageInfo.HasNextPage {
			break
		}
		after = page.PageInfo.EndCursor
	}
	assert.Greater(t, rows, 1000)
	t.Logf("%d region-months", rows)
	assert.InDelta(t, float64(*totals.PermitsIssued), sum.permits, 0)
	assert.InDelta(t, float64(*totals.WorkersAuthorised), sum.authorised, 0)
	assert.InDelta(t, float64(*totals.WorkersRepatriated), sum.repatriated, 0)
	assert.InDelta(t, *totals.WorkerDays, sum.days, 0)
}
