package graph_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/graph"
	"homebound/graph/generated"
	"homebound/internal/testsize"
)

// fieldByField is a world whose lists gqlgen executes itself: the second computation of what columns write.
func fieldByField(w *world) *world {
	slow := &world{store: w.store, api: executor.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: &graph.Resolver{Store: w.store, Permalink: func(n int) string { return fmt.Sprint(n) }},
	}))}
	slow.api.Use(graph.Exact{Schema: schema})
	slow.api.SetErrorPresenter(graph.Presenter(slog.New(slog.DiscardHandler)))
	slow.api.SetRecoverFunc(graph.Recover)
	return slow
}

// complaints are the errors of an answer, whose order does not count.
func complaints(response *graphql.Response) []string {
	var all []string
	for _, err := range response.Errors {
		all = append(all, fmt.Sprintf("%s: %s %v", err.Path, err.Message, err.Locations))
	}
	slices.Sort(all)
	return all
}

// requireAlike asks a question both ways, and requires the same bytes.
func requireAlike(t *testing.T, w, slow *world, query string, variables map[string]any) *graphql.Response {
	t.Helper()
	want := slow.ask(t.Context(), t, query, maps.Clone(variables))
	got := w.ask(t.Context(), t, query, maps.Clone(variables))
	require.Equal(t, string(want.Data), string(got.Data), query)
	require.Equal(t, complaints(want), complaints(got), query)
	return got
}

// selections makes random selections of the contract.
type selections struct {
	*rand.Rand
	names     int
	fragments []string
}

func (s *selections) chance(of int) bool { return s.IntN(of) == 0 }

// roots are questions with lists in them, and the types of these.
var roots = []struct{ query, row string }{
	{`report(groupBy: [REGION, NATIONALITY], granularity: YEAR) { rows %s }`, "ReportRow"},
	{`report(groupBy: [DISTRICT, INDUSTRY]) { nodes %s }`, "ReportRow"},
	{`report(groupBy: [EMPLOYER], granularity: QUARTER, first: 9) { edges %s }`, "ReportEdge"},
	{`report(groupBy: [OUTCOME], granularity: MONTH, filter: {period: {from: "2016-11-05", to: "2018-02-10"}}) { rows %s }`, "ReportRow"},
	{`report(groupBy: [REGION], top: {count: 1, by: WORKERS_AUTHORISED, others: true}) { rows %s }`, "ReportRow"},
	{`permits(first: 7) { nodes %s }`, "Permit"},
	{`permits(last: 3) { edges %s }`, "PermitEdge"},
	{`repatriations { nodes %s }`, "Repatriation"},
	{`repatriations(first: 4) { edges %s }`, "RepatriationEdge"},
	{`employers { nodes %s }`, "Employer"},
	{`employers { edges { node { name permits(first: 2) { nodes %s } } } }`, "Permit"},
	{`regions { nodes %s }`, "Region"},
	{`industries %s`, "Industry"},
	{`countries %s`, "Country"},
	{`sources { nodes %s }`, "Source"},
	{`permits(first: 0) { nodes %s }`, "Permit"},
}

// arguments of fields that take some, to choose from.
var argumentsOf = map[string][]string{
	"name":           {"", "(language: LOCAL)", "(language: $language)", "(language: EN)"},
	"status":         {"", `(on: "2017-12-22")`, "(on: $day)", "(on: null)"},
	"figure":         {"(measure: PERMITS_ISSUED)", "(measure: $measure, as: RANK)", "(measure: WORKERS_PRESENT, as: SHARE_OF_TOTAL)", "(measure: PEAK_WORKERS_PRESENT, as: SHARE_OF_PARENT)"},
	"wagePercentile": {"", "(percent: 75)", "(percent: 101)"},
	"permits":        {"(first: 1)", "(first: 1001)"},
	"repatriations":  {"(first: 1)"},
	"parent":         {"", "(boundariesOn: $day)"},
	"children":       {""},
}

// of selects fields of a type, to a depth.
func (s *selections) of(def *ast.Definition, depth int) string {
	var chosen []string
	for range 1 + s.IntN(5) {
		switch {
		case s.chance(12):
			chosen = append(chosen, "__typename")
		case s.chance(10):
			chosen = append(chosen, fmt.Sprintf("... on %s %s", def.Name, s.of(def, depth)))
		case s.chance(12):
			chosen = append(chosen, "... @include(if: $no) "+s.of(def, depth))
		case s.chance(12) && slices.Contains(def.Interfaces, "Node"):
			chosen = append(chosen, "... on Node { id __typename }")
		case s.chance(10):
			s.names++
			name := fmt.Sprintf("f%d", s.names)
			chosen = append(chosen, "..."+name+" @skip(if: $no)")
			s.fragments = append(s.fragments, fmt.Sprintf("fragment %s on %s %s", name, def.Name, s.of(def, depth)))
		default:
			if field := s.field(def, depth); field != "" {
				chosen = append(chosen, field)
			}
		}
	}
	return "{ __typename " + strings.Join(chosen, " ") + " }"
}

