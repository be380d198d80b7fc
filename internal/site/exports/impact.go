package exports

import (
	"fmt"
	"strings"

	"homebound/internal/site/port"
	"homebound/internal/table"
)

// impactColumns are those of an economic impact in the long form: a row for each figure, so that those that are
// ranges, numbers and inputs stand in one table.
var impactColumns = append([]table.Column{
	{Name: "region.code", Kind: table.Text,
		Description: "The region, everything within it included: the code that was asked for."},
	{Name: "basis", Kind: table.Text,
		Description: "The evidence that stocks are read from: REGISTER, REPORTED or SCENARIO."},
	{Name: "coverage", Kind: table.Text,
		Description: "How much of the stock is known: COMPLETE, PARTIAL (figures are of a part) or NONE (they are null)."},
	{Name: "perturbed", Kind: table.Bool,
		Description: "Whether real rows of the register took part, which are masked in the release: PRIVACY.md says how far off figures are."},
	{Name: "section", Kind: table.Text,
		Description: "Where the figure stands in EconomicImpact: totals, grossAccounts, netAccounts, variants, bridge, byIndustry, timeline, sensitivity, observed, inputs or notices."},
	{Name: "item", Kind: table.Text,
		Description: "What it is of: a variant, a step, an industry's code, a period's label, a parameter, an indicator's code, an input's name or a notice's code. Null in totals and accounts."},
	{Name: "name", Kind: table.Text, Description: "The industry's or the indicator's name. Null elsewhere."},
	{Name: "figure", Kind: table.Text, Description: "The field that has it, such as outputLost; figures defines each."},
	{Name: "from", Kind: table.Day,
		Description: "The first day of the horizon, of the period, or of the days that a figure is about. Null for a parameter, and where no observation was found."},
	{Name: "to", Kind: table.Day, Description: "The last of these days, itself included. Null where from is."},
	{Name: "low", Kind: table.Number, Unit: "as in unit",
		Description: "The low end of an estimate or a parameter. Null for a figure that is one number, and where no observation supports it."},
	{Name: "central", Kind: table.Number, Unit: "as in unit",
		Description: "The figure, or the central value of an estimate or a parameter. Null where no observation supports it."},
	{Name: "high", Kind: table.Number, Unit: "as in unit",
		Description: "The high end of an estimate or a parameter. Null where low is."},
}, append(quantileColumns(), []table.Column{
	{Name: "unit", Kind: table.Text,
		Description: "The unit of the figures. Null for an estimate that is null, and for a notice."},
	{Name: "imputed", Kind: table.Bool,
		Description: "Whether another year's figure stands in for a missing one. Null but for inputs."},
	{Name: "note", Kind: table.Text,
		Description: "What a reader should know about an input, the setting that an outcome of sensitivity is of, or a notice's sentence. Null where there is nothing."},
	port.SyntheticColumn,
	{Name: "source.title", Kind: table.Text,
		Description: "Where an input was published. Null where it was not, and elsewhere."},
	{Name: "source.publisher", Kind: table.Text, Description: "Who published it. Null where source.title is."},
	{Name: "source.url", Kind: table.Text, Description: "The address of the source. Null where it has none."},
}...)...)

// quantiles are the fields of an Estimate that tell of its draws.
var quantiles = []string{"mean", "p5", "p25", "p50", "p75", "p95"}

func quantileColumns() (columns []table.Column) {
	for _, name := range quantiles {
		words := "The mean of the draws of an estimate"
		if percent, is := strings.CutPrefix(name, "p"); is {
			words = fmt.Sprintf("%s %% of the draws of an estimate are at most this", percent)
		}
		columns = append(columns, table.Column{Name: name, Kind: table.Number, Unit: "as in unit",
			Description: words + ". Null for a figure that is one number, and where no observation supports it."})
	}
	return columns
}

// impactSection is one part of the long form: its rows' section, the type whose fields are figures, and these fields in
// the order of the contract.
type impactSection struct {
	section, typename string
	fields            []string
}

var accountFields = []string{"output", "wages", "incomeTax", "contributions", "productionTaxes", "surplus", "fiscalLoss"}

