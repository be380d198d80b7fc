package labour

import "strings"

// WageUnit is what a wage is paid for.
type WageUnit string

const (
	HourlyWage      WageUnit = "HOUR"
	DailyWage       WageUnit = "DAY"
	WeeklyWage      WageUnit = "WEEK"
	FortnightlyWage WageUnit = "TWO_WEEKS"
	MonthlyWage     WageUnit = "MONTH"
	YearlyWage      WageUnit = "YEAR"
	PieceWage       WageUnit = "PIECE"
)

// WageUnits lists all of them.
var WageUnits = []WageUnit{HourlyWage, DailyWage, WeeklyWage, FortnightlyWage, MonthlyWage, YearlyWage, PieceWage}

// WageWords are other spellings of the units.
var WageWords = wageWords()

func wageWords() map[string]string {
	words := map[string]string{}
	for unit, list := range map[WageUnit]string{
		HourlyWage: "hour,hourly,hr,h", DailyWage: "day,daily", WeeklyWage: "week,weekly,wk",
		FortnightlyWage: "two weeks,bi-weekly,biweekly,fortnight", MonthlyWage: "month,monthly,mth,mo",
		YearlyWage: "year,yearly,yr,annual,annually", PieceWage: "piece,piecework,piece rate",
	} {
		for word := range strings.SplitSeq(list, ",") {
			words[word] = string(unit)
			words[strings.ToUpper(word[:1])+word[1:]] = string(unit)
			if strings.ToUpper(word) != string(unit) {
				words[strings.ToUpper(word)] = string(unit)
			}
		}
	}
	return words
}

// Monthly returns what a wage comes to in a month, of 52 weeks in 12 months. A wage per hour needs the hours that a week
// has, 0 where they are not known; one per day or piece is never converted, since nobody says how many a month has.
func (u WageUnit) Monthly(wage, hoursPerWeek float64) (float64, bool) {
	switch {
	case u == MonthlyWage:
		return wage, true
	case u == YearlyWage:
		return wage / 12, true
	case u == WeeklyWage:
		return wage * 52 / 12, true
	case u == FortnightlyWage:
		return wage * 26 / 12, true
	case u == HourlyWage && hoursPerWeek > 0:
		return wage * hoursPerWeek * 52 / 12, true
	}
	return 0, false
}
