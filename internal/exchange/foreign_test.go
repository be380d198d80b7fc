package exchange_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// foreignMapping reads a register of two countries in the columns of its own publisher.
const foreignMapping = `tables:
  permits:
    files: [%s]
    columns:
      id: CASE_NO
      number: CASE_NO
      region_code: {from: WORKSITE, map: {Texas: US-TX, Ohio: US-OH, Ontario: CA-ON}}
      nationality: {from: CITIZENSHIP, codes: iso-alpha-3}
      workers: {from: CERTIFIED, group: ","}
      issued_on: {from: DECIDED, format: "%%d/%%m/%%Y"}
      valid_from: {from: BEGIN, format: "%%d/%%m/%%Y"}
      valid_to: {from: END, format: "%%d/%%m/%%Y"}
      wage: {from: PAY, missing: [N/A]}
      wage_unit: UNIT
      hours_per_week: HOURS
      industry_code: NAICS
      industry_classification: {constant: NAICS 2017}
      source_id: {constant: disclosure}
`

// foreignCase is a row of the register, for a count of its own.
type foreignCase struct {
	id, place, origin string
	workers           int
	issued            labour.Date
	rough             bool // only the year of issue is known
	wage              float64
	unit              string
	hours             float64
}

var foreignPlaces = map[string]string{"Texas": "US-TX", "Ohio": "US-OH", "Ontario": "CA-ON"}

// monthly is what the case pays in a month, in the dollars of its country.
func (c foreignCase) monthly() (float64, bool) {
	switch c.unit {
	case "Hour":
		return c.wage * c.hours * 52 / 12, c.hours > 0
	case "Week":
		return c.wage * 52 / 12, true
	case "Month":
		return c.wage, true
	}
	return 0, false
}

func (c foreignCase) line() string {
	day := func(d labour.Date) string { return d.Time().Format("02/01/2006") }
	issued, hours := day(c.issued), ""
	if c.rough {
		issued = fmt.Sprint(c.issued.Year())
	}
	if c.hours > 0 {
		hours = fmt.Sprint(c.hours)
	}
	count := fmt.Sprint(c.workers)
	if c.workers >= 1000 {
		count = fmt.Sprintf("\"%d,%03d\"", c.workers/1000, c.workers%1000)
	}
	return fmt.Sprintf("%s|%s|%s|%s|%s|%s|%s|%g|%s|%s|236115\n", c.id, c.place, c.origin, count, issued, day(c.issued+10), day(c.issued+200),
		c.wage, c.unit, hours)
}

// foreignYear makes the cases that a year's file has.
func foreignYear(rng *rand.Rand, year, n int) []foreignCase {
	cases := make([]foreignCase, n)
	for i := range cases {
		c := foreignCase{id: fmt.Sprintf("H-%d-%06d", year, i), workers: 1 + rng.IntN(40), origin: []string{"MEX", "GTM", "JAM"}[rng.IntN(3)],
			place:  []string{"Texas", "Ohio", "Ontario"}[rng.IntN(3)],
			issued: labour.YearPeriod(year).From.AddDays(rng.IntN(365)), rough: rng.IntN(50) == 0}
		switch rng.IntN(8) {
		case 0:
			c.wage, c.unit = float64(500+rng.IntN(400)), "Week"
		case 1:
			c.wage, c.unit = float64(2000+rng.IntN(2000)), "Month"
		case 2:
			c.wage, c.unit = 0.5, "Piece"
		default:
			c.wage, c.unit, c.hours = float64(9+rng.IntN(12)), "Hour", []float64{0, 35, 40, 40}[rng.IntN(4)]
		}
		if rng.IntN(500) == 0 {
			c.workers = 1000 + rng.IntN(500)
		}
		if c.rough {
			c.issued = labour.YearPeriod(year).From
		}
		cases[i] = c
	}
	return cases
}

