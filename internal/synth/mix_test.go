package synth_test

import (
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/seed"
	"homebound/internal/labour"
	"homebound/internal/synth"
)

// table reads a file of the default package, one map from column to value for each row.
func table(tb testing.TB, name string) []map[string]string {
	tb.Helper()
	file, err := seed.Files().Open(name)
	require.NoError(tb, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(tb, err)
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// column returns one column of a file by another.
func column(tb testing.TB, name, key, value string) map[string]string {
	tb.Helper()
	found := map[string]string{}
	for _, row := range table(tb, name) {
		found[row[key]] = row[value]
	}
	return found
}

func TestDefault_SpreadsWorkersOverRegionsAsReported(t *testing.T) {
	byRegion, total := map[string]int{}, 0
	for _, p := range defaultRows().permits {
		byRegion[p.Region] += p.Workers
		total += p.Workers
	}
	share := func(codes ...string) float64 {
		sum := 0
		for _, c := range codes {
			sum += byRegion[c]
		}
		return float64(sum) / float64(total)
	}
	assert.InDelta(t, 0.27, share("RU-PRI"), 0.02, "a quarter to a third")
	assert.InDelta(t, 0.40, share("RU-PRI", "RU-KHA", "RU-AMU", "RU-SAK", "RU-YEV", "RU-SA", "RU-KAM", "RU-MAG", "RU-CHU"), 0.03)
	for _, next := range []string{"RU-KHA", "RU-AMU", "RU-SAK", "RU-SPE", "RU-MOW"} {
		assert.Greater(t, share("RU-PRI"), 2*share(next), next)
	}
}

func TestDefault_SpreadsWorkersOverIndustriesAsReported(t *testing.T) {
	all := defaultRows()
	byIndustry, amur, stated, other := map[string]int{}, map[string]int{}, 0, 0
	var total, inAmur int
	for _, p := range all.permits {
		industry := p.Industry
		if industry == "" {
			industry = all.employers[p.Employer].Industry
		} else if p.Employer != "" {
			stated++
			if industry != all.employers[p.Employer].Industry {
				other++
			}
		}
		byIndustry[industry] += p.Workers
		total += p.Workers
		if p.Region == "RU-AMU" {
			amur[industry] += p.Workers
			inAmur += p.Workers
		}
	}
	share := func(industry string) float64 { return float64(byIndustry[industry]) / float64(total) }
	assert.InDelta(t, 0.825, share("F")+share("A"), 0.025, "80 to 85 in a hundred build or log")
	assert.Greater(t, share("F"), 0.6)
	assert.InDelta(t, 839.0/1867, float64(amur["A"])/float64(inAmur), 0.06, "forestry and farming in Amur Oblast")
	assert.True(t, 0 < other && other < stated/10, "%d of %d permits have another industry than their employer", other, stated)
}

func TestDefault_WagesLieWithinTheReportedRange(t *testing.T) {
	rates := map[string]float64{}
	for _, o := range table(t, "observations.csv") {
		if o["indicator"] == labour.ExchangeRateIndicator("RUB", "USD") {
			rate, err := strconv.ParseFloat(o["value"], 64)
			require.NoError(t, err)
			rates[o["from"][:4]] = rate
		}
	}
	count := map[string]int{}
	for _, p := range defaultRows().permits {
		count[p.WageCurrency]++
		if p.WageMonthly == nil {
			continue
		}
		dollars, year := *p.WageMonthly, max(p.IssuedOn.Year(), 2013)
		switch p.WageCurrency {
		case "USD":
			require.Equal(t, p.IssuedOn.Year(), year, "a wage in dollars can be converted")
		case "RUB":
			dollars /= rates[strconv.Itoa(year)]
		}
		require.True(t, 413 <= dollars && dollars <= 842, "%v is %.0f dollars", p, dollars)
	}
	assert.Len(t, count, 3, "dollars, roubles and no wage")
	for currency, n := range count {
		assert.Greater(t, n, len(defaultRows().permits)/20, currency)
	}
}

func TestEmployers_AreOfVeryDifferentSize(t *testing.T) {
	workers, total := map[string]int{}, 0
	for _, p := range defaultRows().permits {
		workers[p.Employer] += p.Workers
		total += p.Workers
	}
	delete(workers, "")
	sizes := make([]int, 0, len(workers))
	for _, w := range workers {
		sizes = append(sizes, w)
	}
	largest, small := 0, 0
	for _, w := range sizes {
		largest = max(largest, w)
		if w < total/len(sizes) {
			small++
		}
	}
	assert.Greater(t, largest, 20*total/len(sizes))
	assert.Greater(t, small, len(sizes)*6/10, "most are smaller than the average")
}

func TestRegister_UsesTheCodesAndDatesOfTheDefaultPackage(t *testing.T) {
	regions := column(t, "regions.csv", "code", "name_en")
	industries := column(t, "industries.csv", "code", "name_en")
	countries := column(t, "countries.csv", "code", "name")
	adopted := column(t, "sanctions.csv", "symbol", "adopted_on")
	all := collect(mustNew(t, synth.Config{Permits: 20_000, Seed: 5}))
	for _, e := range all.employers {
		assert.Contains(t, regions, e.Region)
		assert.Contains(t, industries, e.Industry)
		assert.True(t, strings.Contains(e.Name, "("+regions[e.Region]+", "), e.Name)
	}
	for _, p := range all.permits {
		require.Contains(t, countries, p.Nationality)
		if p.Industry != "" {
			require.Contains(t, industries, p.Industry)
		}
	}
	sanctioned := 0
	for _, x := range all.repatriations {
		want := x.Nationality == synth.Sanctioned && x.Date.String() >= adopted["S/RES/2397(2017)"]
		require.Equal(t, want, x.Sanction == "S/RES/2397(2017)", x)
		if want {
			sanctioned++
		}
	}
	assert.Positive(t, sanctioned)
}
