package datapackage

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// mappingName is the file of a package that says how a publisher's own columns become those of a table, so that the
// publisher's file goes in untouched.
const mappingName = "mapping.yml"

// mapping is what mapping.yml holds.
type mapping struct {
	Tables map[string]*tableMapping `yaml:"tables"`
	text   []byte
}

type tableMapping struct {
	Files        []string               `yaml:"files"`
	HoursPerWeek float64                `yaml:"hours_per_week"` // for wages per hour; 40 where it is not given
	Columns      map[string]*columnRule `yaml:"columns"`
}

// columnRule says where the values of a column come from: a column of the file, or one value for all rows.
type columnRule struct {
	From      string            `yaml:"from"`
	Constant  string            `yaml:"constant"`
	Map       map[string]string `yaml:"map"`       // values of the file, and what they are read as; "" for nothing
	Codes     string            `yaml:"codes"`     // a list of codes that is known: see codeLists
	Otherwise string            `yaml:"otherwise"` // what a value is read as that Map or Codes lacks; else it is a fault
	Missing   []missingValue    `yaml:"missing"`
	Format    string            `yaml:"format"`  // of dates, as %d.%m.%Y
	Edge      string            `yaml:"edge"`    // of a year, quarter or month in a column of dates: its first or its last day
	Decimal   *string           `yaml:"decimal"` // of numbers
	Group     *string           `yaml:"group"`
	Per       string            `yaml:"per"`        // of wage_monthly: the time that a wage is of
	PerColumn string            `yaml:"per_column"` // the column of the file that says so, in the words of wageUnits

	field, unit int // of the file; -1 for none
	hours       float64
}

// UnmarshalYAML reads the name of a column, or a rule.
func (r *columnRule) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.From = node.Value
		return nil
	}
	type plain columnRule
	known := []string{"from", "constant", "map", "codes", "otherwise", "missing", "format", "edge", "decimal", "group", "per", "per_column"}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !slices.Contains(known, node.Content[i].Value) {
			return fmt.Errorf("line %d: expected one of %s, found %s", node.Content[i].Line, strings.Join(known, ", "), quote(node.Content[i].Value))
		}
	}
	return node.Decode((*plain)(r))
}

// readMapping reads mapping.yml, nil where there is none.
func readMapping(fsys fs.FS) (*mapping, error) {
	if _, err := fs.Stat(fsys, mappingName); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	text, err := readSmall(fsys, mappingName)
	if err != nil {
		return nil, err
	}
	m := &mapping{text: text}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(m); err != nil && err != io.EOF {
		return nil, fmt.Errorf("%s: %s; docs/DATA.md shows the form", mappingName, strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " "))
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(m.Tables)) {
		table, known := TableByName(name)
		if !known {
			faults = append(faults, fmt.Errorf("%s: expected %s, found the table %s", mappingName, oneOf(tableNames()), quote(name)))
			continue
		}
		if m.Tables[name] != nil {
			faults = append(faults, m.Tables[name].check(table))
		}
	}
	if len(m.Tables) == 0 {
		faults = append(faults, fmt.Errorf("%s: expected tables with files and columns, found none", mappingName))
	}
	return m, errors.Join(faults...)
}

func (m *tableMapping) check(t Table) error {
	var faults []error
	if m.HoursPerWeek == 0 {
		m.HoursPerWeek = 40
	}
	for _, name := range slices.Sorted(maps.Keys(m.Columns)) {
		rule, at := m.Columns[name], t.index(name)
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("%s: %s.%s: "+format, append([]any{mappingName, t.Name, name}, args...)...))
		}
		switch {
		case at < 0:
			fault("expected a column of the table, found another")
			continue
		case rule == nil || (rule.From == "") == (rule.Constant == ""):
			fault("expected either from or constant")
			continue
		case rule.Codes != "" && codeLists[rule.Codes] == nil:
			fault("expected codes among %s, found %s", strings.Join(slices.Sorted(maps.Keys(codeLists)), ", "), quote(rule.Codes))
		case rule.Per != "" && wageUnits[strings.ToLower(rule.Per)] == 0:
			fault("expected a time among %s, found %s", strings.Join(slices.Sorted(maps.Keys(wageUnits)), ", "), quote(rule.Per))
		case (rule.Per != "" || rule.PerColumn != "") && name != "wage_monthly":
			fault("expected per for wage_monthly alone")
		}
		if rule.Edge != "" && (t.Columns[at].Type != Date || rule.Edge != "first" && rule.Edge != "last") {
			fault("expected edge to be first or last, of a date, found %s", quote(rule.Edge))
		}
		rule.hours = m.HoursPerWeek
		if rule.Format != "" {
			if _, err := layoutOf(rule.Format); err != nil {
				fault("%w", err)
			}
		}
	}
	return errors.Join(faults...)
}

