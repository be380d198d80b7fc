package labour

// ComplianceStatus is where the repatriation that a sanction orders stands on a day.
type ComplianceStatus string

const (
	Completed ComplianceStatus = "COMPLETED" // nobody is left
	OnTrack   ComplianceStatus = "ON_TRACK"  // the recent pace is at least the required one
	Behind    ComplianceStatus = "BEHIND"    // the recent pace is below it
	Missed    ComplianceStatus = "MISSED"    // the deadline is past and some are left

	Kept          ComplianceStatus = "KEPT"           // a ban or a ceiling is kept, as far as every row shows
	Breached      ComplianceStatus = "BREACHED"       // a ban or a ceiling is not
	Submitted     ComplianceStatus = "SUBMITTED"      // a report was handed in
	SubmittedLate ComplianceStatus = "SUBMITTED_LATE" // after the day on which it was due
	Unknown       ComplianceStatus = "UNKNOWN"        // what is known does not decide
)

// Stocks are the head counts that compliance is judged by.
type Stocks struct {
	Baseline  float64    // on the day of adoption
	Remaining float64    // on the day asked about
	Months    [4]float64 // on the day asked about and one, two and three months before
	Halfway   float64    // 12 months after adoption; read where that day is not after the day asked about
}

// Compliance is how far workers have gone home by a day, as a sanction orders.
type Compliance struct {
	Progress            float64  // 1 less remaining over baseline; 1 where nobody was there to begin with
	HalfwayMet          *bool    // whether at least half were gone 12 months after adoption; nil before that day
	DaysToDeadline      int      // negative past it
	RequiredMonthlyPace *float64 // remaining over the months left; nil past the deadline
	RecentMonthlyPace   float64  // mean monthly fall over the last three months; negative where numbers rose
	ProjectedCompletion *Date    // by the recent pace; nil where numbers do not fall, or beyond the year 9999
	Status              ComplianceStatus
}

// daysPerMonth is the mean length of a month of the Gregorian calendar: 146,097 days in 4,800 months.
const daysPerMonth = 146097.0 / 4800

// HalfwayDay is 12 months after adoption.
func (s Sanction) HalfwayDay() Date { return s.AdoptedOn.AddMonths(12) }

// Comply judges a sanction's stocks on a day. The sanction has a deadline.
func (s Sanction) Comply(asOf Date, stocks Stocks) Compliance {
	c := Compliance{Progress: 1, DaysToDeadline: s.Deadline.Sub(asOf)}
	if stocks.Baseline > 0 {
		c.Progress = 1 - stocks.Remaining/stocks.Baseline
	}
	if asOf >= s.HalfwayDay() {
		met := stocks.Halfway <= stocks.Baseline/2
		c.HalfwayMet = &met
	}
	if c.DaysToDeadline > 0 {
		required := stocks.Remaining / (float64(c.DaysToDeadline) / daysPerMonth)
		c.RequiredMonthlyPace = &required
	}
	c.RecentMonthlyPace = (stocks.Months[3] - stocks.Months[0]) / 3
	if stocks.Remaining <= 0 {
		c.ProjectedCompletion = &asOf
	} else if c.RecentMonthlyPace > 0 {
		if days := stocks.Remaining / c.RecentMonthlyPace * daysPerMonth; days <= float64(lastDay.Sub(asOf)) {
			completion := asOf.AddDays(int(days + 0.5))
			c.ProjectedCompletion = &completion
		}
	}
	switch {
	case stocks.Remaining <= 0:
		c.Status = Completed
	case c.DaysToDeadline < 0:
		c.Status = Missed
	case c.RequiredMonthlyPace != nil && c.RecentMonthlyPace >= *c.RequiredMonthlyPace:
		c.Status = OnTrack
	default:
		c.Status = Behind
	}
	return c
}
