package datapackage

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// A sample of a file, from which the form is found that nobody told.
const (
	sampleBytes   = 1 << 20
	sampleRecords = 2000
)

// splitting finds how a file is split where its dialect does not say it: by the delimiter under which the header has
// the most columns of the table. A first line sep=; as Excel writes it says so itself.
func splitting(form textForm, head []byte, known func(column string) bool) textForm {
	head = bytes.TrimPrefix(head, byteOrderMark)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	line = withoutReturn(line)
	if said, is := bytes.CutPrefix(bytes.Trim(line, `"`), []byte("sep=")); is && len(said) == 1 && slices.Contains(delimiters, string(said)) {
		form.preamble = true
		if form.delimiter == 0 {
			form.delimiter = said[0]
		}
	}
	if form.delimiter != 0 {
		return form
	}
	form.delimiter = ','
	most := 0
	for _, d := range delimiters {
		try := form
		try.delimiter = d[0]
		scan := newScanner(bytes.NewReader(head), max(len(head), 1), try)
		if scan.next() != nil || scan.fault != "" {
			continue
		}
		found := 0
		for _, name := range scan.texts() {
			if known(name) {
				found++
			}
		}
		if found > most {
			most, form.delimiter = found, d[0]
		}
	}
	return form
}

// names returns which columns of a file are those of its table.
func (r *resource) names(t Table) func(column string) bool {
	if r.mapping == nil {
		return func(column string) bool { return t.index(column) >= 0 || t.index(fold(column)) >= 0 }
	}
	return func(column string) bool {
		for _, rule := range r.mapping.Columns {
			if fold(rule.From) == fold(column) {
				return true
			}
		}
		return false
	}
}

// sample holds the first values of columns.
type sample [][]string

// readSample reads the first records of a part whose header is known.
func (p *part) readSample(in io.Reader, t Table, recordBytes int) (sample, error) {
	values := make(sample, len(t.Columns))
	scan := newScanner(in, recordBytes, p.text)
	scan.skipMark()
	for n := 0; n <= sampleRecords; n++ {
		if err := scan.next(); err == io.EOF {
			break
		} else if err != nil {
			return nil, unreadable(p.path, err)
		}
		if n == 0 || scan.fault != "" || len(scan.fields) != len(p.header) {
			continue
		}
		for i, at := range p.field {
			if at < 0 {
				continue
			}
			text, fault := p.written(scan, i)
			if fault != "" {
				continue
			}
			if p.form != nil {
				text = p.form.plain(text, t.Columns[i].Type)
			}
			if len(text) > 0 && !p.cells[i].missing[string(text)] {
				values[i] = append(values[i], string(text))
			}
		}
	}
	return values, nil
}

// findForms finds how dates, numbers and booleans are written in columns of which the schema does not tell it and which
// are not all in the plain form. It returns what is to be said of it, and an error where two ways are possible that
// would give different values.
func (p *part) findForms(t Table, values sample) (notices []string, err error) {
	for _, find := range []func(Table, sample) (string, error){p.findDates, p.findNumbers, p.findWords} {
		notice, err := find(t, values)
		if err != nil {
			return notices, fmt.Errorf("%s: %w", p.path, err)
		}
		if notice != "" {
			notices = append(notices, p.path+": "+notice)
		}
	}
	return notices, nil
}

// unplain returns the columns of the types whose form is not told, and their values that are not in the plain form. Words
// in place of dates and numbers say nothing of how these are written.
func (p *part) unplain(t Table, values sample, told func(*cellForm) bool, types ...Type) (columns []int, texts []string) {
	for i := range t.Columns {
		c := &t.Columns[i]
		if !slices.Contains(types, c.Type) || told(&p.cells[i]) {
			continue
		}
		columns = append(columns, i)
		for _, text := range values[i] {
			if c.parse(text) == nil && !isUnknown([]byte(text)) && (c.Type == Boolean || strings.ContainsAny(text, "0123456789")) {
				texts = append(texts, text)
			}
		}
	}
	return columns, texts
}

// dateLayouts are the ways that days are written in, by what a reader calls them.
var dateLayouts = []struct{ layout, name string }{
	{"2.1.2006", "day.month.year"},
	{"2/1/2006", "day/month/year"},
	{"1/2/2006", "month/day/year"},
	{"2-1-2006", "day-month-year"},
	{"1-2-2006", "month-day-year"},
	{"2006/1/2", "year/month/day"},
	{"2006.1.2", "year.month.day"},
	{"20060102", "year, month and day without separators"},
	{"2006-01-02 15:04:05", "days with the time 00:00:00"},
	{"2006-01-02T15:04:05", "days with the time 00:00:00"},
	{"2006-01-02T15:04:05Z", "days with the time 00:00:00"},
	{"2006-01-02 15:04", "days with the time 00:00"},
	{"2.1.2006 15:04:05", "day.month.year with the time 00:00:00"},
	{"2.1.2006 15:04", "day.month.year with the time 00:00"},
	{"2-Jan-2006", "day-month-year, the month in letters"},
	{"2 Jan 2006", "day, month and year, the month in letters"},
	{"2 January 2006", "day, month and year, the month in words"},
	{"January 2, 2006", "month, day and year, the month in words"},
}

