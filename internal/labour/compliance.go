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

// ComplianceStatuses lists all of them.
var ComplianceStatuses = []ComplianceStatus{Completed, OnTrack, Behind, Missed, Kept, Breached, Submitted, SubmittedLate,
	Unknown}
