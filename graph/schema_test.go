package graph_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/graph/generated"
	"homebound/internal/answers"
	"homebound/internal/answers/evidence"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// ownTypes returns the types of the contract, in the order of names, without those that GraphQL itself defines.
func ownTypes() []*ast.Definition {
	var own []*ast.Definition
	for _, def := range generated.NewExecutableSchema(generated.Config{}).Schema().Types {
		if !def.BuiltIn {
			own = append(own, def)
		}
	}
	slices.SortFunc(own, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return own
}

// ownFields returns the fields of a type, without those that introspection adds to Query.
func ownFields(def *ast.Definition) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(def.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
}

func TestSchema_DescribesEveryElement(t *testing.T) {
	described := func(description, element string) {
		assert.NotEmpty(t, strings.TrimSpace(description), "%s has no description", element)
	}
	for _, def := range ownTypes() {
		described(def.Description, def.Name)
		for _, field := range ownFields(def) {
			described(field.Description, def.Name+"."+field.Name)
			for _, arg := range field.Arguments {
				described(arg.Description, def.Name+"."+field.Name+"("+arg.Name+")")
			}
		}
		for _, value := range def.EnumValues {
			described(value.Description, def.Name+"."+value.Name)
		}
		if def.Kind == ast.Scalar {
			assert.NotNil(t, def.Directives.ForName("specifiedBy"), "scalar %s does not say what specifies it", def.Name)
		}
	}
}

// signature lists what clients may rely on, one element a line, so that adding to a type leaves its other lines alone.
func signature(defs []*ast.Definition) []string {
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	preset := func(value *ast.Value) string {
		if value == nil {
			return ""
		}
		return " = " + value.String()
	}
	for _, def := range defs {
		add("%s %s", strings.ToLower(string(def.Kind)), def.Name)
		for _, name := range def.Interfaces {
			add("%s implements %s", def.Name, name)
		}
		for _, field := range ownFields(def) {
			add("%s.%s: %s%s", def.Name, field.Name, field.Type, preset(field.DefaultValue))
			for _, arg := range field.Arguments {
				add("%s.%s(%s): %s%s", def.Name, field.Name, arg.Name, arg.Type, preset(arg.DefaultValue))
			}
		}
		for _, value := range def.EnumValues {
			add("%s.%s", def.Name, value.Name)
		}
	}
	slices.Sort(lines)
	return lines
}

func TestSchema_KeepsTheContract(t *testing.T) {
	text, err := os.ReadFile("testdata/contract.txt")
	require.NoError(t, err)
	contract := strings.Split(strings.TrimSpace(string(text)), "\n")
	present := signature(ownTypes())
	for _, line := range contract {
		assert.True(t, slices.Contains(present, line), "the schema lacks %q, which clients rely on", line)
	}
	for _, def := range ownTypes() {
		for _, field := range ownFields(def) {
			known := slices.ContainsFunc(contract, func(line string) bool { return strings.HasPrefix(line, def.Name+"."+field.Name+": ") })
			if def.Kind == ast.InputObject && !known && slices.Contains(contract, "input_object "+def.Name) {
				assert.True(t, !field.Type.NonNull || field.DefaultValue != nil, "%s.%s must be optional: clients do not send it", def.Name, field.Name)
			}
			for _, arg := range field.Arguments {
				line := fmt.Sprintf("%s.%s(%s): ", def.Name, field.Name, arg.Name)
				if known && !slices.ContainsFunc(contract, func(l string) bool { return strings.HasPrefix(l, line) }) {
					assert.True(t, !arg.Type.NonNull || arg.DefaultValue != nil, "%s.%s(%s) must be optional: clients do not send it", def.Name, field.Name, arg.Name)
				}
			}
		}
	}
}

func TestSchema_ListsHoldNoNulls(t *testing.T) {
	for _, def := range ownTypes() {
		for _, field := range ownFields(def) {
			if field.Type.Elem == nil || (def.Kind != ast.Object && def.Kind != ast.Interface) {
				continue
			}
			if def.Name != "Query" && len(field.Arguments) == 0 { // what has arguments may refuse them, and fails alone
				assert.True(t, field.Type.NonNull, "%s.%s: the list itself may be null", def.Name, field.Name)
			}
			if def.Name+"."+field.Name != "Query.nodes" { // null in the place of an id that is not found
				assert.True(t, field.Type.Elem.NonNull, "%s.%s: a member may be null", def.Name, field.Name)
			}
		}
	}
}

// texts returns the values as the contract writes them.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, value := range values {
		out[i] = string(value)
	}
	return out
}

