package web_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

// What a report by employer is foreseen to cost falls with the employers that its filter leaves.
func TestCost_OfEmployersFallsWithTheHitsOfTheirSearch(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Publish(20_000)
	type filter = map[string]any
	ask := func(query string, f filter) (cost int, answer string) {
		body, err := json.Marshal(map[string]any{"query": query, "variables": filter{"f": f}, "extensions": filter{"cost": true}})
		require.NoError(t, err)
		reply := s.Do("POST", "/graphql", string(body), "Content-Type", "application/json")
		var shown struct {
			Extensions struct{ Cost struct{ Value int } }
		}
		require.NoError(t, json.Unmarshal([]byte(reply.Body), &shown), reply.Body)
		require.NotContains(t, reply.Body, `"errors"`)
		return shown.Extensions.Cost.Value, reply.Body
	}
	const byEmployer = `report(filter: $f, groupBy: [EMPLOYER], first: 20, orderBy: [{measure: PERMITS_ISSUED, direction: DESC}]%s)`
	employers := "query ($f: ReportFilter) { " + fmt.Sprintf(byEmployer, "") + " { totalCount rows { employer { id name } permitsIssued } } " +
		"months: " + fmt.Sprintf(byEmployer, ", granularity: MONTH") + " { totalCount } }"
	all, answer := ask(employers, nil)
	var one struct {
		Data struct {
			Report struct {
				Rows []struct{ Employer struct{ ID, Name string } }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &one))
	employer := one.Data.Report.Rows[0].Employer
	single := filter{"search": employer.Name}
	found, answer := ask(employers, single)
	assert.Contains(t, answer, `"totalCount":1,`)
	assert.Greater(t, all, 5*found, "one employer costs a small part of all")
	for name, less := range map[string]filter{
		"by id": {"employers": []string{employer.ID}}, "within and": {"and": []filter{single}},
		"within or": {"or": []filter{single, {"employers": []string{employer.ID}}}}, "nothing": {"search": "no such name"},
	} {
		cost, _ := ask(employers, less)
		assert.Greater(t, all, 5*cost, name)
	}
	for name, more := range map[string]filter{
		"within or beside all": {"or": []filter{single, {}}}, "within not": {"not": single}, "of a region": {"search": "primor"},
		"of no words": {"search": "  "},
	} {
		cost, _ := ask(employers, more)
		assert.GreaterOrEqual(t, cost, all, name)
	}
	industries := `query ($f: ReportFilter) {`
	for i := range 10 { // each of them costs little
		industries += fmt.Sprintf(` r%d: report(filter: $f, groupBy: [INDUSTRY]) { rows { permitsIssued } }`, i)
	}
	industries += `}`
	kept, _ := ask(industries, nil)
	rows, _ := ask(industries, filter{"not": single})
	assert.Greater(t, rows, kept+20, "without one employer it is read from the sums by employer")
}
