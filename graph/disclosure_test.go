package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// withheld publishes content and gives it to ask with counts below k withheld, and with every count.
func withheld(t *testing.T, content dbtest.Content, k int) (guarded, plain *world) {
	t.Helper()
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, content)
	other, err := db.OpenStore(store.Dir(), db.SuppressBelow(k))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	return overStore(other), overStore(store)
}

// question narrows a report to one figure, by the text of each part of its filter.
type question map[string]string

func (q question) with(part, value string) question {
	changed := question{}
	for name, text := range q {
		changed[name] = text
	}
	if changed[part] = value; value == "" {
		delete(changed, part)
	}
	return changed
}

func (q question) String() string {
	var parts []string
	for _, name := range []string{"within", "industries", "nationalities", "outcomes", "synthetic", "period"} {
		if q[name] != "" {
			parts = append(parts, name+": "+q[name])
		}
	}
	return strings.Join(parts, ", ")
}

// attacker asks for single figures, as anybody can.
type attacker struct {
	t       *testing.T
	w       *world
	measure string
}

// figure returns a total, or nil where it is withheld.
func (a attacker) figure(q question) *float64 {
	a.t.Helper()
	answer := data[struct {
		Report struct{ Totals map[string]*float64 }
	}](a.t, a.w, fmt.Sprintf(`{ report(filter: {%s}, boundariesOn: "2018-12-31") { totals { %s } } }`, q, a.measure))
	return answer.Report.Totals[a.measure]
}

// less takes some figures from a whole; nil where one of them is withheld.
func (a attacker) less(whole question, others []question) *float64 {
	left := a.figure(whole)
	for _, other := range others {
		if left == nil {
			return nil
		}
		part := a.figure(other)
		if part == nil {
			return nil
		}
		*left -= *part
	}
	return left
}

// others asks for everything of a part of the filter but one value.
func others(q question, part string, all []string) (whole question, rest []question) {
	for _, value := range all {
		if value != q[part] {
			rest = append(rest, q.with(part, value))
		}
	}
	return q.with(part, ""), rest
}

func quoted(codes ...string) []string {
	var lists []string
	for _, code := range codes {
		lists = append(lists, fmt.Sprintf("[%q]", code))
	}
	return lists
}

func span(p labour.Period) string { return fmt.Sprintf("{from: %q, to: %q}", p.From, p.To) }

