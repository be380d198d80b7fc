package labour

// Gap is something that rows of the register lack, or know roughly.
type Gap string

const (
	NoIssueDay     Gap = "NO_ISSUE_DAY"     // no flow of permits issued counts the row
	NoValidity     Gap = "NO_VALIDITY"      // no stock does
	NoRegion       Gap = "NO_REGION"        // no region does
	NoNationality  Gap = "NO_NATIONALITY"   // no nationality does
	NoEmployer     Gap = "NO_EMPLOYER"      // no employer does
	RoughIssueDay  Gap = "ROUGH_ISSUE_DAY"  // known to a month, a quarter or a year
	RoughValidity  Gap = "ROUGH_VALIDITY"   // likewise, its first or last day or that of its revocation
	RoughDeparture Gap = "ROUGH_DEPARTURE"  // likewise, the day of a repatriation
	WageNotMonthly Gap = "WAGE_NOT_MONTHLY" // a wage that nothing says how to turn into one of a month
)

// Gaps lists all of them.
var Gaps = []Gap{NoIssueDay, NoValidity, NoRegion, NoNationality, NoEmployer, RoughIssueDay, RoughValidity,
	RoughDeparture, WageNotMonthly}
