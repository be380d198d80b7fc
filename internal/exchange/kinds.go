package exchange

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Kind is remarks that are alike: of one column of a table, with what was found left aside.
type Kind struct {
	Warning bool     `json:"warning"`
	File    string   `json:"file"`
	Column  string   `json:"column,omitempty"`
	Rows    int64    `json:"rows"`    // remarks; a row has at most one of a kind, as a rule
	Places  []string `json:"places"`  // the first of them
	Example string   `json:"example"` // what the first says
	Advice  string   `json:"advice"`  // what to do
}

// Kinds gathers remarks by kind. It takes memory for the kinds and not for the remarks.
type Kinds struct {
	kinds map[string]*Kind
	order []*Kind
}

const (
	mostKinds  = 500 // more than a reader looks through; what is beyond is one kind for each column
	mostPlaces = 3
)

// Add takes a remark in.
func (k *Kinds) Add(r Remark, warning bool) {
	if k.kinds == nil {
		k.kinds = map[string]*Kind{}
	}
	about := patternOf(r.Message)
	if len(k.order) >= mostKinds {
		about = ""
	}
	severity := "fault"
	if warning {
		severity = "warning"
	}
	key := strings.Join([]string{severity, r.Position.File, r.Column, about}, "\x00")
	kind := k.kinds[key]
	if kind == nil {
		kind = &Kind{Warning: warning, File: r.Position.File, Column: r.Column, Example: r.Message, Advice: adviceOn(r.Message)}
		k.kinds[key] = kind
		k.order = append(k.order, kind)
	}
	if kind.Rows++; len(kind.Places) < mostPlaces {
		kind.Places = append(kind.Places, r.Position.String())
	}
}

// List returns the kinds: faults first, and what most rows have before what few have.
func (k *Kinds) List() []*Kind {
	list := slices.Clone(k.order)
	slices.SortStableFunc(list, func(a, b *Kind) int {
		if a.Warning != b.Warning {
			return cmp.Compare(boolRank(a.Warning), boolRank(b.Warning))
		}
		return cmp.Compare(b.Rows, a.Rows)
	})
	return list
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

var (
	found  = regexp.MustCompile(`,? found .*$`)
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	number = regexp.MustCompile(`\d[\d.:-]*`)
	tail   = regexp.MustCompile(`: [^:]*$`)
)

// patternOf leaves aside what differs between remarks of a kind: what was found, and values of other columns.
func patternOf(message string) string {
	message = quoted.ReplaceAllString(message, "…")
	if strings.HasPrefix(message, "expected") {
		message = found.ReplaceAllString(message, "")
	} else {
		message = tail.ReplaceAllString(message, "")
	}
	return number.ReplaceAllString(message, "…")
}

// advice says what to do about a message, by how it begins.
var advice = []struct{ part, what string }{
	{"whose own row is faulty", "mend that row first; this one is then good"},
	{"expected a value, found", "fill the cell, or take the row out"},
	{"expected a key that comes once", "keep one of the rows, or give each an id of its own"},
	{"expected a key without blanks", "type the key anew, without blanks at its ends"},
	{"of a row of", "add the row to that table, or correct the code"},
	{"expected a date", "write days as 2017-12-22, or say their format in the schema; of permits and repatriations also 2017-12, 2017-Q4 or 2017"},
	{"expected a day from", "correct the year"},
	{"expected a day not before", "correct one of the two days"},
	{"expected a whole number", "write digits alone; leave the row out where the number is not known"},
	{"expected a decimal number", "write a number with a point and without separators of thousands"},
	{"expected true or false", "write true or false"},
	{"or a code of outcomes", "use one of these words, or add the code to outcomes.csv with the base outcome that it counts as"},
	{"expected one of", "use one of these words, or map the codes in mapping.yml"},
	{"expected a country code", "use the two letters of ISO 3166, or map the codes in mapping.yml"},
	{"a value that mapping.yml maps", "add it to the rule's map, or say with otherwise what it is"},
	{"expected a wage", "write a number, or say its form with decimal and group, and what it is paid for with per, in mapping.yml"},
	{"expected an industry's letter", "use the section's letter of ISIC, or map the codes in mapping.yml"},
	{"region code without blanks", "use the code of regions.csv, such as RU-PRI, or map the names in mapping.yml"},
	{"since this row is synthetic", "say false in the column synthetic where the row is real, or name a row that is made up"},
	{"regions that do not contain themselves", "take out one of the memberships that lead back to the region"},
	{"one parent of", "let the earlier membership end the day before the later begins"},
	{"was read as no value", "leave the cell empty, or list the word in missingValues"},
	{"more than 10 years", "see whether the year is right"},
	{"after its end on", "see which of the two days is right"},
	{"more workers in one row", "see whether a number of another column has slipped into this one"},
	{"expected text in UTF-8", "save the file as UTF-8, or name its encoding in datapackage.json"},
	{"closing quote, found the end", "close the quotation mark; one inside a value is written twice"},
	{"quotes around the whole", "put the whole value in quotation marks, and write those inside it twice"},
	{"after a closing quote", "write a quotation mark inside a value twice"},
	{"field", "see that each column has its value, or nothing: a comma inside a value needs quotation marks around it, and remarks and totals stand in no table"},
	{"expected a currency code", "give the wage's currency, such as RUB"},
	{"as the package's schema says", "correct the value, or the constraint in datapackage.json"},
	{"a word for what is not known", "leave the cell empty, or list the word in missingValues"},
	{"read as the code of Namibia", "where it means that nothing is known, list NA in missingValues"},
	{"a number that a spreadsheet has changed", "make the column text in the spreadsheet, and paste the values anew"},
	{"an error of a spreadsheet", "mend the formula, or leave the cell empty"},
	{"letters", "save the file as UTF-8 from where it came"},
	{"the median, which is", "see whether it is of an hour, a week or a year; a mapping.yml can turn it into one of a month"},
	{"than were published", "see whether permits are repeated, are of a larger region, or run on after workers left"},
	{"than its permit's", "correct the row or its permit_id; departures count where the permit is"},
	{"seldom meant", "see whether the year is right"},
}

func adviceOn(message string) string {
	for _, a := range advice {
		if strings.Contains(message, a.part) {
			return a.what
		}
	}
	if strings.HasPrefix(message, "expected") {
		return "correct the value"
	}
	return "see whether it is meant"
}
