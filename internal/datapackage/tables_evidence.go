package datapackage

import "homebound/internal/labour"

// The tables of what statements and States are judged by.

var obligations = Table{
	Name: "obligations", Key: []string{"symbol", "kind"},
	Columns: []Column{
		{Name: "symbol", Type: Key, Required: true, Refers: "sanctions", Doc: "The sanction that asks for it."},
		{Name: "paragraph", Type: Text, Doc: "Its paragraph."},
		{Name: "kind", Type: OneOf, Required: true, Enum: spellings(labour.ObligationKinds), Doc: "What is asked for."},
		{Name: "applies_from", Type: Date, Required: true, Doc: "First day on which it binds."},
		{Name: "deadline", Type: Date, Doc: "Last day to comply; empty where none is set."},
		{Name: "half_way_on", Type: Date, Doc: "The mark that the sanction sets on the way; empty where there is none."},
		{Name: "grandfathered_before", Type: Date, Doc: "Contracts finalised before this day may run on."},
		{Name: "exemptions", Type: Text, Doc: "Who or what is exempt."},
		{Name: "text", Type: Text, Required: true, Doc: "What is asked for, in our own words."},
		sourceID,
	},
	rules: []rule{ordered("applies_from", "deadline"), ordered("applies_from", "half_way_on"), ordered("half_way_on", "deadline")},
}

var memberStateReports = Table{
	Name: "member_state_reports", Key: []string{"country_code", "symbol", "kind", "submitted_on", "as_of", "source_id"},
	Columns: []Column{
		{Name: "country_code", Type: Country, Required: true, Refers: "countries", Doc: "The State that reports."},
		{Name: "symbol", Type: Key, Required: true, Doc: "The resolution that it reports under, which need not be one of sanctions."},
		{Name: "kind", Type: OneOf, Required: true, Enum: spellings(labour.ReportKinds), Doc: "Which report it is."},
		{Name: "due_on", Type: Date, Doc: "Day on which the report was due; empty where none was."},
		{Name: "submitted_on", Type: Date, Doc: "Day on which it was handed in; empty where unknown."},
		{Name: "un_document", Type: Text, Doc: "Symbol of the United Nations document."},
		{Name: "baseline", Type: Number, Min: new(0.0), Doc: "Workers at the start, as reported."},
		{Name: "baseline_on", Type: Date, Doc: "Day of the baseline."},
		{Name: "repatriated", Type: Number, Min: new(0.0), Doc: "Workers sent home, as reported."},
		{Name: "remaining", Type: Number, Min: new(0.0), Doc: "Workers still there, as reported."},
		{Name: "as_of", Type: Date, Doc: "Last day that the numbers are about."},
		{Name: "text", Type: Text, Doc: "What was said that has no number."},
		confidence,
		sourceID,
		note,
	},
	rules: []rule{dayFor("baseline", "baseline_on"), dayFor("remaining", "as_of")},
}

var parameters = Table{
	Name: "parameters", Key: []string{"name", "region_code", "industry", "nationality", "from", "to"},
	Columns: []Column{
		{Name: "name", Type: Key, Required: true, Doc: "The parameter of the economic model."},
		{Name: "region_code", Type: Region, Refers: "regions", Doc: "Where it holds, with all within; empty for everywhere."},
		{Name: "industry", Type: Industry, Refers: "industries", Doc: "In which industry; empty for all."},
		{Name: "nationality", Type: Country, Refers: "countries", Doc: "For workers of which nationality; empty for all."},
		{Name: "from", Type: Date, Doc: "First day on which it holds; empty where it is open."},
		{Name: "to", Type: Date, Doc: "Last day on which it holds; empty where it is open."},
		{Name: "low", Type: Number, Required: true, Doc: "The lowest value."},
		{Name: "central", Type: Number, Required: true, Doc: "The most likely value."},
		{Name: "high", Type: Number, Required: true, Doc: "The highest value."},
		{Name: "distribution", Type: OneOf, Required: true, Enum: spellings(labour.Distributions), Doc: "How the value is spread between low and high."},
		{Name: "unit", Type: Text, Required: true, Doc: "Unit of the value."},
		{Name: "kind", Type: OneOf, Required: true, Enum: spellings(labour.ParameterKinds), Doc: "How the value was found."},
		sourceID,
		{Name: "citation", Type: Text, Required: true, Doc: "The work that it is taken from, or the word assumption."},
		note,
	},
	rules: []rule{ordered("from", "to"), rising("low", "central", "high"), fixed},
}

var coverage = Table{
	Name: "coverage", Key: []string{"source_id", "table", "region_code", "nationality", "from"},
	Columns: []Column{
		sourceID,
		{Name: "table", Type: OneOf, Required: true, Enum: spellings(labour.RegisterTables), Doc: "The table that it is about."},
		{Name: "region_code", Type: Region, Required: true, Refers: "regions", Doc: "The region that it is about, with all within it."},
		{Name: "nationality", Type: Country, Refers: "countries", Doc: "The nationality that it is about; empty for all."},
		{Name: "from", Type: Date, Required: true, Doc: "First day that it is about."},
		{Name: "to", Type: Date, Required: true, Doc: "Last day that it is about."},
		{Name: "completeness", Type: OneOf, Required: true, Enum: spellings(labour.Completenesses), Doc: "Whether the source has every row there is."},
	},
	rules: []rule{ordered("from", "to")},
}
