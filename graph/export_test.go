package graph

import "github.com/vektah/gqlparser/v2/ast"

// WithoutColumn lists the fields of the types with tables that have no column, in the order of the schema.
func WithoutColumn(schema *ast.Schema) []string {
	t := newTables(schema)
	var without []string
	for _, table := range []struct {
		name string
		has  func(string) bool
	}{
		{"ReportRow", t.row.Has}, {"Figure", t.figure.Has}, {"Period", t.period.Has}, {"Region", t.region.Has},
		{"Industry", t.industry.Has}, {"Country", t.country.Has}, {"Employer", t.employer.Has}, {"Source", t.source.Has},
		{"Permit", t.permit.Has}, {"Repatriation", t.repatriation.Has},
	} {
		for _, field := range schema.Types[table.name].Fields {
			if !table.has(field.Name) {
				without = append(without, table.name+"."+field.Name)
			}
		}
	}
	return without
}
