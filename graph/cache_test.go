package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// named is what a client's cache keeps a report under.
type named struct {
	Report struct {
		ID         string
		TotalCount int
		Coverage   string
		Synthetic  bool
		Notices    []struct{ Code, Message string }
		Provenance map[string]any
		Rows       []struct {
			ID        string
			Coverage  string
			Synthetic bool
			Period    struct{ Key string }
			Permits   struct{ TotalCount int }
		}
	}
}

// Panels of one page ask for different measures with the same arguments: whatever is selected, the answer is the same.
func TestReport_IsTheSameWhicheverMeasuresAreSelected(t *testing.T) {
	w := in(t, "small")
	for _, arguments := range testsize.Sample([]string{
		`groupBy: [EMPLOYER, NATIONALITY], granularity: QUARTER, filter: {period: {from: "2018-02-01", to: "2019-03-31"}}`,
		`groupBy: [REGION], granularity: YEAR`,
		`groupBy: [DISTRICT], granularity: MONTH, filter: {within: "RU", synthetic: false}`,
		`granularity: YEAR, filter: {nationalities: ["CN"]}`,
		`groupBy: [REGION], having: [{measure: WORKERS_PRESENT, atLeast: 1}], orderBy: [{measure: PERMITS_ISSUED, direction: DESC}], first: 2`,
	}) {
		ask := func(measures string) named {
			return data[named](t, w, fmt.Sprintf(`{ report(%s) { id totalCount coverage synthetic notices { code message }
				provenance { rowsRead synthetic method sql sources { id } }
				rows { id coverage synthetic period { key } permits { totalCount } %s } totals { %[2]s } } }`, arguments, measures))
		}
		none := ask("__typename")
		require.NotEmpty(t, none.Report.Rows, arguments)
		for _, info := range labour.Measures {
			assert.Equal(t, none, ask(info.Field), "%s: %s", arguments, info.Field)
		}
	}
}

func TestReport_IDsTellApartWhatDiffers(t *testing.T) {
	w := in(t, "small")
	reports, rows := map[string]string{}, map[string]string{}
	for _, arguments := range []string{
		`groupBy: [REGION]`, `groupBy: [NATIONALITY]`, `groupBy: [REGION], granularity: YEAR`,
		`groupBy: [REGION], filter: {synthetic: false}`, `groupBy: [REGION], filter: {within: "RU"}`,
		`groupBy: [REGION], filter: {period: {from: "2018-01-01"}}`, `groupBy: [REGION], boundariesOn: "2018-01-01"`,
	} {
		answer := data[named](t, w, "{ report("+arguments+") { id rows { id } } }").Report
		assert.Empty(t, reports[answer.ID], arguments)
		reports[answer.ID] = arguments
		for _, row := range answer.Rows {
			assert.Empty(t, rows[row.ID], arguments)
			rows[row.ID] = arguments
		}
	}
	all := data[named](t, w, `{ report(groupBy: [REGION]) { id rows { id } } }`).Report
	page := data[named](t, w, `{ report(groupBy: [REGION], first: 1, orderBy: [{by: REGION}]) { id rows { id } } }`).Report
	assert.NotEqual(t, all.ID, page.ID, "another page is another list")
	assert.Equal(t, all.Rows[0].ID, page.Rows[0].ID, "a row is the same on every page")
	span := data[struct {
		Release struct{ DataFrom, DataThrough string }
	}](t, w, `{ release { dataFrom dataThrough } }`)
	assert.Equal(t, all, data[named](t, w, fmt.Sprintf(`{ report(groupBy: [REGION], filter: {period: {from: %q, to: %q}}) { id rows { id } } }`,
		span.Release.DataFrom, span.Release.DataThrough)).Report, "what is left out is what it stands for")
}

func TestFilters_RefuseWhatNoFilterCanBe(t *testing.T) {
	w := in(t, "small")
	deep := strings.Repeat(`{ not: `, 11) + `{}` + strings.Repeat(` }`, 11)
	many := `{ or: [` + strings.Repeat(`{ industries: ["F"] } `, 50) + `] }`
	const most = "filter: expected at most 50 filters, within one another by and, or and not at most 10 deep, found more."
	for query, message := range map[string]string{
		`{ report(filter: { or: [{ period: { to: "2018-01-01" } }] }) { coverage } }`: "filter: expected no period in and, or and not, " +
			"since a report covers the same days throughout, found one.",
		`{ report(filter: ` + deep + `) { coverage } }`:                                     most,
		`{ report(filter: ` + many + `) { coverage } }`:                                     most,
		`{ permits(filter: ` + many + `) { totalCount } }`:                                  most,
		`{ employers(filter: ` + deep + `) { totalCount } }`:                                most,
		`{ repatriations(filter: ` + many + `) { totalCount } }`:                            most,
		`{ regions(filter: ` + deep + `) { totalCount } }`:                                  most,
		`{ observations(filter: ` + deep + `) { totalCount } }`:                             most,
		`{ availability(filter: ` + many + `) { from } }`:                                   most,
		`{ report(filter: { not: { within: "RU-XX" } }) { coverage } }`:                     `There is no region "RU-XX" in this release.`,
		`{ permits(filter: { or: [{ industries: ["Z"] }] }) { totalCount } }`:               `There is no industry "Z" in this release.`,
		`{ report(groupBy: [REGION], having: [{ measure: PERMITS_ISSUED }]) { coverage } }`: "having: expected a comparison for PERMITS_ISSUED, such as gte or lte, found neither.",
	} {
		errs := w.ask(t.Context(), t, query, nil).Errors
		require.Len(t, errs, 1, query)
		assert.Equal(t, message, errs[0].Message, query)
	}
}
