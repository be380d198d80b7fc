package exports_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// An exported report has the derived figures that a query of the same names has, each with its unit.
func TestExport_HasDerivedFigures(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	const asked = "groupBy=REGION&granularity=YEAR&measures=PERMITS_ISSUED&as=RANK,SHARE_OF_TOTAL,RELATIVE_CHANGE_ON_YEAR_BEFORE," +
		"PER_1000_INHABITANTS&percent=50,2.5&top.count=3&top.by=PERMITS_ISSUED"
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.Get("/export/report.json?"+asked).Body), &rows))
	var answer struct {
		Data struct {
			Report struct{ Rows []map[string]any }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(s.Post(`{ report(groupBy: [REGION], granularity: YEAR, top: {count: 3, by: PERMITS_ISSUED}) { rows {
		permitsIssuedRank: figure(measure: PERMITS_ISSUED, as: RANK) { value why unit }
		permitsIssuedShareOfTotal: figure(measure: PERMITS_ISSUED, as: SHARE_OF_TOTAL) { value base why unit }
		permitsIssuedRelativeChangeOnYearBefore: figure(measure: PERMITS_ISSUED, as: RELATIVE_CHANGE_ON_YEAR_BEFORE) { value base why unit }
		permitsIssuedPer1000Inhabitants: figure(measure: PERMITS_ISSUED, as: PER_1000_INHABITANTS) { value base why unit }
		wagePercentile50: wagePercentile { value why unit } wagePercentile2_5: wagePercentile(percent: 2.5) { value why unit } } } }`).Body), &answer))
	var meta struct {
		Columns []struct{ Name, Unit, Label string }
	}
	require.NoError(t, json.Unmarshal([]byte(s.Get("/export/report.metadata.json?"+asked).Body), &meta))
	units := map[string]string{}
	for _, column := range meta.Columns {
		units[column.Name] = column.Unit
		assert.NotEmpty(t, column.Name)
	}
	require.Len(t, rows, len(answer.Data.Report.Rows))
	known, unknown := 0, 0
	for i, row := range answer.Data.Report.Rows {
		for alias, figure := range row {
			for leaf, value := range figure.(map[string]any) {
				if leaf == "unit" {
					assert.Equal(t, value, units[alias+".value"], alias)
					continue
				}
				assert.Equal(t, value, rows[i][alias+"."+leaf], "row %d: %s.%s", i, alias, leaf)
				if leaf == "value" && value != nil {
					known++
				} else if leaf == "value" {
					unknown++
				}
			}
		}
	}
	assert.Positive(t, known)
	assert.Positive(t, unknown, "what is not known stays null")
	assert.Equal(t, true, rows[len(rows)-1]["others"])
	assert.Equal(t, "permits", units["permitsIssuedShareOfTotal.base"])
	assert.Equal(t, "persons", units["permitsIssuedPer1000Inhabitants.base"])

	assert.NotContains(t, s.Get("/export/report.json?first=0").Body, "others")
	all := s.Get("/export/report.csv?groupBy=REGION&as=SHARE_OF_PARENT&first=1").Body
	assert.Contains(t, all, "workersPresentShareOfParent.value")
	assert.NotContains(t, all, "averageMonthlyWageShareOfParent", "which does not add up over groups")
	assert.Contains(t, s.Get("/export/report.csv?measures=AVERAGE_MONTHLY_WAGE&as=SHARE_OF_TOTAL").Body, "does not add up over groups")
	for query, message := range map[string]string{
		"percent=101": "100", "percent=-1": "100", "as=SHARE": "SHARE_OF_TOTAL",
		"percent=x": "percent",
	} {
		refused := s.Get("/export/report.csv?" + query)
		assert.Equal(t, 400, refused.Status, "%s: %s", query, refused.Body)
		shown, _ := url.QueryUnescape(refused.Body)
		assert.Contains(t, shown, message, query)
	}
}
