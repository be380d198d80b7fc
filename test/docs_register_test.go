package test

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db/seed"
	"homebound/internal/labour"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

// madeRegister answers from the rows of the synthetic register, by the definitions of the measures and nothing else.
type madeRegister struct {
	permits []labour.Permit
	leftOn  map[string]labour.Date // by permit
	within  func(region, wanted string, on labour.Date) bool
}

func (r madeRegister) present(region string, on labour.Date) int {
	n := 0
	for _, p := range r.permits {
		if on < p.ValidFrom || p.End() < on || !r.within(p.Region, region, on) {
			continue
		}
		if left, gone := r.leftOn[p.ID]; !gone || on < left {
			n++
		}
	}
	return n
}

func (r madeRegister) averagePresent(region string, period labour.Period) int {
	sum, days := 0, 0
	step := max(1, period.Days()/12) // a dozen days of a long period are enough for an average
	for d := period.From; d <= period.To; d = d.AddDays(step) {
		sum += r.present(region, d)
		days++
	}
	return int(math.Round(float64(sum) / float64(days)))
}

func (r madeRegister) issued(region string, period labour.Period) int {
	n := 0
	for _, p := range r.permits {
		if period.Contains(p.IssuedOn) && r.within(p.Region, region, p.IssuedOn) {
			n++
		}
	}
	return n
}

func (r madeRegister) repatriated(region string, period labour.Period) int {
	n := 0
	for _, p := range r.permits {
		if on, gone := r.leftOn[p.ID]; gone && period.Contains(on) && r.within(p.Region, region, on) {
			n++
		}
	}
	return n
}

// comparisons says, by indicator, what of the register a published figure is held against.
var comparisons = map[string]struct {
	words string
	of    func(madeRegister, string, labour.Period) int
}{
	"WORKERS_PRESENT":          {"present", madeRegister.averagePresent},
	"WORKERS_PRESENT_ESTIMATE": {"present, estimated", madeRegister.averagePresent},
	"PERMITS_VALID":            {"permits valid", madeRegister.averagePresent},
	"PERMITS_ISSUED_REPORTED":  {"permits issued", madeRegister.issued},
	"WORK_VISAS":               {"work visas", madeRegister.issued},
	"WORK_VISAS_QUARTER":       {"work visas", madeRegister.issued},
	"REPATRIATED_REPORTED":     {"departures", madeRegister.repatriated},
}

func readMade(t *testing.T) madeRegister {
	made, err := synth.New(synth.Default())
	require.NoError(t, err)
	register := madeRegister{leftOn: map[string]labour.Date{}}
	register.permits = slices.Collect(made.Permits())
	for x := range made.Repatriations() {
		register.leftOn[x.Permit] = x.Date
	}
	type parent struct {
		code     string
		from, to labour.Date
	}
	parents := map[string][]parent{}
	for _, row := range seedTable(t, "region_parents.csv") {
		p := parent{row["parent_code"], math.MinInt32, math.MaxInt32}
		if row["valid_from"] != "" {
			p.from = labour.MustParseDate(row["valid_from"])
		}
		if row["valid_to"] != "" {
			p.to = labour.MustParseDate(row["valid_to"])
		}
		parents[row["code"]] = append(parents[row["code"]], p)
	}
	register.within = func(region, wanted string, on labour.Date) bool {
		if region == wanted || wanted == "RU" {
			return true
		}
		return slices.ContainsFunc(parents[region], func(p parent) bool {
			return p.code == wanted && p.from <= on && on <= p.to
		})
	}
	return register
}

func seedTable(t *testing.T, name string) []map[string]string {
	file, err := seed.Files().Open(name)
	require.NoError(t, err)
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
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

// agrees reports whether the register's figure is within five in a hundred of a published one, or within its limits.
func agrees(qualifier string, low, high, found float64) bool {
	const near = 0.05
	switch qualifier {
	case "AT_LEAST":
		return found >= low
	case "AT_MOST":
		return found <= low
	case "BETWEEN":
		return low <= found && found <= high
	}
	return math.Abs(found-low) <= near*low
}

// The document says with which published figures the made-up register agrees, all of them, and with which it does not.
func TestDocs_DataComparesTheSyntheticRegister(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	register := readMade(t)
	days := labour.Period{From: labour.MustParseDate("2012-01-01"), To: labour.MustParseDate("2020-03-31")}
	var lines []string
	agreeing := 0
	for _, o := range seedTable(t, "observations.csv") {
		compared, known := comparisons[o["indicator"]]
		if !known || o["nationality"] != synth.Sanctioned || !strings.HasPrefix(o["region_code"], "RU") {
			continue
		}
		period := labour.Period{From: labour.MustParseDate(o["from"]), To: labour.MustParseDate(o["to"])}
		if !days.Contains(period.From) || !days.Contains(period.To) {
			continue
		}
		low, err := strconv.ParseFloat(o["value"], 64)
		require.NoError(t, err)
		high, _ := strconv.ParseFloat(o["value_high"], 64)
		found := compared.of(register, o["region_code"], period)
		answer := "no"
		if agrees(o["qualifier"], low, high, float64(found)) {
			answer, agreeing = "yes", agreeing+1
		}
		lines = append(lines, fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s |\n", daysOf(period), o["region_code"],
			compared.words, reportedWords(o["qualifier"], int(low), int(high)), thousands(found), answer, o["source_id"]))
	}
	slices.Sort(lines)
	text := fmt.Sprintf("\nIt agrees with %d of %d.\n\n| when | where | what | reported | in the register | agrees | source |\n"+
		"| --- | --- | --- | --- | --- | --- | --- |\n%s\n", agreeing, len(lines), strings.Join(lines, ""))
	checkPart(t, "docs/DATA.md", "agreement", text)
	assert.Greater(t, 2*agreeing, len(lines), "with most of them")
}

func daysOf(p labour.Period) string {
	if p.From == p.To {
		return p.From.String()
	}
	return p.From.String() + " to " + p.To.String()
}

func reportedWords(qualifier string, low, high int) string {
	switch qualifier {
	case "AT_LEAST":
		return "at least " + thousands(low)
	case "AT_MOST":
		return "at most " + thousands(low)
	case "BETWEEN":
		return thousands(low) + " to " + thousands(high)
	}
	return thousands(low)
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
