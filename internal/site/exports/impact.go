package exports

import (
	"strings"

	"homebound/internal/site/port"
	"homebound/internal/table"
)

// impactColumns are those of an economic impact in the long form: a row for each figure, so that those that are
// ranges, numbers and inputs stand in one table.
var impactColumns = []table.Column{
	{Name: "region.code", Kind: table.Text,
		Description: "The region, everything within it included: the code that was asked for."},
	{Name: "basis", Kind: table.Text, Description: "The evidence that stocks are read from: REGISTER or REPORTED."},
	{Name: "perturbed", Kind: table.Bool,
		Description: "Whether real rows of the register took part, which are masked in the release: PRIVACY.md says how far off figures are."},
	{Name: "section", Kind: table.Text,
		Description: "Where the figure stands in EconomicImpact: totals, byIndustry, timeline, sensitivity or inputs."},
	{Name: "item", Kind: table.Text,
		Description: "What it is of: an industry's code, a period's label, a parameter, or an input's name. Null in totals."},
	{Name: "name", Kind: table.Text, Description: "The industry's name. Null elsewhere."},
	{Name: "figure", Kind: table.Text, Description: "The field that has it, such as outputLost; figures defines each."},
	{Name: "from", Kind: table.Day,
		Description: "The first day of the horizon, of the period, or of the days that an input is about. Null for a parameter, and where no observation was found."},
	{Name: "to", Kind: table.Day, Description: "The last of these days, itself included. Null where from is."},
	{Name: "low", Kind: table.Number, Unit: "as in unit",
		Description: "The low end of an estimate or a parameter. Null for a figure that is one number, and where no observation supports it."},
	{Name: "central", Kind: table.Number, Unit: "as in unit",
		Description: "The figure, or the central value of an estimate or a parameter. Null where no observation supports it."},
	{Name: "high", Kind: table.Number, Unit: "as in unit",
		Description: "The high end of an estimate or a parameter. Null where low is."},
	{Name: "unit", Kind: table.Text,
		Description: "The unit of low, central and high. Null for an estimate that is null."},
	{Name: "imputed", Kind: table.Bool,
		Description: "Whether another year's figure stands in for a missing one. Null but for inputs."},
	{Name: "note", Kind: table.Text,
		Description: "What a reader should know about an input. Null where there is nothing."},
	port.SyntheticColumn,
	{Name: "source.title", Kind: table.Text,
		Description: "Where an input was published. Null where it was not, and elsewhere."},
	{Name: "source.publisher", Kind: table.Text, Description: "Who published it. Null where source.title is."},
	{Name: "source.url", Kind: table.Text, Description: "The address of the source. Null where it has none."},
}

// impactFigures are the fields that are figures, in the order of the contract, by the type that has them.
var impactFigures = map[string][]string{
	"EconomicImpact": {"baselineWorkers", "departedWorkers", "workerYearsLost", "shareOfEmployment", "outputLost",
		"outputLostShareOfGrp", "wagesLost",
		"incomeTaxLost", "remittancesForgone"},
	"IndustryImpact": {"workerYearsLost", "outputLost"},
	"ImpactPeriod":   {"departedWorkers", "workerYearsLost", "outputLost"},
	"Sensitivity":    {"outputLostAtLow", "outputLostAtHigh"},
}

// figures returns the rows of an economic impact.
func (p contract) figures(impact map[string]any, currency string, yield func(row []any)) {
	add := func(section string, item, name any, figure string, period map[string]any, value map[string]any) {
		source, _ := value["source"].(map[string]any)
		yield([]any{impact["region"].(map[string]any)["code"], impact["basis"], impact["perturbed"], section, item, name,
			figure, period["from"], period["to"], value["low"], value["central"], value["high"], value["unit"],
			value["imputed"], value["note"], impact["provenance"].(map[string]any)["synthetic"], source["title"], source["publisher"], source["url"]})
	}
	all := func(section, typename string, item, name any, period, of map[string]any) {
		for _, field := range impactFigures[typename] {
			value, isRange := of[field].(map[string]any)
			if !isRange {
				value = map[string]any{"central": of[field]}
				if unit := unitOf(typename, field, currency); unit != "" {
					value["unit"] = unit
				}
			}
			add(section, item, name, field, period, value)
		}
	}
	all("totals", "EconomicImpact", nil, nil, impact, impact)
	for _, part := range objects(impact["byIndustry"]) {
		industry := part["industry"].(map[string]any)
		all("byIndustry", "IndustryImpact", industry["code"], industry["name"], impact, part)
	}
	for _, part := range objects(impact["timeline"]) {
		period := part["period"].(map[string]any)
		all("timeline", "ImpactPeriod", period["label"], nil, period, part)
	}
	for _, part := range objects(impact["sensitivity"]) {
		all("sensitivity", "Sensitivity", part["parameter"], nil, impact, part)
	}
	for _, input := range objects(impact["inputs"]) {
		period, _ := input["period"].(map[string]any)
		input["central"] = input["value"]
		add("inputs", input["name"], nil, "value", period, input)
	}
}

// objects returns the members of a list in an answer.
func objects(list any) []map[string]any {
	members, _ := list.([]any)
	found := make([]map[string]any, len(members))
	for i, member := range members {
		found[i] = member.(map[string]any)
	}
	return found
}

// figure defines a figure of the long form, for the metadata.
type figure struct {
	Section     string `json:"section"`
	Name        string `json:"figure"`
	Unit        string `json:"unit,omitempty"`
	Description string `json:"description"`
}

// figuresDefined returns the contract's words on each figure of an economic impact.
func (p contract) figuresDefined(currency string) []figure {
	var list []figure
	for _, of := range []struct{ section, typename string }{{"totals", "EconomicImpact"},
		{"byIndustry", "IndustryImpact"}, {"timeline", "ImpactPeriod"}, {"sensitivity", "Sensitivity"}} {
		for _, field := range impactFigures[of.typename] {
			definition := p.schema.Types[of.typename].Fields.ForName(field)
			list = append(list, figure{of.section, field, unitOf(of.typename, field, currency),
				strings.Join(strings.Fields(definition.Description), " ")})
		}
	}
	definition := p.schema.Types["ModelInput"].Fields.ForName("value")
	return append(list, figure{"inputs", "value", "", strings.Join(strings.Fields(definition.Description), " ")})
}