// into adds the mapping to the resources of a descriptor: to that of the table where there is one.
func (m *mapping) into(resources []resource) []resource {
	for _, t := range Tables {
		mapped := m.Tables[t.Name]
		if mapped == nil {
			continue
		}
		at := slices.IndexFunc(resources, func(r resource) bool {
			table, _, err := r.table(listed(r.Path))
			return err == nil && table.Name == t.Name
		})
		if at < 0 {
			resources = append(resources, resource{Name: t.Name})
			at = len(resources) - 1
		}
		resources[at].mapping = mapped
		if len(mapped.Files) > 0 {
			paths := make([]any, len(mapped.Files))
			for i, file := range mapped.Files {
				paths[i] = file
			}
			resources[at].Path = paths
		}
	}
	return resources
}

// listed returns the paths of a resource, as far as they are texts.
func listed(path any) []string {
	var paths []string
	switch v := path.(type) {
	case string:
		paths = []string{v}
	case []any:
		for _, one := range v {
			if text, is := one.(string); is {
				paths = append(paths, text)
			}
		}
	}
	return paths
}

// matchMapped finds the columns that the mapping names in the header of a file.
func (p *part) matchMapped(t Table, m *tableMapping) (notices []string, err error) {
	find := func(name string) int {
		if at := slices.Index(p.header, name); at >= 0 {
			return at
		}
		return slices.IndexFunc(p.header, func(column string) bool { return fold(column) == fold(name) })
	}
	var faults []error
	used := map[int]bool{}
	need := func(column, name string) int {
		at := find(name)
		if at < 0 {
			faults = append(faults, fmt.Errorf("%s: %s.%s: expected the column %s in %s, found none", mappingName, t.Name, column, quote(name), p.path))
		}
		used[at] = true
		return at
	}
	p.field, p.rules = make([]int, len(t.Columns)), make([]*columnRule, len(t.Columns))
	var optional []string
	for i, c := range t.Columns {
		p.field[i] = -1
		p.names = append(p.names, c.Name)
		given := m.Columns[c.Name]
		switch {
		case given == nil && c.Required:
			faults = append(faults, fmt.Errorf("%s: expected a rule for %s.%s, which may not be empty, found none", mappingName, t.Name, c.Name))
			continue
		case given == nil && c.Rare:
			continue
		case given == nil:
			optional = append(optional, c.Name)
			continue
		}
		rule := *given
		rule.field, rule.unit = -1, -1
		if rule.From != "" {
			rule.field = need(c.Name, rule.From)
			p.field[i] = rule.field
		}
		if rule.PerColumn != "" {
			rule.unit = need(c.Name, rule.PerColumn)
		}
		p.rules[i] = &rule
		faults = append(faults, rule.form(&p.cells[i], &c))
	}
	var left []string
	for i, name := range p.header {
		if !used[i] {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		notices = append(notices, fmt.Sprintf("%s: columns that the mapping does not use: %s", p.path, strings.Join(left, ", ")))
	}
	if len(optional) > 0 {
		notices = append(notices, fmt.Sprintf("%s: optional and not mapped, so read as empty: %s", p.path, strings.Join(optional, ", ")))
	}
	return notices, errors.Join(faults...)
}

// form adds how the rule says that values are written to the form of the column.
func (r *columnRule) form(f *cellForm, c *Column) error {
	f.isMissing(r.Missing...)
	if c.Edge != "" {
		f.edge = Edge(r.Edge)
	}
	if r.Format != "" && c.Type == Date {
		f.dates, _ = layoutOf(r.Format) // was checked
	}
	if c.Type == Number || c.Type == Whole {
		if err := (fieldSchema{DecimalChar: r.Decimal, GroupChar: r.Group}).numbers(f); err != nil {
			return fmt.Errorf("%s: %s: %w", mappingName, c.Name, err)
		}
	}
	return nil
}

// value returns the text of a column in a row, by its rule where the file is mapped, and what is wrong with it.
func (p *part) value(scan *scanner, i int) (text []byte, fault string) {
	text, fault = p.written(scan, i)
	if rule := p.rule(i); rule != nil && rule.isWage() && fault == "" && len(text) > 0 {
		return rule.monthly(scan, text, &p.cells[i])
	}
	return text, fault
}

// written returns the text of a column in a row as value does, but a wage as it is written, whatever it is paid for: its
// form is found in it.
func (p *part) written(scan *scanner, i int) (text []byte, fault string) {
	if at := p.field[i]; at >= 0 {
		text = scan.text(at)
	}
	if rule := p.rule(i); rule != nil {
		return rule.apply(text, &p.cells[i])
	}
	return text, ""
}

// rule returns the rule of a column, nil where the file is not mapped or the mapping leaves the column out.
func (p *part) rule(i int) *columnRule {
	if p.rules == nil {
		return nil
	}
	return p.rules[i]
}

// isWage reports whether the rule makes a wage monthly.
func (r *columnRule) isWage() bool { return r.Per != "" || r.PerColumn != "" }

// apply turns a value of the file into one of the column, but for what a wage is paid for.
func (r *columnRule) apply(text []byte, form *cellForm) ([]byte, string) {
	if r.Constant != "" {
		return []byte(r.Constant), ""
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 || form.missing[string(text)] {
		return nil, ""
	}
	if r.Map != nil || r.Codes != "" {
		code, known := r.Map[string(text)]
		if !known && r.Codes != "" {
			code, known = codeLists[r.Codes](string(text))
		}
		switch {
		case known:
			text = []byte(code)
		case r.Otherwise != "":
			text = []byte(r.Otherwise)
		default:
			return text, fmt.Sprintf("expected a value that %s maps, found %s", mappingName, quote(text))
		}
	}
	if r.Edge != "" && form.edge == "" {
		return edgeOf(text, r.Edge), ""
	}
	if r.isWage() {
		text = bytes.TrimLeft(text, "$€£₽ ")
	}
	return text, ""
}

// edgeOf returns the first or the last day of a year, a quarter or a month, as SDMX writes them: 2017, 2017-Q1, 2017-03.
// Any other text is returned as it is.
func edgeOf(text []byte, edge string) []byte {
	year, rest, parted := strings.Cut(string(text), "-")
	y, err := strconv.Atoi(year)
	if err != nil || len(year) != 4 {
		return text
	}
	first, months := 1, 12
	if parted {
		quarter, is := strings.CutPrefix(rest, "Q")
		n, err := strconv.Atoi(quarter)
		switch {
		case err != nil || n < 1:
			return text
		case is && n <= 4:
			first, months = 3*n-2, 3
		case !is && n <= 12 && len(rest) == 2:
			first, months = n, 1
		default:
			return text
		}
	}
	day := time.Date(y, time.Month(first), 1, 0, 0, 0, 0, time.UTC)
	if edge == "last" {
		day = day.AddDate(0, months, -1)
	}
	return day.AppendFormat(nil, time.DateOnly)
}

// wageUnits are the times that a wage is of, and how many of them a week has.
var wageUnits = map[string]float64{
	"hour": -1, "hourly": -1, "hr": -1, "day": 5, "daily": 5, "week": 1, "weekly": 1, "wk": 1, "two weeks": 0.5, "bi-weekly": 0.5, "biweekly": 0.5,
	"month": 12.0 / 52, "monthly": 12.0 / 52, "mth": 12.0 / 52, "year": 1.0 / 52, "yearly": 1.0 / 52, "yr": 1.0 / 52, "annual": 1.0 / 52,
}

// monthly turns a wage per hour, day, week or year into one per month: of 52 weeks in 12 months, with five days a week
// and the hours a week that the mapping says.
func (r *columnRule) monthly(scan *scanner, text []byte, form *cellForm) ([]byte, string) {
	if isUnknown(text) {
		return text, "" // which is warned of as in any column
	}
	unit := r.Per
	if r.unit >= 0 {
		unit = string(bytes.TrimSpace(scan.text(r.unit)))
	}
	perWeek := wageUnits[strings.ToLower(unit)]
	if perWeek == 0 {
		return text, fmt.Sprintf("expected a wage per hour, day, week, month or year, found %s", quote(unit))
	}
	if perWeek < 0 {
		perWeek = r.hours
	}
	numbers := form.numbers
	if numbers == nil {
		numbers = pointNumbers
	}
	plain := numbers.plain(text, Number)
	wage, err := strconv.ParseFloat(string(plain), 64)
	if err != nil || !decimal(string(plain)) {
		return text, "expected a wage in digits, found " + quote(text)
	}
	return inForm(wage*perWeek*52/12, form), ""
}

// inForm writes a number of two decimals in the form that the column is read in.
func inForm(x float64, form *cellForm) []byte {
	text := strconv.FormatFloat(x, 'f', 2, 64)
	if form.numbers != nil {
		text = strings.ReplaceAll(text, ".", form.numbers.point)
	}
	return []byte(text)
}