func (p *part) findDates(t Table, values sample) (string, error) {
	columns, texts := p.unplain(t, values, func(f *cellForm) bool { return f.dates != "" }, Date)
	best, fits, rival := 0, 0, -1
	for i, way := range dateLayouts {
		n := 0
		for _, text := range texts {
			if day, err := time.Parse(way.layout, text); err == nil && day.Equal(day.Truncate(24*time.Hour)) {
				n++
			}
		}
		switch {
		case n > fits:
			best, fits, rival = i, n, -1
		case n == fits && n > 0:
			rival = i
		}
	}
	switch {
	case fits == 0 || fits*10 < len(texts)*9:
		return "", nil // the rows tell what is wrong with them
	case rival >= 0:
		return "", fmt.Errorf("expected dates such as 2017-12-22, found %s, which may be %s or %s: say it with a format such as %%d/%%m/%%Y in the schema",
			quote(texts[0]), dateLayouts[best].name, dateLayouts[rival].name)
	}
	for _, i := range columns {
		p.cells[i].dates = dateLayouts[best].layout
	}
	return fmt.Sprintf("dates are read as %s, such as %s", dateLayouts[best].name, texts[0]), nil
}

// The two ways in which numbers are written that are not in the plain form.
var (
	commaNumbers = &numberForm{",", append([]string{".", "'", "’"}, blankGroups...)}
	pointNumbers = &numberForm{".", append([]string{",", "'", "’"}, blankGroups...)}
)

func (p *part) findNumbers(t Table, values sample) (string, error) {
	told := func(f *cellForm) bool { return f.numbers != nil }
	columns, texts := p.unplain(t, values, told, Number, Whole)
	if len(texts) == 0 {
		return "", p.doubtfulPoints(t, values, columns)
	}
	var commas, points, differ int
	doubtful := ""
	for _, i := range columns {
		c := &t.Columns[i]
		for _, text := range values[i] {
			if c.parse(text) != nil || isUnknown([]byte(text)) {
				continue
			}
			comma, point := c.parse(string(commaNumbers.plain([]byte(text), c.Type))), c.parse(string(pointNumbers.plain([]byte(text), c.Type)))
			if comma != nil {
				commas++
			}
			if point != nil {
				points++
			}
			if comma != nil && point != nil && comma != point {
				differ++
				doubtful = text
			}
		}
	}
	form, name := pointNumbers, "with a point, and in groups of three digits"
	if commas > points {
		form, name = commaNumbers, "with a comma, and a point or a blank between groups of three digits"
	}
	switch {
	case max(commas, points)*10 < len(texts)*9:
		return "", nil
	case commas == points && differ > 0:
		return "", fmt.Errorf("expected numbers with a point and without separators of thousands, found %s, which may be either: "+
			"say it with decimalChar and groupChar in the schema", quote(doubtful))
	}
	for _, i := range columns {
		p.cells[i].numbers = form
	}
	return fmt.Sprintf("numbers are read %s, such as %s", name, texts[0]), nil
}

// doubtfulPoints refuses a column in which every point is followed by three digits, in a file that is split as where
// points stand between groups: 25.000 may be 25 there or 25 000.
func (p *part) doubtfulPoints(t Table, values sample, columns []int) error {
	if p.text.delimiter != ';' {
		return nil
	}
	for _, i := range columns {
		found := ""
		for _, text := range values[i] {
			whole, part, is := strings.Cut(text, ".")
			if !is {
				continue
			}
			if whole = strings.TrimPrefix(whole, "-"); len(part) != 3 || len(whole) > 3 || strings.HasPrefix(whole, "0") {
				found = ""
				break
			}
			found = text
		}
		if found != "" {
			return fmt.Errorf("%s: expected a number that can be meant in one way, found %s, which may be %s: "+
				"say it with decimalChar and groupChar in the schema", t.Columns[i].Name, quote(found),
				strings.ReplaceAll(found, ".", "")+" or "+found[:strings.IndexByte(found, '.')])
		}
	}
	return nil
}

// booleanWords are how true and false are written where it is not in the plain form.
var booleanWords = map[string]bool{
	"yes": true, "Yes": true, "YES": true, "y": true, "Y": true, "t": true, "T": true, "да": true, "Да": true, "ДА": true, "истина": true,
	"ИСТИНА": true, "ja": true, "Ja": true, "WAHR": true, "wahr": true, "oui": true, "Oui": true, "VRAI": true, "vrai": true, "true": true,
	"True": true, "TRUE": true, "1": true, "1.0": true, "no": false, "No": false, "NO": false, "n": false, "N": false, "f": false, "F": false,
	"Нет": false, "НЕТ": false, "нет": false, "ложь": false, "ЛОЖЬ": false, "nein": false, "Nein": false, "FALSCH": false, "falsch": false,
	"non": false, "Non": false, "FAUX": false, "faux": false, "false": false, "False": false, "FALSE": false, "0": false, "0.0": false,
}

func (p *part) findWords(t Table, values sample) (string, error) {
	columns, texts := p.unplain(t, values, func(f *cellForm) bool { return f.words != nil }, Boolean)
	if len(texts) == 0 || slices.ContainsFunc(texts, func(s string) bool { _, known := booleanWords[s]; return !known }) {
		return "", nil
	}
	for _, i := range columns {
		p.cells[i].words = booleanWords
	}
	return fmt.Sprintf("yes and no are read as true and false, such as %s", quote(texts[0])), nil
}
