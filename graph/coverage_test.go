package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type marks struct {
	Coverage  string
	Synthetic bool
}

// What a report says of the whole, its totals and its rows say, too: a mark that got lost on the way would call made-up
// figures real.
func TestReport_RowsAndTotalsCarryTheMarks(t *testing.T) {
	type marked struct {
		marks
		Totals marks
		Rows   []marks
	}
	const asked = ` { coverage synthetic totals { coverage synthetic } rows { coverage synthetic permitsIssued } } `
	got := data[map[string]marked](t, in(t, "default"), `{
		whole: report(filter: {period: {from: "2013-01-01", to: "2017-12-31"}, within: "RU", nationalities: ["KP"]}, groupBy: [REGION])`+asked+`
		part: report(groupBy: [REGION], granularity: YEAR)`+asked+`
		nothing: report(filter: {within: "CN"})`+asked+`
	}`)
	for name, report := range got {
		assert.Equal(t, report.marks, report.Totals, name)
		assert.True(t, report.Synthetic, name)
		require.NotEmpty(t, report.Rows, name)
		for _, row := range report.Rows {
			assert.Contains(t, []string{"COMPLETE", "PARTIAL", "NONE"}, row.Coverage, name)
			assert.True(t, row.Synthetic, name)
		}
	}
	assert.Equal(t, "COMPLETE", got["whole"].Rows[0].Coverage)
	assert.Equal(t, "NONE", got["nothing"].Rows[0].Coverage)
}
