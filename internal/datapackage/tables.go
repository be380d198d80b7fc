package datapackage

import (
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Table describes one of the CSV files that a package may hold.
type Table struct {
	Name    string   // also the name of its resource and, with .csv, of its file
	Columns []Column // in the canonical order
	Key     []string // the columns that identify a row; an empty value counts as a value

	Odd bool // few packages have it: one without rows is not written

	rules []rule
}

// Column describes one column. Where its values may be empty the whole column may be missing.
type Column struct {
	Name     string
	Type     Type
	Required bool              // no value may be empty or all blanks
	Enum     []string          // of OneOf: the values allowed
	Words    []string          // of Key: values that are always there, beside the rows of a table
	Aliases  map[string]string // of OneOf: other spellings that are read as one of Enum
	Lossy    map[string]string // of OneOf: spellings whose meaning is only in part that of the value, with what to say
	Edge     Edge              // of Date: the day that a month, a quarter or a year counts by; "" where it must be a day
	Recorded bool              // of Date: what the register records, so within a lifetime and not far ahead
	Min, Max *float64          // of Whole and Number: bounds, both included; nil where there is none
	Default  any               // what an empty value or a missing column is read as; nil for most
	Refers   string            // the table whose key the value is, "" where it is none
	Rare     bool              // few registers have it: nobody is told that it is not there
	Doc      string            // one sentence for people
}

// TableByName returns the table of a name, and whether there is one.
func TableByName(name string) (Table, bool) {
	i := slices.IndexFunc(Tables, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return Table{}, false
	}
	return Tables[i], true
}

// index returns the place of a column in the table, or -1.
func (t Table) index(column string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == column })
}

// tableNames lists the names of all tables, in their order.
func tableNames() []string {
	names := make([]string, len(Tables))
	for i, t := range Tables {
		names[i] = t.Name
	}
	return names
}

// maxWorkers is the highest head count of one row, more than any State has; the sums of all rows that a disk can hold stay
// far from the ends of 64 bits.
const maxWorkers = 1_000_000_000