var impactSections = []impactSection{
	{"totals", "EconomicImpact", []string{"baselineWorkers", "departedWorkers", "workerYearsLost", "shareOfEmployment",
		"grossDirectOutputLost", "directOutputLost", "indirectOutputLost", "outputLost", "outputLostElsewhere",
		"directOutputLostShareOfGrp", "outputLostShareOfGrp", "wagesLost", "incomeTaxLost", "fiscalLoss", "remittancesForgone"}},
	{"grossAccounts", "ImpactAccounts", accountFields},
	{"netAccounts", "ImpactAccounts", accountFields},
	{"variants", "VariantImpact", []string{"grossDirectOutputLost", "directOutputLost", "indirectOutputLost", "outputLost",
		"outputLostElsewhere", "outputLostShareOfGrp"}},
	{"bridge", "BridgeStep", []string{"amount"}},
	{"byIndustry", "IndustryImpact", []string{"workerYearsLost", "grossDirectOutputLost", "directOutputLost",
		"indirectOutputLost", "outputLost"}},
	{"timeline", "ImpactPeriod", []string{"departedWorkers", "workerYearsLost", "grossDirectOutputLost", "directOutputLost",
		"indirectOutputLost", "outputLost"}},
	{"sensitivity", "Sensitivity", []string{"outputLostAtLow", "outputLostAtHigh"}},
	{"observed", "ObservedOutcome", []string{"value", "trend"}},
	{"inputs", "ModelInput", []string{"value"}},
	{"notices", "Notice", []string{"message"}},
}

// figures returns the rows of an economic impact.
func (p contract) figures(impact map[string]any, currency string, yield func(row []any)) {
	synthetic := impact["provenance"].(map[string]any)["synthetic"]
	for _, s := range impactSections {
		for _, part := range s.parts(impact) {
			at := s.placeOf(part, impact)
			for _, field := range s.fields {
				value := p.figureOf(s, field, part, currency)
				source, _ := value["source"].(map[string]any)
				row := []any{impact["region"].(map[string]any)["code"], impact["basis"], impact["coverage"], impact["perturbed"],
					s.section, at.item, at.name, field, at.period["from"], at.period["to"], value["low"], value["central"], value["high"]}
				for _, name := range quantiles {
					row = append(row, value[name])
				}
				yield(append(row, value["unit"], value["imputed"], value["note"], synthetic, source["title"], source["publisher"],
					source["url"]))
			}
		}
	}
}

// parts returns what has the figures of a section: the impact itself, one object of it, or each of a list.
func (s impactSection) parts(impact map[string]any) []map[string]any {
	if s.section == "totals" {
		return []map[string]any{impact}
	}
	if one, is := impact[s.section].(map[string]any); is {
		return []map[string]any{one}
	}
	return objects(impact[s.section])
}

// figurePlace is what a row of the long form is of.
type figurePlace struct {
	item, name any
	period     map[string]any
}

func (s impactSection) placeOf(part, impact map[string]any) figurePlace {
	at := figurePlace{period: impact}
	for _, name := range []string{"variant", "step", "parameter", "code"} {
		if s.section != "totals" && part[name] != nil {
			at.item = part[name]
		}
	}
	switch s.section {
	case "byIndustry":
		of := part["industry"].(map[string]any)
		at.item, at.name = of["code"], of["name"]
	case "timeline":
		at.period = part["period"].(map[string]any)
		at.item = at.period["label"]
	case "observed":
		of := part["indicator"].(map[string]any)
		at.item, at.name = of["code"], of["name"]
		at.period = map[string]any{"from": fmt.Sprintf("%v-01-01", part["year"]), "to": fmt.Sprintf("%v-12-31", part["year"])}
	case "inputs":
		at.item = part["name"]
		at.period, _ = part["period"].(map[string]any)
	}
	return at
}

// figureOf returns one figure under the names of the columns.
func (p contract) figureOf(s impactSection, field string, part map[string]any, currency string) map[string]any {
	switch s.section {
	case "inputs":
		part["central"] = part["value"]
		return part
	case "bridge", "observed":
		return map[string]any{"central": part[field], "unit": part["unit"]}
	case "notices":
		return map[string]any{"note": part[field]}
	}
	value, isRange := part[field].(map[string]any)
	if isRange {
		return value
	}
	value = map[string]any{"central": part[field]}
	if unit := unitOf(s.typename, field, currency); unit != "" {
		value["unit"] = unit
	}
	if setting := map[string]string{"outputLostAtLow": "lowSetting", "outputLostAtHigh": "highSetting"}[field]; setting != "" {
		value["note"] = part[setting]
	}
	return value
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
	for _, s := range impactSections {
		for _, field := range s.fields {
			definition := p.schema.Types[s.typename].Fields.ForName(field)
			list = append(list, figure{s.section, field, unitOf(s.typename, field, currency),
				strings.Join(strings.Fields(definition.Description), " ")})
		}
	}
	return list
}
