package labour

// ObligationKind is what a sanction asks for.
type ObligationKind string

const (
	Repatriate    ObligationKind = "REPATRIATE"     // everyone, until a deadline
	NoNewPermits  ObligationKind = "NO_NEW_PERMITS" // from a day on, but for what is grandfathered
	Ceiling       ObligationKind = "CEILING"        // never more than on one day
	ReportMidterm ObligationKind = "REPORT_MIDTERM" // to the Committee
	ReportFinal   ObligationKind = "REPORT_FINAL"   // to the Committee
)

// ObligationKinds lists all of them.
var ObligationKinds = []ObligationKind{Repatriate, NoNewPermits, Ceiling, ReportMidterm, ReportFinal}

// Obligation is one thing that a sanction asks of every State, and by when.
type Obligation struct {
	Symbol              string // of the sanction
	Paragraph           string
	Kind                ObligationKind
	AppliesFrom         Date
	Deadline            *Date // nil where it has none
	HalfWayOn           *Date // a mark that the sanction itself sets on the way to the deadline
	GrandfatheredBefore *Date // contracts finalised before this day may run on
	Exemptions          string
	Text                string
	Source              string
}

// ReportKind is which report a State made.
type ReportKind string

const (
	MidtermReport ReportKind = "MIDTERM"
	FinalReport   ReportKind = "FINAL"
	OtherReport   ReportKind = "OTHER" // a statement outside of the reports that a sanction asks for
)

// ReportKinds lists all of them.
var ReportKinds = []ReportKind{MidtermReport, FinalReport, OtherReport}

// MemberStateReport is what a State said of its own compliance. Numbers that it did not give are nil.
type MemberStateReport struct {
	Country     string
	Symbol      string // of a resolution, which need not be one of the sanctions
	Kind        ReportKind
	DueOn       *Date
	SubmittedOn *Date
	Document    string // symbol of the United Nations document
	Baseline    *float64
	BaselineOn  *Date
	Repatriated *float64
	Remaining   *float64
	AsOf        *Date  // the day of Remaining
	Text        string // what has no number, such as "more than half"
	Confidence  Confidence
	Source      string
	Note        string
}