// Tables lists every table in the order of import: a table refers only to itself and to those before it.
var Tables = []Table{
	{
		Name: "sources", Key: []string{"id"},
		Columns: []Column{
			{Name: "id", Type: Key, Required: true, Doc: "The publisher's own key."},
			{Name: "title", Type: Text, Required: true, Doc: "Title of the publication."},
			{Name: "publisher", Type: Text, Required: true, Doc: "Who published it."},
			{Name: "url", Type: URL, Doc: "Where it can be read."},
			{Name: "published_on", Type: Date, Doc: "Day of publication."},
			{Name: "kind", Type: OneOf, Required: true, Enum: spellings(labour.SourceKinds),
				Doc: "What sort of publisher stands behind it."},
			{Name: "licence", Type: Text, Doc: "Terms of reuse, as the publisher states them."},
		},
	},
	{
		Name: "countries", Key: []string{"code"},
		Columns: []Column{
			{Name: "code", Type: Country, Required: true, Doc: "ISO 3166-1 alpha-2 code."},
			{Name: "name", Type: Text, Required: true, Doc: "Name in English."},
		},
	},
	{
		Name: "industries", Key: []string{"code"},
		Columns: []Column{
			{Name: "code", Type: Industry, Required: true, Doc: "ISIC Rev.4 section letter."},
			{Name: "name_en", Type: Text, Required: true, Doc: "Name in English."},
			{Name: "name_local", Type: Text, Doc: "Name in the local language."},
		},
	},
	{
		Name: "regions", Key: []string{"code"},
		Columns: []Column{
			{Name: "code", Type: Region, Required: true, Doc: "ISO 3166 code, or the publisher's own for a grouping."},
			{Name: "name_en", Type: Text, Required: true, Doc: "Name in English."},
			{Name: "name_local", Type: Text, Doc: "Name in the local language."},
			{Name: "kind", Type: OneOf, Required: true, Enum: spellings(labour.RegionKinds),
				Doc: "Level of the region."},
			{Name: "currency", Rare: true, Type: Currency,
				Doc: "ISO 4217 code of its money; empty where it is that of the region around it, or of its country."},
		},
	},
	{
		Name: "region_parents", Key: []string{"code", "parent_code", "valid_from"},
		Columns: []Column{
			{Name: "code", Type: Region, Required: true, Refers: "regions",
				Doc: "The region that belongs to a parent."},
			{Name: "parent_code", Type: Region, Required: true, Refers: "regions", Doc: "The parent."},
			{Name: "valid_from", Type: Date, Doc: "First day of the membership; empty where it is open."},
			{Name: "valid_to", Type: Date, Doc: "Last day of the membership; empty where it is open."},
		},
		rules: []rule{ordered("valid_from", "valid_to"), differ("code", "parent_code")},
	},
	{
		Name: boundariesTable, Key: []string{"region_code"},
		Columns: []Column{
			{Name: "region_code", Type: Region, Required: true, Refers: "regions", Doc: "The region whose outline it is."},
			{Name: geometryColumn, Type: Geometry, Required: true,
				Doc: "A Polygon or MultiPolygon of GeoJSON, in degrees of WGS 84; simplified at import."},
		},
		Odd: true,
	},
	{
		Name: "indicators", Key: []string{"code"},
		Columns: []Column{
			{Name: "code", Type: Key, Required: true, Doc: "Name of the indicator in capitals."},
			{Name: "name", Type: Text, Required: true, Doc: "What it counts, in a few words."},
			{Name: "unit", Type: Text, Required: true, Doc: "Unit of its values."},
			{Name: "definition", Type: Text, Required: true, Doc: "What exactly is counted."},
		},
	},
	{
		Name: "observations", Key: []string{"indicator", "region_code", "industry", "nationality", "from", "to",
			"source_id"},
		Columns: []Column{
			{Name: "indicator", Type: Key, Required: true, Refers: "indicators", Doc: "What was counted."},
			{Name: "region_code", Type: Region, Required: true, Refers: "regions", Doc: "Where."},
			{Name: "industry", Type: Industry, Refers: "industries", Doc: "In which industry; empty for all."},
			{Name: "nationality", Type: Country, Refers: "countries", Doc: "Of which nationality; empty for all."},
			{Name: "from", Type: Date, Required: true, Doc: "First day observed."},
			{Name: "to", Type: Date, Required: true, Doc: "Last day observed; the same as from for a stock."},
			{Name: "value", Type: Number, Required: true, Doc: "The figure, in unit."},
			{Name: "unit", Type: Text, Required: true, Doc: "Unit of the value."},
			{Name: "status", Type: OneOf, Required: true, Enum: spellings(labour.ObservationStatuses),
				Aliases: sdmxStatuses, Lossy: sdmxLosses, Doc: "SDMX observation status, as a word or a letter."},
			sourceID,
			confidence,
			note,
			{Name: "qualifier", Type: OneOf, Enum: spellings(labour.Qualifiers), Doc: "Which limit the value is; empty where it is the figure itself."},
			{Name: "value_high", Type: Number, Doc: "The upper end of BETWEEN."},
		},
		rules: []rule{ordered("from", "to"), highEnd("qualifier", "value")},
	},
	{
		Name: "sanctions", Key: []string{"symbol"},
		Columns: []Column{
			{Name: "symbol", Type: Key, Required: true, Doc: "Symbol of the resolution, such as S/RES/2397(2017)."},
			{Name: "paragraph", Type: Text, Doc: "The paragraph that bears on workers."},
			{Name: "title", Type: Text, Required: true, Doc: "What it demands, in a few words."},
			{Name: "adopted_on", Type: Date, Required: true, Doc: "Day of adoption."},
			{Name: "deadline", Type: Date, Doc: "Last day to comply; empty where none is set."},
			{Name: "nationalities", Type: Countries, Required: true,
				Doc: "Codes of the nationalities concerned, split by semicolons."},
			sourceID,
		},
		rules: []rule{ordered("adopted_on", "deadline")},
	},
	{
		Name: "claims", Key: []string{"id"},
		Columns: []Column{
			{Name: "id", Type: Key, Required: true, Doc: "The publisher's own key."},
			{Name: "topic", Type: Text, Required: true, Doc: "What it is about."},
			{Name: "statement", Type: Text, Required: true, Doc: "What was said, in our own words."},
			{Name: "speaker", Type: Text, Required: true, Doc: "Who said it."},
			{Name: "speaker_role", Type: Text, Doc: "In which office."},
			{Name: "made_on", Type: Date, Doc: "Day on which it was said."},
			{Name: "operator", Type: OneOf, Enum: spellings(labour.ClaimOperators),
				Doc: "How the number is meant; empty where there is none."},
			{Name: "value_low", Type: Number, Doc: "The number, or the lower end of BETWEEN."},
			{Name: "value_high", Type: Number, Doc: "The upper end of BETWEEN."},
			{Name: "unit", Type: Text, Doc: "Unit of the number."},
			{Name: "from", Type: Date, Doc: "First day spoken of; empty where it is open."},
			{Name: "to", Type: Date, Doc: "Last day spoken of; empty where it is open."},
			{Name: "region_code", Type: Region, Refers: "regions", Doc: "The region spoken of."},
			{Name: "industry", Type: Industry, Refers: "industries", Doc: "The industry spoken of; empty for all."},
			{Name: "nationality", Type: Country, Refers: "countries", Doc: "The nationality spoken of; empty for all."},
			{Name: "measure", Type: OneOf, Enum: measures(),
				Doc: "The measure that says the same thing; empty where none does."},
			sourceID,
			confidence,
			note,
			{Name: "repeats", Type: Key, Refers: "claims", Doc: "The claim that it retells."},
			{Name: "disputes", Type: Key, Refers: "claims", Doc: "The claim that it denies."},
			{Name: "per", Type: OneOf, Enum: spellings(labour.ClaimPers), Doc: "The unit of time of which each holds the number; empty where the whole period does."},
			{Name: "compare_with", Type: Key, Refers: "indicators", Doc: "The indicator that a wage or a ratio is held beside."},
			{Name: "wage_basis", Type: OneOf, Enum: spellings(labour.WageBases), Doc: "Whether a wage is meant before or after what is withheld; empty where it is of no wage."},
		},
		rules: []rule{
			ordered("from", "to"), operatorFor("value_low"), operatorFor("value_high"), lowValue, highEnd("operator", "value_low"),
			differ("id", "repeats"), differ("id", "disputes"),
		},
	},
	obligations,
	memberStateReports,
	parameters,
	coverage,
	{
		Name: "outcomes", Key: []string{"code"},
		Columns: []Column{
			{Name: "code", Type: Key, Required: true, Doc: "The publisher's own code of how workers left."},
			{Name: "label", Type: Text, Required: true, Doc: "It, in words."},
			{Name: "base_outcome", Type: OneOf, Required: true, Enum: spellings(labour.Outcomes),
				Doc: "What it counts as in reports and filters."},
		},
		rules: []rule{ownOutcome},
	},
	{
		Name: "employers", Key: []string{"id"},
		Columns: []Column{
			{Name: "id", Type: Key, Required: true, Doc: "The publisher's own key."},
			{Name: "name", Type: Text, Required: true, Doc: "Name of the legal person."},
			{Name: "region_code", Type: Region, Required: true, Refers: "regions", Doc: "Where it is registered."},
			{Name: "industry", Type: Industry, Refers: "industries", Doc: "Its industry; empty where unknown."},
			{Name: "tax_id", Type: Text, Doc: "Its number with the tax office."},
			sourceID,
			synthetic,
		},
	},
	{
		Name: "permits", Key: []string{"id"},
		Columns: []Column{
			{Name: "id", Type: Key, Required: true, Doc: "The publisher's own key."},
			{Name: "number", Type: Text, Required: true, Doc: "Number printed on the permit."},
			{Name: "employer_id", Type: Key, Refers: "employers", Doc: "Who holds it; empty where unknown."},
			{Name: "region_code", Type: Region, Refers: "regions", Doc: "Where the work is; empty where unknown."},
			{Name: "nationality", Type: Country, Refers: "countries",
				Doc: "Nationality of the workers; empty where unknown."},
			{Name: "industry", Type: Industry, Refers: "industries",
				Doc: "Industry of the work; empty where it is the employer's or unknown."},
			{Name: "occupation", Type: Text, Doc: "What the workers do."},
			{Name: "workers", Type: Whole, Required: true, Min: new(1.0), Max: new(float64(maxWorkers)),
				Doc: "Head count that the permit covers."},
			{Name: "issued_on", Type: Date, Edge: FirstDay, Recorded: true, Doc: "Day of issue; empty where unknown."},
			{Name: "valid_from", Type: Date, Edge: FirstDay, Recorded: true,
				Doc: "First day of validity; empty where unknown."},
			{Name: "valid_to", Type: Date, Edge: LastDay, Doc: "Last day of validity; empty where unknown."},
			{Name: "revoked_on", Type: Date, Edge: LastDay, Recorded: true,
				Doc: "First day on which it no longer holds; empty where it was not revoked."},
			{Name: "wage_monthly", Type: Number, Min: new(0.0), Doc: "Monthly wage per worker, in wage_currency."},
			{Name: "wage_currency", Type: Currency, Doc: "ISO 4217 code of the wage's currency; where empty, the package's, else that of the region."},
			sourceID,
			synthetic,
			{Name: "contract_on", Type: Date, Edge: LastDay, Doc: "Day on which the workers' contract was finalised; empty where unknown."},
			precision,
			{Name: "wage", Rare: true, Type: Number, Min: new(0.0),
				Doc: "Wage per worker as it was published, in wage_currency; wage_monthly is made of it where that is empty."},
			{Name: "wage_unit", Rare: true, Type: OneOf, Enum: spellings(labour.WageUnits), Aliases: labour.WageWords,
				Doc: "What the wage is paid for; one for each day or piece is never made monthly."},
			{Name: "hours_per_week", Rare: true, Type: Number, Min: new(0.0), Max: new(168.0),
				Doc: "Hours of a week, by which a wage per hour is made monthly; empty where unknown."},
			{Name: "industry_code", Rare: true, Type: Text, Doc: "The industry in the publisher's own classification."},
			{Name: "industry_classification", Rare: true, Type: Text, Doc: "Name of that classification, such as NAICS 2017."},
			{Name: "occupation_code", Rare: true, Type: Text, Doc: "The occupation in the publisher's own classification."},
			{Name: "occupation_classification", Rare: true, Type: Text, Doc: "Name of that classification, such as SOC 2018."},
		},
		rules: []rule{ordered("valid_from", "valid_to"), wageUnit, revokedBeforeStart, issuedAfterEnd, farEnd},
	},
	{
		Name: "repatriations", Key: []string{"id"},
		Columns: []Column{
			{Name: "id", Type: Key, Required: true, Doc: "The publisher's own key."},
			{Name: "region_code", Type: Region, Required: true, Refers: "regions", Doc: "Where the workers left from."},
			{Name: "nationality", Type: Country, Required: true, Refers: "countries",
				Doc: "Nationality of the workers."},
			{Name: "employer_id", Type: Key, Refers: "employers", Doc: "Their employer; empty where unknown."},
			{Name: "permit_id", Type: Key, Refers: "permits", Doc: "Their permit; empty where unknown."},
			{Name: "date", Type: Date, Required: true, Edge: LastDay, Recorded: true, Doc: "First day on which they are gone."},
			{Name: "workers", Type: Whole, Required: true, Min: new(1.0), Max: new(float64(maxWorkers)),
				Doc: "How many left."},
			{Name: "outcome", Type: Key, Required: true, Words: spellings(labour.Outcomes),
				Doc: "How they left: a base outcome, or a code of outcomes.csv."},
			{Name: "sanction_symbol", Type: Key, Refers: "sanctions",
				Doc: "The sanction they left under; empty where none is named."},
			sourceID,
			synthetic,
			precision,
		},
	},
}

