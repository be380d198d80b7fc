package datapackage

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding"
)

// synonyms are names that publishers give to columns of registers, in the form of fold; the first that a header has is
// proposed.
var synonyms = map[string][]string{
	"id": {"id", "case_number", "case_no", "permit_id", "record_id", "uid", "номер_записи", "permit_number", "permit_no",
		"номер", "номер_разрешения"},
	"number":      {"number", "permit_number", "permit_no", "case_number", "case_no", "номер", "номер_разрешения"},
	"employer_id": {"employer_id", "employer_number", "company_id"},
	"region_code": {"region_code", "region", "state", "worksite_state", "province", "регион", "субъект_рф", "субъект"},
	"nationality": {"nationality", "country_of_citizenship", "citizenship", "country_of_origin", "country", "гражданство"},
	"industry":    {"industry", "naics_code", "naics", "nace", "isic", "sector", "отрасль", "оквэд"},
	"occupation":  {"occupation", "soc_title", "job_title", "profession", "профессия", "должность"},
	"workers":     {"workers", "total_workers", "nbr_workers_certified", "number_of_workers", "persons", "count", "численность", "количество"},
	"issued_on":   {"issued_on", "decision_date", "issue_date", "date_of_issue", "дата_выдачи"},
	"valid_from": {"valid_from", "employment_begin_date", "employment_start_date", "start_date", "begin_date", "от",
		"дата_начала", "действует_с", "действительно_с"},
	"valid_to": {"valid_to", "employment_end_date", "end_date", "expiry_date", "valid_until", "до",
		"дата_окончания", "действует_по", "действительно_по"},
	"revoked_on":    {"revoked_on", "revocation_date", "cancelled_on"},
	"wage_monthly":  {"wage_monthly", "monthly_wage", "wage", "basic_rate_of_pay", "wage_rate", "salary", "зарплата", "оклад"},
	"wage_currency": {"wage_currency", "currency"},
	"name":          {"name", "employer_name", "company_name", "наименование"},
	"tax_id":        {"tax_id", "inn", "ein", "fein", "инн"},
	"from":          {"from", "time_period", "start_date"},
	"value":         {"value", "obs_value"},
	"status":        {"status", "obs_status", "obs_flag"},
	"unit":          {"unit", "unit_measure"},
	"indicator":     {"indicator", "measure"},
	"date":          {"date", "departure_date", "дата"},
	"outcome":       {"outcome"},
	"source_id":     {"source_id"},
	"synthetic":     {"synthetic"},
}

// classifications are the codes of industries that a column of that name has, in the form of fold.
var classifications = map[string]string{"naics": "naics", "naics_code": "naics", "nace": "nace", "isic": "nace", "оквэд": "nace"}

// DraftMapping returns a first mapping.yml for a publisher's file, a CSV file, packed or not, or a workbook, made from its header: every column of the table
// with the column of the file that is likely meant, and all others of the file as a remark.
func DraftMapping(name, table string) ([]byte, error) {
	t, known := TableByName(table)
	if !known {
		return nil, fmt.Errorf("expected %s, found the table %s", oneOf(tableNames()), quote(table))
	}
	header, err := headerOf(name, t)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# How the columns of a publisher's file become those of the table %s. See what is doubtful, and fill what is missing.\n", t.Name)
	fmt.Fprintf(&b, "tables:\n  %s:\n    files: [%s]\n    columns:\n", t.Name, yamlText(filepath.Base(name)))
	used := map[string]bool{}
	for _, c := range t.Columns {
		from := proposed(header, c.Name)
		used[from] = true
		switch {
		case from != "" && c.Type == Country:
			fmt.Fprintf(&b, "      %s: {from: %s, codes: iso-alpha-3} # or map: {Mexico: MX}; without codes where they have two letters\n", c.Name, yamlText(from))
		case from != "" && c.Type == Region:
			fmt.Fprintf(&b, "      %s: %s # codes of regions.csv; or {from: %[2]s, map: {Primorye: RU-PRI}}\n", c.Name, yamlText(from))
		case from != "" && classifications[fold(from)] != "":
			fmt.Fprintf(&b, "      %s: {from: %s, codes: %s}\n", c.Name, yamlText(from), classifications[fold(from)])
		case from != "" && c.Name == "wage_monthly":
			fmt.Fprintf(&b, "      %s: {from: %s, per: month} # or hour, day, week, year\n", c.Name, yamlText(from))
		case from != "":
			fmt.Fprintf(&b, "      %s: %s\n", c.Name, yamlText(from))
		case c.Required:
			fmt.Fprintf(&b, "      %s: {constant: } # %s It may not be empty.\n", c.Name, c.Doc)
		default:
			fmt.Fprintf(&b, "      # %s: # %s\n", c.Name, c.Doc)
		}
	}
	var left []string
	for _, column := range header {
		if !used[column] {
			left = append(left, column)
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(&b, "# Not used: %s\n", strings.Join(left, ", "))
	}
	return b.Bytes(), nil
}

// proposed returns the column of a header that a name of ours likely means, or "".
func proposed(header []string, ours string) string {
	for _, synonym := range append([]string{ours}, synonyms[ours]...) {
		for _, column := range header {
			if name, _, _ := strings.Cut(column, ","); fold(name) == synonym { // a unit may follow: "Salary, USD"
				return column
			}
		}
	}
	return ""
}

// headerOf reads the header of a file, however it is packed, split and encoded: of a workbook, that of the table's sheet.
func headerOf(name string, t Table) ([]string, error) {
	if _, err := os.Stat(name); err != nil {
		return nil, unreadable(name, err)
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, unreadable(name, err)
	}
	p, fsys, limits := &Package{closers: closers{root}, books: map[string]*workbook{}}, root.FS(), Limits{}.orDefault()
	defer p.Close()
	file, err := newPart(fsys, filepath.Base(name))
	if err == nil && isWorkbook(name) {
		err = p.openSheet(&File{table: t, fsys: fsys}, &resource{}, file, limits)
	}
	if err != nil {
		return nil, err
	}
	file.most = limits.UnpackedBytes
	head, err := file.head(fsys)
	if err != nil {
		return nil, err
	}
	var e encoding.Encoding
	if e, _ = findEncoding(head); e != nil {
		if head, err = e.NewDecoder().Bytes(head); err != nil {
			return nil, unreadable(name, err)
		}
	}
	// Every name counts as known, so that the delimiter that gives the most columns is taken.
	form := splitting(textForm{quote: '"'}, head, func(string) bool { return true })
	scan := newScanner(bytes.NewReader(head), max(len(head), 1), form)
	scan.skipMark()
	if err := scan.next(); err != nil || scan.fault != "" {
		return nil, fmt.Errorf("%s: expected a header with the names of the columns, found none", name)
	}
	return scan.texts(), nil
}

// yamlText writes a text as a scalar of YAML, in quotes, so that no and 1.0 stay what they are.
func yamlText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