// No figure of few workers comes out of a difference: of a region and its parts, of a year and its quarters, of a
// filter and the same without it.
func TestSuppression_WithstandsDifferences(t *testing.T) {
	const k = 12
	content := dbtest.Random(rand.New(rand.NewPCG(21, 1)), 50)
	guarded, plain := withheld(t, content, k)
	year := labour.YearPeriod(2018)
	var quarters []string
	for _, quarter := range year.Split(labour.Quarter) {
		quarters = append(quarters, span(quarter))
	}
	nationalities, industries := quoted("KP", "UZ", "VN"), quoted("A", "C", "F")
	found := 0
	for _, measure := range []string{"workersAuthorised", "workersPresent", "workerDays", "workersRepatriated"} {
		a, exact := attacker{t, guarded, measure}, attacker{t, plain, measure}
		var targets []question
		for _, region := range []string{"RU-AMU", "RU-BU", "RU-IRK", "RU-PRI", "RU-FD-FE", "RU-FD-SI", "MZ"} {
			for _, quarter := range quarters {
				base := question{"within": fmt.Sprintf("%q", region), "period": quarter}
				targets = append(targets, base, base.with("nationalities", nationalities[0]), base.with("industries", industries[2]))
			}
		}
		for _, target := range targets {
			truth := *exact.figure(target)
			workers := truth
			if measure == "workerDays" {
				workers = truth / 91
			}
			if workers <= 0 || workers >= k-1 {
				continue
			}
			found++
			require.Nil(t, a.figure(target), "%s of %s is %v", measure, target, truth)
			if measure != "workersPresent" { // which is of the last day, and no sum of periods
				whole, rest := others(target.with("period", target["period"]), "period", quarters)
				assert.Nil(t, a.less(whole.with("period", span(year)), rest), "the year less its other quarters: %s of %s", measure, target)
			}
			for part, all := range map[string][]string{"nationalities": nationalities, "industries": industries} {
				if target[part] != "" {
					whole, rest := others(target, part, all)
					assert.Nil(t, a.less(whole, rest), "all less the other %s: %s of %s", part, measure, target)
					assert.Nil(t, a.less(whole, []question{target}), "the complement of %s: %s of %s", part, measure, target)
					continue
				}
				for _, value := range all { // a cell within it
					cell := target.with(part, value)
					if inner := *exact.figure(cell); inner > 0 {
						assert.Nil(t, a.figure(cell), "part of few: %s of %s", measure, cell)
					}
				}
			}
			for parent, children := range map[string][]string{"RU-FD-FE": {"RU-AMU", "RU-BU", "RU-PRI"}, "RU": {"RU-FD-FE", "RU-FD-SI"}} {
				region := strings.Trim(target["within"], `"`)
				if !slices.Contains(children, region) {
					continue
				}
				var siblings []question
				for _, child := range children {
					if child != region {
						siblings = append(siblings, target.with("within", fmt.Sprintf("%q", child)))
					}
				}
				if left := a.less(target.with("within", fmt.Sprintf("%q", parent)), siblings); left != nil {
					// Rows of the parent's own are in it, so that it is another figure.
					assert.NotEqual(t, truth, *left, "the parent less the other children: %s of %s", measure, target)
				}
			}
		}
	}
	assert.Greater(t, found, 30, "the register is of many small figures")
}

// Conditions and orders tell nothing of what is withheld, however often they are asked.
func TestSuppression_WithstandsProbes(t *testing.T) {
	const k = 12
	guarded, _ := withheld(t, dbtest.Random(rand.New(rand.NewPCG(22, 1)), 50), k)
	type row struct {
		Region            struct{ Code string }
		Suppressed        bool
		WorkersAuthorised *int
	}
	type rows struct{ Report struct{ Rows []row } }
	ask := func(arguments string) []row {
		return data[rows](t, guarded, fmt.Sprintf(`{ report(groupBy: [REGION]%s) { rows { region { code } suppressed workersAuthorised } } }`, arguments)).Report.Rows
	}
	filter := `, filter: {nationalities: ["VN"], period: {from: "2018-01-01", to: "2018-06-30"}}`
	anyHidden := false
	for _, r := range ask(filter) {
		anyHidden = anyHidden || r.Suppressed
		assert.Equal(t, r.Suppressed, r.WorkersAuthorised == nil)
	}
	require.True(t, anyHidden)
	for bound := range 3 * k {
		for _, condition := range []string{"atLeast", "atMost"} {
			for _, r := range ask(fmt.Sprintf("%s, having: [{measure: WORKERS_AUTHORISED, %s: %d}]", filter, condition, bound)) {
				assert.False(t, r.Suppressed, "%s meets %s %d", r.Region.Code, condition, bound)
			}
		}
	}
	for _, direction := range []string{"ASC", "DESC"} {
		var last []string
		for _, r := range ask(fmt.Sprintf("%s, orderBy: [{measure: WORKERS_AUTHORISED, direction: %s}]", filter, direction)) {
			if r.Suppressed {
				last = append(last, r.Region.Code)
			} else {
				assert.Empty(t, last, "what is withheld comes last")
			}
		}
		assert.True(t, slices.IsSorted(last), "in the order of codes")
	}
}

