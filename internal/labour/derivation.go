package labour

// Derivation says what a figure of a report is held against.
type Derivation string

const (
	Itself             Derivation = "VALUE"
	ChangeOnPeriod     Derivation = "CHANGE_ON_PERIOD_BEFORE"
	RelativeOnPeriod   Derivation = "RELATIVE_CHANGE_ON_PERIOD_BEFORE"
	ChangeOnYear       Derivation = "CHANGE_ON_YEAR_BEFORE"
	RelativeOnYear     Derivation = "RELATIVE_CHANGE_ON_YEAR_BEFORE"
	ShareOfTotal       Derivation = "SHARE_OF_TOTAL"
	ShareOfParent      Derivation = "SHARE_OF_PARENT"
	Rank               Derivation = "RANK"
	Per1000Inhabitants Derivation = "PER_1000_INHABITANTS"
	Per1000Employed    Derivation = "PER_1000_EMPLOYED"
)

// Population is the indicator that inhabitants are read from.
const Population = "POPULATION"

// Derivations lists all of them, in the order of the contract.
var Derivations = []Derivation{Itself, ChangeOnPeriod, RelativeOnPeriod, ChangeOnYear, RelativeOnYear, ShareOfTotal,
	ShareOfParent, Rank, Per1000Inhabitants, Per1000Employed}

// Unit returns the unit of a figure that is derived of one in another unit.
func (d Derivation) Unit(of string) string {
	switch d {
	case RelativeOnPeriod, RelativeOnYear, ShareOfTotal, ShareOfParent:
		return "fraction"
	case Rank:
		return "rank"
	case Per1000Inhabitants:
		return of + " per 1,000 inhabitants"
	case Per1000Employed:
		return of + " per 1,000 employed"
	}
	return of
}

// BaseUnit returns the unit of what a figure is held against, "" where there is nothing of the kind.
func (d Derivation) BaseUnit(of string) string {
	switch d {
	case Itself, Rank:
		return ""
	case Per1000Inhabitants, Per1000Employed:
		return "persons"
	}
	return of
}

// PeriodBefore returns the days that those of a period are compared with: of a part of a calendar unit the same days of the
// unit before; of a span that is of no unit as many days, just before it.
func (g Granularity) PeriodBefore(p Period) Period {
	unit := g
	if g == "" {
		unit, _ = p.unit()
	}
	switch unit {
	case Day: // of several days each with the one before
		return Period{p.From - 1, p.To - 1}
	case Month:
		return p.back(1)
	case Quarter:
		return p.back(3)
	case Year:
		return p.back(12)
	}
	return Period{p.From.AddDays(-p.Days()), p.From - 1}
}

// YearBefore returns the same days a year before.
func (p Period) YearBefore() Period { return p.back(12) }

// back returns the days some months before: the end of a month for the end of one, but of a single day that day alone.
func (p Period) back(months int) Period {
	before := Period{p.From.AddMonths(-months), p.To.AddMonths(-months)}
	if p.Days() > 1 && Month.Unit(p.To).To == p.To {
		before.To = Month.Unit(before.To).To
	}
	return before
}
