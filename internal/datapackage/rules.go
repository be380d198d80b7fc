package datapackage

import (
	"fmt"
	"slices"

	"homebound/internal/labour"
)

// rule is a check that needs several cells of one row. It runs where none of them has a fault of its own.
type rule struct {
	columns []string                // the first is where a finding is reported
	odd     bool                    // a finding is a warning, not a fault
	check   func(cell []any) string // what is wrong with the cells of columns, "" where nothing is
}

// ordered asks that the day of one column is not before that of another; where either is empty there is no order.
func ordered(from, to string) rule {
	return rule{columns: []string{to, from}, check: func(cell []any) string {
		last, first := text(cell[0]), text(cell[1])
		if last == "" || first <= last {
			return ""
		}
		return fmt.Sprintf("expected a day not before %s, which is %s, found %q", from, first, last)
	}}
}

func differ(a, b string) rule {
	return rule{columns: []string{b, a}, check: func(cell []any) string {
		if cell[0] != cell[1] {
			return ""
		}
		return fmt.Sprintf("expected a value other than that of %s, found %q", a, text(cell[0]))
	}}
}

// operatorFor asks that a claim's number comes with an operator that says how it is meant.
func operatorFor(value string) rule {
	return rule{columns: []string{"operator", value}, check: func(cell []any) string {
		if cell[0] != nil || cell[1] == nil {
			return ""
		}
		return fmt.Sprintf("expected %s, since %s is given, found nothing", oneOf(spellings(labour.ClaimOperators)),
			value)
	}}
}

var lowValue = rule{columns: []string{"value_low", "operator"}, check: func(cell []any) string {
	if cell[0] != nil || cell[1] == nil {
		return ""
	}
	return fmt.Sprintf("expected a number, since operator is %s, found nothing", cell[1])
}}

// highEnd asks for value_high with BETWEEN and with nothing else, and not below the low end.
func highEnd(operator, lowColumn string) rule {
	return rule{columns: []string{"value_high", operator, lowColumn}, check: func(cell []any) string {
		high, low, given := cell[0], cell[2], text(cell[1])
		switch between := given == string(labour.Between); {
		case between && high == nil:
			return fmt.Sprintf("expected a number, since %s is BETWEEN, found nothing", operator)
		case between && low != nil && high.(float64) < low.(float64):
			return fmt.Sprintf("expected a number of at least %s, which is %s, found %q", lowColumn, AppendValue(nil, low), AppendValue(nil, high))
		case !between && given != "" && high != nil:
			return fmt.Sprintf("expected nothing, since %s is %s, found %q", operator, given, AppendValue(nil, high))
		case given == "" && high != nil && operator == "qualifier":
			return fmt.Sprintf("expected nothing, since qualifier is empty, found %q", AppendValue(nil, high))
		}
		return ""
	}}
}

// rising asks that three numbers are in their order.
func rising(low, central, high string) rule {
	return rule{columns: []string{central, low, high}, check: func(cell []any) string {
		if cell[1].(float64) <= cell[0].(float64) && cell[0].(float64) <= cell[2].(float64) {
			return ""
		}
		return fmt.Sprintf("expected a number from %s to %s, which are %s and %s, found %q",
			low, high, AppendValue(nil, cell[1]), AppendValue(nil, cell[2]), AppendValue(nil, cell[0]))
	}}
}

// fixed asks that a parameter which never varies has one value.
var fixed = rule{columns: []string{"distribution", "low", "high"}, check: func(cell []any) string {
	if cell[0] != string(labour.Fixed) || cell[1] == cell[2] {
		return ""
	}
	return fmt.Sprintf("expected a distribution with a range, since low is %s and high is %s, found %q",
		AppendValue(nil, cell[1]), AppendValue(nil, cell[2]), cell[0])
}}

// dayFor asks that a number comes with the day that it is of.
func dayFor(number, day string) rule {
	return rule{columns: []string{day, number}, odd: true, check: func(cell []any) string {
		if cell[0] != nil || cell[1] == nil {
			return ""
		}
		return fmt.Sprintf("has no day for its %s", number)
	}}
}

var revokedBeforeStart = rule{columns: []string{"revoked_on", "valid_from"}, odd: true, check: func(cell []any) string {
	revoked, from := text(cell[0]), text(cell[1])
	if revoked == "" || from <= revoked {
		return ""
	}
	return fmt.Sprintf("revoked on %s, before it starts on %s", revoked, from)
}}

var issuedAfterEnd = rule{columns: []string{"issued_on", "valid_to"}, odd: true, check: func(cell []any) string {
	issued, to := text(cell[0]), text(cell[1])
	if issued == "" || to == "" || issued <= to {
		return ""
	}
	return fmt.Sprintf("issued on %s, after its end on %s", issued, to)
}}

// farEnd finds a permit of more than ten years, which is seldom meant.
var farEnd = rule{columns: []string{"valid_to", "valid_from"}, odd: true, check: func(cell []any) string {
	const years = 10
	to, from := text(cell[0]), text(cell[1])
	if to == "" || from == "" {
		return ""
	}
	// Years of four digits: a permit cannot run over ten years where the difference of the years is less.
	if year(to)-year(from) < years || labour.MustParseDate(to) <= labour.MustParseDate(from).AddMonths(12*years) {
		return ""
	}
	return fmt.Sprintf("ends on %s, more than %d years after its start on %s", to, years, from)
}}

// text returns the cell of a text or date column, "" where it is empty.
func text(cell any) string {
	s, _ := cell.(string)
	return s
}

// year reads the year of a checked date.
func year(date string) int {
	n := 0
	for _, digit := range date[:4] {
		n = 10*n + int(digit-'0')
	}
	return n
}

// bound is a rule that knows where in a row its cells stand.
type bound struct {
	rule
	at   []int
	cell []any
}

func (t Table) bind() []bound {
	rules := make([]bound, len(t.rules))
	for i, r := range t.rules {
		rules[i] = bound{rule: r, at: make([]int, len(r.columns)), cell: make([]any, len(r.columns))}
		for j, column := range r.columns {
			rules[i].at[j] = t.index(column)
		}
	}
	return rules
}

// apply adds what the rule finds to the record.
func (b *bound) apply(r *Record) {
	for i, at := range b.at {
		if len(r.Faults) > 0 && slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Column == b.columns[i] }) {
			return
		}
		b.cell[i] = r.Values[at]
	}
	finding := b.check(b.cell)
	switch {
	case finding == "":
	case b.odd:
		r.Warnings = append(r.Warnings, Fault{b.columns[0], finding})
	default:
		r.Faults = append(r.Faults, Fault{b.columns[0], finding})
	}
}