func (s *selections) field(def *ast.Definition, depth int) string {
	fields := ownFields(def)
	field := fields[s.IntN(len(fields))]
	below := schema.Types[field.Type.Name()]
	text, rare := field.Name, field.Arguments.ForName("first") != nil || field.Name == "wagePercentile"
	if rare && !s.chance(8) {
		return "" // a list that gqlgen executes in both
	}
	if len(field.Arguments) > 0 || s.chance(4) {
		s.names++
		given := ""
		if some := argumentsOf[field.Name]; some != nil && len(field.Arguments) > 0 {
			given = some[s.IntN(len(some))]
		}
		text = fmt.Sprintf("a%d: %s%s", s.names, field.Name, given)
	}
	text += []string{"", "", "", " @include(if: $yes)", " @skip(if: $yes)"}[s.IntN(5)]
	if below.Kind == ast.Object || below.Kind == ast.Interface {
		if depth == 0 {
			return ""
		}
		return text + " " + s.of(below, depth-1)
	}
	return text
}

// Whatever is selected, a list that is written by columns has the bytes that gqlgen's own execution has.
func TestColumns_WriteWhatExecutionWrites(t *testing.T) {
	const head = "query ($yes: Boolean = true, $no: Boolean = false, $language: Language! = LOCAL, $day: Date, $measure: Measure!)"
	// Every variable must be used by every query.
	const all = `a: __typename @skip(if: $yes) b: __typename @skip(if: $no)
		c: regions(first: 1) { nodes { name(language: $language) parent(boundariesOn: $day) { code } } }
		d: report { rows { figure(measure: $measure) { unit } } }`
	variables := map[string]any{"day": "2018-01-15", "measure": "WORKERS_AUTHORISED"}
	rounds := testsize.Rounds(25, 7)
	for i, world := range []string{"small", "registers", "elsewhere", "corrected"} {
		t.Run(world, func(t *testing.T) {
			t.Parallel()
			w, slow := in(t, world), fieldByField(in(t, world))
			s := &selections{Rand: rand.New(rand.NewPCG(15, uint64(i)))}
			answered := 0
			for range rounds {
				for _, root := range roots {
					s.names, s.fragments = 0, nil
					selected := s.of(schema.Types[root.row], 3)
					query := head + " { " + all + " " + fmt.Sprintf(root.query, selected) + " } " + strings.Join(s.fragments, " ")
					if got := requireAlike(t, w, slow, query, variables); len(got.Errors) == 0 {
						answered++
					}
				}
			}
			assert.Greater(t, answered, rounds*len(roots)/2, "most questions can be answered")
		})
	}
}

// What goes wrong within a list is said as it is where gqlgen executes the list: with its path, and null where it may be.
func TestColumns_LeaveFaultsToExecution(t *testing.T) {
	w, slow := in(t, "small"), fieldByField(in(t, "small"))
	got := requireAlike(t, w, slow, `{ report(groupBy: [OUTCOME]) { rows { workersRepatriated
		figure(measure: PERMITS_ISSUED) { value } } } }`, nil)
	require.NotEmpty(t, got.Errors)
	require.Contains(t, got.Errors[0].Path.String(), "].figure")
}

// A list with a table does not execute the fields of its rows, and one of which a field has no column does.
func TestColumns_ExecuteNoFieldOfARow(t *testing.T) {
	w := overStore(in(t, "small").store)
	var objects map[string]int
	var mu sync.Mutex
	w.api.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
		mu.Lock()
		objects[graphql.GetFieldContext(ctx).Object]++
		mu.Unlock()
		return next(ctx)
	})
	for query, want := range map[string]map[string]int{
		`{ report(groupBy: [REGION], granularity: YEAR) { rows { region { code } period { label } permitsIssued } } }`: {"Query": 1, "Report": 1},
		`{ permits { edges { cursor node { number employer { name } region { name } } } } }`:                           {"Query": 1, "PermitConnection": 1},
	} {
		objects = map[string]int{}
		require.Empty(t, w.ask(t.Context(), t, query, nil).Errors)
		assert.Equal(t, want, objects, query)
	}
	objects = map[string]int{}
	require.Empty(t, w.ask(t.Context(), t, `{ regions { nodes { code children { code } } } }`, nil).Errors)
	assert.Positive(t, objects["Region"])
}

// The fields that lists are executed for; a new one of these types needs a column or a place here.
func TestColumns_AreOfAllFieldsBut(t *testing.T) {
	assert.Equal(t, []string{
		"ReportRow.wagePercentile", "ReportRow.permits", "ReportRow.repatriations",
		"Region.parent", "Region.children", "Region.boundary", "Region.observations", "Region.employers", "Region.permits",
		"Region.repatriations", "Region.report", "Region.economicImpact", "Region.compliance",
		"Employer.permits", "Permit.precision",
		"Repatriation.sanction", "Repatriation.ownOutcome", "Repatriation.precision",
	}, graph.WithoutColumn(schema))
}