// Rows one by one would tell what is withheld.
func TestSuppression_RefusesRows(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(23, 1)), 40)
	guarded, plain := withheld(t, content, 5)
	permit, repatriation := "P000", ""
	for _, r := range content.Repatriations {
		if r.Outcome != labour.Protected {
			repatriation = r.ID
		}
	}
	ids := data[struct{ Permit, Repatriation struct{ ID string } }](t, plain,
		`query($p: ID!, $r: ID!) { permit(id: $p) { id } repatriation(id: $r) { id } }`, "p", permit, "r", repatriation)
	for name, query := range map[string]string{
		"permits":                   `{ permits { totalCount } }`,
		"repatriations":             `{ repatriations { totalWorkers } }`,
		"a permit":                  `{ permit(id: "` + permit + `") { workers } }`,
		"a repatriation":            `{ repatriation(id: "` + repatriation + `") { workers } }`,
		"a node":                    `{ node(id: "` + ids.Permit.ID + `") { id } }`,
		"another node":              `{ node(id: "` + ids.Repatriation.ID + `") { id } }`,
		"nodes":                     `{ nodes(ids: ["` + ids.Permit.ID + `"]) { id } }`,
		"of a region":               `{ region(code: "RU") { permits { totalCount } } }`,
		"repatriations of a region": `{ region(code: "RU") { repatriations { totalCount } } }`,
		"of an employer":            `{ employers { nodes { permits { totalCount } } } }`,
		"behind a row":              `{ report { rows { workersAuthorised permits { totalCount } } } }`,
		"behind the totals":         `{ report { totals { workersRepatriated repatriations { totalCount } } } }`,
		"the order of employers":    `{ employers(orderBy: {field: WORKERS_AUTHORISED}) { edges { cursor } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			refused := guarded.ask(t.Context(), t, query, nil)
			require.NotEmpty(t, refused.Errors)
			assert.Equal(t, labour.Forbidden, codeOf(refused.Errors[0]))
			assert.Contains(t, refused.Errors[0].Message, "below 5 workers")
			assert.Empty(t, guarded.ask(answers.WithRights(t.Context(), answers.Rights{Small: true}), t, query, nil).Errors, "whom the operator knows")
			assert.Empty(t, plain.ask(t.Context(), t, query, nil).Errors)
		})
	}
}

// Synthetic rows are of nobody.
func TestSuppression_ListsSyntheticRows(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(24, 1)), 40)
	for i := range content.Employers {
		content.Employers[i].Synthetic = true
	}
	for i := range content.Permits {
		content.Permits[i].Synthetic = true
	}
	for i := range content.Repatriations {
		content.Repatriations[i].Synthetic = true
	}
	guarded, _ := withheld(t, content, 5)
	assert.Empty(t, guarded.ask(t.Context(), t, `{ permits { totalCount } repatriations { totalCount } }`, nil).Errors)
}

// Who is in an asylum procedure is counted and never listed, whoever asks.
func TestProtected_IsNeverListed(t *testing.T) {
	w := in(t, "small")
	// Repatriation:R5
	answer := data[struct {
		Repatriation, Node *struct{ ID string }
		Nodes              []*struct{ ID string }
		Report             struct {
			Totals struct{ WorkersRepatriated int }
		}
		Repatriations struct{ TotalCount, TotalWorkers int }
		Permits       struct {
			Nodes []struct{ Repatriations []struct{ Outcome string } }
		}
	}](t, w, `{
		repatriation(id: "R5") { id }
		node(id: "UmVwYXRyaWF0aW9uOlI1") { id }
		nodes(ids: ["UmVwYXRyaWF0aW9uOlI1"]) { id }
		report(filter: {outcomes: [PROTECTED]}) { totals { workersRepatriated } }
		repatriations(filter: {outcomes: [PROTECTED]}) { totalCount totalWorkers }
		permits { nodes { repatriations { outcome } } }
	}`)
	assert.Nil(t, answer.Repatriation)
	assert.Nil(t, answer.Node)
	require.Len(t, answer.Nodes, 1)
	assert.Nil(t, answer.Nodes[0])
	assert.Equal(t, 5, answer.Report.Totals.WorkersRepatriated)
	assert.Zero(t, answer.Repatriations)
	for _, permit := range answer.Permits.Nodes {
		for _, r := range permit.Repatriations {
			assert.NotEqual(t, "PROTECTED", r.Outcome)
		}
	}
}