func TestSchema_EnumsAreTheDomainsLists(t *testing.T) {
	measures := make([]labour.Measure, len(labour.Measures))
	for i, info := range labour.Measures {
		measures[i] = info.Measure
	}
	domain := map[string][]string{
		"RegionKind":            texts(labour.RegionKinds),
		"PermitStatus":          texts(labour.PermitStatuses),
		"RepatriationOutcome":   texts(labour.Outcomes),
		"Confidence":            texts(labour.Confidences),
		"ObservationStatus":     texts(labour.ObservationStatuses),
		"SourceKind":            texts(labour.SourceKinds),
		"ClaimOperator":         texts(labour.ClaimOperators),
		"Verdict":               texts(labour.Verdicts),
		"Dimension":             texts(labour.Dimensions),
		"Granularity":           texts(labour.Granularities),
		"Measure":               texts(measures),
		"Basis":                 texts(labour.Bases),
		"StayersRule":           texts(impact.StayersRules),
		"ImpactVariant":         texts(impact.Variants),
		"Distribution":          texts(labour.Distributions),
		"ParameterKind":         texts(labour.ParameterKinds),
		"ChangeKind":            texts(labour.ChangeKinds),
		"ErrorCode":             texts(labour.Codes),
		"ComplianceStatus":      texts(labour.ComplianceStatuses),
		"Coverage":              texts(labour.Coverages),
		"ClaimPer":              texts(labour.ClaimPers),
		"WageBasis":             texts(labour.WageBases),
		"ObligationKind":        texts(labour.ObligationKinds),
		"MemberStateReportKind": texts(labour.ReportKinds),
		"EvidenceRelation":      texts(evidence.Relations),
		"NoticeCode":            texts(answers.NoticeCodes),
		"WageUnit":              texts(labour.WageUnits),
		"Gap":                   texts(labour.Gaps),
		"FigureFormat":          texts(labour.FigureFormats),
	}
	ofTheContractAlone := []string{"Language", "Prices", "OrderDirection", "RegionOrderField", "EmployerOrderField", "PermitOrderField", "RepatriationOrderField",
		"ClaimOrderField", "ObservationOrderField"}

	var enums []string
	for _, def := range ownTypes() {
		if def.Kind != ast.Enum {
			continue
		}
		enums = append(enums, def.Name)
		if want, ok := domain[def.Name]; ok {
			var values []string
			for _, value := range def.EnumValues {
				values = append(values, value.Name)
			}
			assert.ElementsMatch(t, want, values, def.Name)
		}
	}
	assert.ElementsMatch(t, slices.AppendSeq(ofTheContractAlone, maps.Keys(domain)), enums, "an enum that no list is compared with")
}

func TestSchema_ReportRowHasEveryMeasure(t *testing.T) {
	row := generated.NewExecutableSchema(generated.Config{}).Schema().Types["ReportRow"]
	for _, info := range labour.Measures {
		if field := row.Fields.ForName(info.Field); assert.NotNil(t, field, "%s: ReportRow has no %s", info.Measure, info.Field) {
			assert.False(t, field.Type.NonNull, "%s may be unknown", info.Field)
			unit := strings.Replace(info.Unit, "currency units", "the report's currency", 1)
			assert.Regexp(t, `[,;] in `+unit+`\b`, field.Description, "clients take the unit of %s from its description", info.Field)
		}
	}
}
