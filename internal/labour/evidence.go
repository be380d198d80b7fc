package labour

import "slices"

// Source is where a figure or a statement was published.
type Source struct {
	ID          string
	Title       string
	Publisher   string
	URL         string // "" where there is none
	PublishedOn *Date
	Kind        SourceKind
	Licence     string
}

// SourceKind is what sort of publisher stands behind a source.
type SourceKind string

const (
	OfficialStatistics SourceKind = "OFFICIAL_STATISTICS"
	Government         SourceKind = "GOVERNMENT"
	UnitedNations      SourceKind = "UNITED_NATIONS"
	News               SourceKind = "NEWS"
	Research           SourceKind = "RESEARCH"
	Partner            SourceKind = "PARTNER"
	Synthetic          SourceKind = "SYNTHETIC"
)

// SourceKinds lists all of them.
var SourceKinds = []SourceKind{OfficialStatistics, Government, UnitedNations, News, Research, Partner, Synthetic}

// Country is a nationality or a host country, by ISO 3166-1 alpha-2.
type Country struct{ Code, Name string }

// Industry is an ISIC Rev.4 section, by its letter.
type Industry struct{ Code, NameEN, NameLocal string }

// Indicator says what a published statistic counts, and in what unit.
type Indicator struct{ Code, Name, Unit, Definition string }

// Indicators that the definitions themselves read.
const (
	WorkersPresentReported = "WORKERS_PRESENT"          // stock on a day; the series of basis REPORTED
	WorkersPresentEstimate = "WORKERS_PRESENT_ESTIMATE" // stock on a day, by other speakers
	GrossRegionalProduct   = "GRP"
	GrossValueAdded        = "GVA" // of one industry
	EmployedPersons        = "EMPLOYED"
	AverageWage            = "AVG_WAGE"
	IncomeTaxRate          = "INCOME_TAX_RATE" // a fraction, of a country
	RepatriatedReported    = "REPATRIATED_REPORTED"
	Compensation           = "COMPENSATION_OF_EMPLOYEES"
	RegionalDeflator       = "GRP_DEFLATOR_ANNUAL_CHANGE" // percent on the year before
	NationalDeflator       = "GDP_DEFLATOR_ANNUAL_CHANGE" // the same, of a country
	ConsumerPrices         = "CPI_ANNUAL_CHANGE"          // the same, of a country
)

// ExchangeRateIndicator names the indicator that gives units of currency for one unit of another: FX_RUB_PER_USD.
func ExchangeRateIndicator(currency, other string) string {
	return "FX_" + currency + "_PER_" + other
}

// Observation is one published statistic. From equals To for a stock; both days are included.
type Observation struct {
	Indicator   string
	Region      string // region code
	Industry    string // "" for all industries
	Nationality string // "" for all nationalities
	From, To    Date
	Value       float64
	Qualifier   ClaimOperator // AT_LEAST, AT_MOST or BETWEEN where the value is a limit; "" where it is the figure itself
	ValueHigh   *float64      // of BETWEEN alone
	Unit        string
	Status      ObservationStatus
	Source      string
	Confidence  Confidence // "" where not judged
	Note        string
}

// ObservationStatus is the SDMX observation status.
type ObservationStatus string

const (
	StatusNormal      ObservationStatus = "NORMAL"
	StatusEstimated   ObservationStatus = "ESTIMATED"
	StatusProvisional ObservationStatus = "PROVISIONAL"
	StatusImputed     ObservationStatus = "IMPUTED"
	StatusForecast    ObservationStatus = "FORECAST"
	StatusMissing     ObservationStatus = "MISSING"
)

// ObservationStatuses lists all of them.
var ObservationStatuses = []ObservationStatus{StatusNormal, StatusEstimated, StatusProvisional, StatusImputed,
	StatusForecast, StatusMissing}

// Confidence is how far the editors of the data trust a row.
type Confidence string

const (
	High   Confidence = "HIGH"
	Medium Confidence = "MEDIUM"
	Low    Confidence = "LOW"
)

// Confidences lists all of them, the best first.
var Confidences = []Confidence{High, Medium, Low}

// Rank returns the place of the confidence, the best first; a row that nobody judged comes last.
func (c Confidence) Rank() int {
	if i := slices.Index(Confidences, c); i >= 0 {
		return i
	}
	return len(Confidences)
}

// Sanction is a paragraph of a resolution that bears on migrant workers.
type Sanction struct {
	Symbol        string // S/RES/2397(2017)
	Paragraph     string
	Title         string
	AdoptedOn     Date
	Deadline      *Date // nil where the paragraph sets none
	Nationalities []string
	Source        string
}

// Claim is a statement by a named speaker. Without Operator, ValueLow and Measure there is nothing to check.
type Claim struct {
	ID          string
	Topic       string
	Statement   string
	Speaker     string
	SpeakerRole string
	MadeOn      *Date         // the day it was said, nil where unknown; the source has the day of print
	Operator    ClaimOperator // "" where the claim has no number
	ValueLow    *float64
	ValueHigh   *float64 // of BETWEEN alone
	Unit        string
	From, To    *Date
	Region      string
	Industry    string
	Nationality string
	Measure     Measure // "" where no measure says the same thing
	Source      string
	Confidence  Confidence
	Note        string
	Repeats     string    // id of the claim that it retells
	Disputes    string    // id of the claim that it denies
	Per         ClaimPer  // "" where it is about its whole period
	CompareWith string    // code of the indicator that a wage or a ratio is held beside
	WageBasis   WageBasis // "" where it is of no wage
}

// ClaimPer says that a claim holds for each unit of its period by itself.
type ClaimPer string

// PerYear is said of a number that holds in every single year.
const PerYear ClaimPer = "YEAR"

// ClaimPers lists all of them.
var ClaimPers = []ClaimPer{PerYear}

// WageBasis says what of a wage is meant.
type WageBasis string

const (
	GrossWage    WageBasis = "GROSS" // before tax and what is withheld
	NetWage      WageBasis = "NET"   // what the worker has in hand
	UnstatedWage WageBasis = "UNSTATED"
)

// WageBases lists all of them.
var WageBases = []WageBasis{GrossWage, NetWage, UnstatedWage}

// ClaimOperator says how a claim's number is meant.
type ClaimOperator string

const (
	Exactly ClaimOperator = "EXACTLY"
	About   ClaimOperator = "ABOUT"
	AtLeast ClaimOperator = "AT_LEAST"
	AtMost  ClaimOperator = "AT_MOST"
	Between ClaimOperator = "BETWEEN"
)

// ClaimOperators lists all of them.
var ClaimOperators = []ClaimOperator{Exactly, About, AtLeast, AtMost, Between}

// Qualifiers lists those that an observation's value may have: they make it a limit.
var Qualifiers = []ClaimOperator{AtLeast, AtMost, Between}

// Verdict is what a check of a claim comes to.
type Verdict string

const (
	Consistent   Verdict = "CONSISTENT"
	Inconsistent Verdict = "INCONSISTENT"
	Undecided    Verdict = "UNDECIDED"
)

// Verdicts lists all of them.
var Verdicts = []Verdict{Consistent, Inconsistent, Undecided}

// Basis is the evidence that a stock of workers is read from.
type Basis string

const (
	Register Basis = "REGISTER" // permits and repatriations, row by row
	Reported Basis = "REPORTED" // published stocks, interpolated between their dates
	Supposed Basis = "SCENARIO" // the stocks that the question itself states
)

// Bases lists both.
var Bases = []Basis{Register, Reported, Supposed}
