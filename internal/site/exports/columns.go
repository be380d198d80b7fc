package exports

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/table"
	"homebound/internal/words"
)

// contract describes columns and figures in the words of the schema.
type contract struct{ schema *ast.Schema }

// columns returns what a document selects under one of its fields as the columns of a table: named by their way
// from there, such as employer.name, and described as the contract describes them. currency is that of the
// release's money.
func (p contract) columns(document string, under []string, currency string) []table.Column {
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		panic("web: " + err.Error()) // mustOperation has read it before
	}
	of, set := p.schema.Query, doc.Operations[0].SelectionSet
	for _, name := range under {
		for _, s := range set {
			if field, is := s.(*ast.Field); is && field.Name == name {
				of, set = p.schema.Types[of.Fields.ForName(name).Type.Name()], field.SelectionSet
				break
			}
		}
	}
	columns := p.leaves(nil, of, set, "", "", currency)
	for _, column := range columns { // behind the others, which keep their places
		if path, is := strings.CutSuffix(column.Name, "id"); is && (path == "" || strings.HasSuffix(path, ".")) {
			columns = append(columns, table.Column{Name: path + publisherID, Kind: table.Text,
				Description: column.Description + " Here as its publisher wrote it, and packages have it."})
		}
	}
	return columns
}

// publisherID is the column beside a global id that has the id as the publisher wrote it, so that rows can be held
// against the package that they came with.
const publisherID = "publisherId"

func (p contract) leaves(columns []table.Column, of *ast.Definition, set ast.SelectionSet, path, about,
	currency string) []table.Column {
	for _, s := range set {
		field, is := s.(*ast.Field)
		if !is {
			continue
		}
		definition := of.Fields.ForName(field.Name)
		described := strings.TrimSpace(about + " " + strings.Join(strings.Fields(definition.Description), " "))
		kind := p.schema.Types[definition.Type.Name()]
		if kind.Name == "DayPrecision" { // in one column, as packages have it
			columns = append(columns, table.Column{Name: path + field.Name, Kind: table.Text,
				Description: described + " Here as issued_on=MONTH, by the columns of packages."})
			continue
		}
		if len(field.SelectionSet) > 0 {
			columns = p.leaves(columns, kind, field.SelectionSet, path+field.Alias+".", described, currency)
			continue
		}
		columns = append(columns, table.Column{Name: path + field.Alias, Kind: table.KindOf(kind.Name),
			Unit: unitOf(of.Name, field.Name, currency), Label: labelOf(of.Name, field.Name), Description: described})
	}
	return columns
}

// unitOf returns the unit of a field, "" where it has none. Where rows have units of their own, it says which
// column has them.
func unitOf(of, field, currency string) string {
	if of == "ReportRow" {
		for _, m := range labour.Measures {
			if m.Field == field && m.Measure == labour.AverageMonthlyWage {
				return currency + " per month"
			}
			if m.Field == field {
				return m.Unit
			}
		}
		return ""
	}
	return map[string]string{
		"Permit.workers": "persons", "Permit.wageMonthly": "the currency in wageCurrency, per month", "Permit.wage": "the currency in wageCurrency, for wageUnit",
		"Permit.hoursPerWeek": "hours per week", "Repatriation.workers": "persons",
		"Observation.value": "as in unit", "Claim.valueLow": "as in unit", "Claim.valueHigh": "as in unit",
		"EconomicImpact.baselineWorkers": "persons", "EconomicImpact.departedWorkers": "persons", "EconomicImpact.workerYearsLost": "worker-years",
		"EconomicImpact.shareOfEmployment": "fraction", "IndustryImpact.workerYearsLost": "worker-years", "ImpactPeriod.departedWorkers": "persons",
		"ImpactPeriod.workerYearsLost": "worker-years", "Sensitivity.outputLostAtLow": currency, "Sensitivity.outputLostAtHigh": currency,
	}[of+"."+field]
}

// labelOf returns what the field of a measure is called, "" for other fields.
func labelOf(of, field string) string {
	for _, m := range labour.Measures {
		if of == "ReportRow" && m.Field == field {
			label, _ := words.In("").Label("Measure", string(m.Measure))
			return label
		}
	}
	return ""
}

// flattened puts the values of an object of an answer into the columns' places. It returns the row that it was given.
func flattened(object map[string]any, columns []table.Column, row []any) []any {
	for i, column := range columns {
		value := table.At(object, strings.Split(column.Name, "."))
		if of, is := strings.CutSuffix(column.Name, publisherID); is {
			value = nil
			if id, known := table.At(object, strings.Split(of+"id", ".")).(string); known {
				value = graph.Key(id)
			}
		}
		if number, is := value.(float64); is && column.Kind == table.Whole {
			value = int64(number)
		}
		row[i] = value
	}
	return row
}
