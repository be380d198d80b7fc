package exports

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// selected is what the rows of an exported report are to have.
type selected struct {
	groupBy  []string
	measures []labour.MeasureInfo
	derived  []derived
	top      bool
}

// derived are the columns of one derived figure: a field of ReportRow under an alias of its own.
type derived struct {
	alias, field string // such as permitsIssuedRank, figure(measure: PERMITS_ISSUED, as: RANK)
	label        string
	unit, base   string // of its value, and of what it is held against
}

// selectedOf returns what a report is asked for, and takes that which no document has for a variable out of the variables.
func selectedOf(variables port.Variables, currency string) selected {
	of := selected{groupBy: port.Texts(variables["groupBy"]), measures: measuresOf(variables), top: variables["top"] != nil}
	named := variables["measures"] != nil
	for _, as := range port.Texts(variables["as"]) {
		for _, m := range of.measures {
			as := labour.Derivation(as)
			share := as == labour.ShareOfTotal || as == labour.ShareOfParent
			if share && !m.AddsUpOverGroups && !named { // of those that nobody named, it is of the ones that have shares
				continue
			}
			of.derived = append(of.derived, figureOf(m, as, currency))
		}
	}
	percents, _ := variables["percent"].([]any)
	for _, percent := range percents {
		of.derived = append(of.derived, percentileOf(fmt.Sprint(percent), currency))
	}
	for _, name := range []string{"measures", "as", "percent"} {
		delete(variables, name)
	}
	return of
}

func figureOf(m labour.MeasureInfo, as labour.Derivation, currency string) derived {
	alias := m.Field
	for word := range strings.SplitSeq(strings.ToLower(string(as)), "_") {
		alias += strings.ToUpper(word[:1]) + word[1:]
	}
	label, _ := words.In("").Label("Measure", string(m.Measure))
	derivation, _ := words.In("").Label("Derivation", string(as))
	unit := unitOf("ReportRow", m.Field, currency)
	return derived{alias: alias, field: fmt.Sprintf("figure(measure: %s, as: %s)", m.Measure, as),
		label: label + ": " + strings.ToLower(derivation[:1]) + derivation[1:], unit: as.Unit(unit), base: as.BaseUnit(unit)}
}

func percentileOf(percent, currency string) derived {
	name := strings.NewReplacer(".", "_", "-", "minus", "+", "").Replace(percent)
	return derived{alias: "wagePercentile" + name, field: "wagePercentile(percent: " + percent + ")",
		label: "Monthly wage: percentile " + percent, unit: currency + " per month"}
}

// columns returns those of the report's rows, with what the contract cannot tell of derived figures: their units.
func (of selected) columns(c contract, document, currency string) []table.Column {
	columns := c.columns(document, []string{"report", "rows"}, currency)
	for i := range columns {
		alias, leaf, _ := strings.Cut(columns[i].Name, ".")
		at := slices.IndexFunc(of.derived, func(d derived) bool { return d.alias == alias })
		if at < 0 {
			continue
		}
		d := of.derived[at]
		columns[i].Label = d.label
		switch leaf {
		case "value":
			columns[i].Unit = d.unit
		case "base":
			columns[i].Unit = d.base
		}
	}
	return append(columns, port.SyntheticColumn)
}

// openReport opens the export of a report: all of its rows.
func openReport(ctx context.Context, s *Exports, x *extract) error {
	currency := reportCurrency(ctx, x.variables)
	of := selectedOf(x.variables, currency)
	first := reportDocument(of, false)
	x.document = first.Text
	x.columns = of.columns(contract{s.Parameters.Schema}, x.document, currency)
	return x.answered(ctx, s, "report", first, reportDocument(of, true))
}

// reportDocument returns the document of a report that has some columns. after says that it goes on with the rows after a
// cursor, and leaves out what the first page has told.
func reportDocument(of selected, after bool) port.Document {
	var row []string
	for _, d := range dimensionFields {
		if slices.Contains(of.groupBy, string(d.by)) {
			row = append(row, d.fields)
		}
	}
	row = append(row, "period { from to label } coverage perturbed")
	if of.top {
		row = append(row, "others")
	}
	for _, m := range of.measures {
		row = append(row, m.Field)
		if m.Measure == labour.PeakWorkersPresent {
			row = append(row, "peakOn")
		}
	}
	for _, d := range of.derived {
		base := "base "
		if d.base == "" {
			base = ""
		}
		row = append(row, d.alias+": "+d.field+" { value "+base+"why }")
	}
	variable, argument, once := "", "", "\n    totalCount\n    provenance { synthetic sources { id } }"
	if after {
		variable, argument, once = ", $after: String", ", after: $after", ""
	}
	return port.MustDocument(`query Report(` + reportVariables + variable + `) {
  report(filter: $filter, groupBy: $groupBy, granularity: $granularity, boundariesOn: $boundariesOn, orderBy: $orderBy, having: $having, currency: $currency, top: $top, first: 1000` + argument + `) {
    rows { ` + strings.Join(row, " ") + ` }` + once + `
    pageInfo { hasNextPage endCursor }
  }
}`)
}

// measuresOf returns the measures that a report is asked for: those that are named, else all that its groups can have.
func measuresOf(variables port.Variables) []labour.MeasureInfo {
	named := port.Texts(variables["measures"])
	var measures []labour.MeasureInfo
	for _, m := range labour.Measures {
		switch {
		case named != nil:
			if slices.Contains(named, string(m.Measure)) {
				measures = append(measures, m)
			}
		case m.Measure == labour.WorkersRepatriated ||
			!slices.Contains(port.Texts(variables["groupBy"]), string(labour.ByOutcome)):
			measures = append(measures, m)
		}
	}
	return measures
}