// Columns that several tables share.
var (
	sourceID   = Column{Name: "source_id", Type: Key, Required: true, Refers: "sources", Doc: "Where it was published."}
	confidence = Column{Name: "confidence", Type: OneOf, Enum: spellings(labour.Confidences),
		Doc: "How far the editors of the data trust the row."}
	precision = Column{Name: precisionColumn, Rare: true, Type: Precisions,
		Doc: "Which days of the row are known only to a month, a quarter or a year; an import fills it in."}
	note      = Column{Name: "note", Type: Text, Doc: "Remarks for the reader."}
	synthetic = Column{Name: "synthetic", Type: Boolean, Default: false,
		Doc: "Whether the row is made up; false where empty."}
)

// sdmxStatuses are the letters that statistical offices write for an observation's status: those of SDMX, and small as
// Eurostat writes them.
var sdmxStatuses, sdmxLosses = statusLetters()

func statusLetters() (aliases, losses map[string]string) {
	aliases, losses = map[string]string{}, map[string]string{}
	for _, s := range []struct {
		letters string
		status  labour.ObservationStatus
		loss    string
	}{
		{"A", labour.StatusNormal, ""}, {"E", labour.StatusEstimated, ""}, {"P", labour.StatusProvisional, ""},
		{"I", labour.StatusImputed, ""}, {"F", labour.StatusForecast, ""}, {"M", labour.StatusMissing, ""},
		{"H", labour.StatusMissing, ""}, {"L", labour.StatusMissing, ""}, {"O", labour.StatusMissing, ""}, {"Q", labour.StatusMissing, ""},
		{"B", labour.StatusNormal, "a break in the series"}, {"D", labour.StatusNormal, "a definition that differs"},
		{"G", labour.StatusNormal, "an experimental value"}, {"J", labour.StatusNormal, "a derogation"},
		{"K", labour.StatusNormal, "data that another category includes"}, {"N", labour.StatusNormal, "a value that is not significant"},
		{"R", labour.StatusNormal, "a value that was revised"}, {"S", labour.StatusNormal, "a strike or a like event"},
		{"U", labour.StatusNormal, "low reliability"}, {"V", labour.StatusProvisional, "a value that is not validated"},
		{"W", labour.StatusNormal, "data of another category included"},
		{"BE", labour.StatusEstimated, "a break in the series"}, {"BP", labour.StatusProvisional, "a break in the series"},
		{"EP", labour.StatusProvisional, "an estimate"}, {"DE", labour.StatusEstimated, "a definition that differs"},
		{"EU", labour.StatusEstimated, "low reliability"}, {"BEP", labour.StatusProvisional, "a break in the series, an estimate"},
		{"BU", labour.StatusNormal, "a break in the series, low reliability"}, {"DP", labour.StatusProvisional, "a definition that differs"},
		{"PU", labour.StatusProvisional, "low reliability"}, {"BD", labour.StatusNormal, "a break in the series, a definition that differs"},
	} {
		for _, letters := range []string{s.letters, strings.ToLower(s.letters)} {
			aliases[letters] = string(s.status)
			if s.loss != "" {
				losses[letters] = fmt.Sprintf("status %s is read as %s and loses what it says besides, %s: say it in note", letters, s.status, s.loss)
			}
		}
	}
	return aliases, losses
}

func spellings[T ~string](values []T) []string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return texts
}

func measures() []string {
	names := make([]string, len(labour.Measures))
	for i, m := range labour.Measures {
		names[i] = string(m.Measure)
	}
	return names
}