// A foreign register of 100,000 rows, a fifth of them in a sample, in its own columns, of two countries and currencies, in four
// yearly files of which the second is delivered anew with corrections and withdrawals: every figure is what a count of the
// cases gives.
func TestImport_AForeignRegisterOfRealSize(t *testing.T) {
	testsize.Long(t)
	rng := rand.New(rand.NewPCG(20, 26))
	each, years := testsize.Rounds(25_000, 5_000), map[int][]foreignCase{}
	for year := 2015; year <= 2018; year++ {
		years[year] = foreignYear(rng, year, each)
	}
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer store.Close()
	load := func(o exchange.Options, year int) exchange.Outcome {
		dir := t.TempDir()
		var text strings.Builder
		text.WriteString("CASE_NO|WORKSITE|CITIZENSHIP|CERTIFIED|DECIDED|BEGIN|END|PAY|UNIT|HOURS|NAICS\n")
		for _, c := range years[year] {
			text.WriteString(c.line())
		}
		file := fmt.Sprintf("disclosure_%d.txt", year)
		for name, content := range map[string]string{
			file: text.String(), "mapping.yml": fmt.Sprintf(foreignMapping, file),
			"datapackage.json": `{"name": "disclosure", "resources": [{"path": "sources.csv"}, {"path": "countries.csv"}, {"path": "regions.csv"},
				{"path": "indicators.csv"}, {"path": "observations.csv"}]}`,
			"sources.csv":    "id,title,publisher,kind\ndisclosure,Cases,A department,GOVERNMENT\n",
			"countries.csv":  "code,name\nMX,Mexico\nGT,Guatemala\nJM,Jamaica\n",
			"regions.csv":    "code,name_en,kind\nUS-TX,Texas,SUBJECT\nUS-OH,Ohio,SUBJECT\nCA-ON,Ontario,SUBJECT\n",
			"indicators.csv": "code,name,unit,definition\nFX_USD_PER_CAD,Dollars for a Canadian one,USD,Average.\n",
			"observations.csv": "indicator,region_code,from,to,value,unit,status,source_id\n" +
				"FX_USD_PER_CAD,CA-ON,2016-01-01,2016-12-31,0.75,USD,NORMAL,disclosure\n",
		} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
		}
		pkg, err := datapackage.Open(t.Context(), dir, datapackage.Limits{})
		require.NoError(t, err)
		defer pkg.Close()
		o.Now = time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
		outcome, err := exchange.Import(t.Context(), store, pkg, o)
		require.NoError(t, err)
		return outcome
	}
	for year := 2015; year <= 2018; year++ {
		load(exchange.Options{Mode: db.Merge}, year)
	}
	// Of 2016 a thousand cases are corrected, and as many are withdrawn.
	corrected := years[2016][1000:]
	for i := range 1000 {
		corrected[i].workers += 5
	}
	years[2016] = corrected
	withdrawn := 0
	load(exchange.Options{Mode: db.ReplaceSource, Source: "disclosure", From: day("2016-01-01"), To: day("2016-12-31"),
		Withdrawn: func(w db.Withdrawal) {
			if w.Table == "permits" {
				withdrawn++
			}
		}}, 2016)
	assert.Equal(t, 1000, withdrawn)

	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	defer done()
	assert.Equal(t, 4*each-1000, release.Info().Counts.Permits)
	for _, currency := range []string{"USD", "CAD"} {
		rep, err := release.Report(t.Context(), db.ReportQuery{GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Year, Currency: currency,
			Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised, labour.AverageMonthlyWage}})
		require.NoError(t, err)
		issued := 0
		for _, row := range rep.Rows { // years in which none was issued have rows of zeros
			if row.PermitsIssued > 0 {
				issued++
			}
			requireCounted(t, row, years[row.Period.From.Year()], currency)
		}
		assert.Equal(t, 12, issued)
	}
}

func day(text string) *labour.Date {
	d := labour.MustParseDate(text)
	return &d
}

// requireCounted holds a row of a report to a count of the cases.
func requireCounted(t *testing.T, row db.ReportRow, cases []foreignCase, currency string) {
	t.Helper()
	permits, workers, paid, weighed := 0, 0, 0.0, 0.0
	for _, c := range cases {
		if foreignPlaces[c.place] != row.Group[labour.ByRegion] {
			continue
		}
		permits++
		workers += c.workers
		wage, known := c.monthly()
		switch own := map[bool]string{true: "CAD", false: "USD"}[c.place == "Ontario"]; {
		case own == currency:
		case c.issued.Year() != 2016: // the only year with a rate
			known = false
		case own == "CAD":
			wage *= 0.75
		default:
			wage /= 0.75
		}
		if known {
			paid += wage * float64(c.workers)
			weighed += float64(c.workers)
		}
	}
	about := fmt.Sprintf("%s in %s, %s", row.Group[labour.ByRegion], row.Period.Key(), currency)
	require.Equal(t, permits, row.PermitsIssued, about)
	require.Equal(t, workers, row.WorkersAuthorised, about)
	if weighed == 0 {
		require.Nil(t, row.AverageMonthlyWage, about)
		return
	}
	require.NotNil(t, row.AverageMonthlyWage, about)
	require.InEpsilon(t, paid/weighed, *row.AverageMonthlyWage, 1e-9, about)
}
