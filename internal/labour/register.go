package labour

// Employer is a legal person that holds permits.
type Employer struct {
	ID        string // the publisher's own key
	Name      string
	Region    string // region code
	Industry  string // ISIC Rev.4 section letter, "" where unknown
	TaxID     string // "" where unknown
	Source    string // source id
	Synthetic bool
}

// Permit authorises an employer to have a number of foreign workers, from ValidFrom to ValidTo, both included.
type Permit struct {
	ID           string
	Number       string
	Employer     string // employer id, "" where unknown
	Region       string // region code, "" where unknown
	Nationality  string // ISO 3166-1 alpha-2, "" where unknown
	Industry     string // the permit's own, else its employer's; "" where neither is known
	Occupation   string
	Workers      int  // head count, at least 1
	IssuedOn     Date // each NoDate where unknown
	ValidFrom    Date
	ValidTo      Date
	RevokedOn    *Date    // the first day on which it no longer holds
	WageMonthly  *float64 // per worker, in WageCurrency
	WageCurrency string   // ISO 4217
	Source       string
	Synthetic    bool
	ContractOn   *Date // the day on which the workers' contract was finalised; nil where unknown

	Precision    []Precision // of those days that are known only to a month, a quarter or a year
	Wage         *float64    // as it was published, per WageUnit, in WageCurrency; WageMonthly is made of it where it can be
	WageUnit     WageUnit    // "" where Wage is nil
	HoursPerWeek *float64    // by which a wage per hour is one per month
	// Codes in the publisher's own classifications, and their names; "" where there are none.
	IndustryCode, IndustryClassification     string
	OccupationCode, OccupationClassification string
}

// End returns the last day on which the permit may be in force: the earlier of ValidTo and the day before RevokedOn.
// A permit whose end is before its ValidFrom is never in force, and one is on no day without both days of validity.
func (p Permit) End() Date {
	if !p.ValidFrom.Known() {
		return NoDate
	}
	if p.RevokedOn != nil {
		return min(p.ValidTo, *p.RevokedOn-1)
	}
	return p.ValidTo
}

// PermitStatus is where a permit stands on a day.
type PermitStatus string

const (
	Pending PermitStatus = "PENDING"
	InForce PermitStatus = "IN_FORCE"
	Expired PermitStatus = "EXPIRED"
	Revoked PermitStatus = "REVOKED"
	// StatusUnknown is that of a permit whose validity is not known.
	StatusUnknown PermitStatus = "UNKNOWN"
)

// PermitStatuses lists all of them.
var PermitStatuses = []PermitStatus{Pending, InForce, Expired, Revoked, StatusUnknown}

// Status returns where the permit stands on a day. A revocation counts from its own day and only until ValidTo is past:
// a permit revoked after it had run out has expired.
func (p Permit) Status(on Date) PermitStatus {
	switch {
	case !p.ValidFrom.Known() || !p.ValidTo.Known():
		return StatusUnknown
	case p.RevokedOn != nil && *p.RevokedOn <= p.ValidTo && *p.RevokedOn <= on:
		return Revoked
	case on < p.ValidFrom:
		return Pending
	case on <= p.ValidTo:
		return InForce
	}
	return Expired
}

// Repatriation records that workers left on a day, which is the first on which they are gone.
type Repatriation struct {
	ID          string
	Region      string
	Nationality string
	Employer    string // employer id, "" where unknown
	Permit      string // permit id, "" where unknown
	Date        Date
	Workers     int // at least 1
	Outcome     Outcome
	Sanction    string // sanction symbol, "" where none is named
	Source      string
	Synthetic   bool
	Precision   []Precision // of Date, where it is known only to a month, a quarter or a year
	OwnOutcome  string      // the publisher's own code, whose base is Outcome; "" where it is Outcome itself
}

// OwnOutcome is how workers left, in a publisher's own words.
type OwnOutcome struct {
	Code  string
	Label string
	Base  Outcome // what it counts as
}

// Outcome is how a worker left.
type Outcome string

const (
	Returned     Outcome = "RETURNED"
	Deported     Outcome = "DEPORTED"
	ThirdCountry Outcome = "THIRD_COUNTRY"
	Protected    Outcome = "PROTECTED"
	Exempt       Outcome = "EXEMPT"
)

// Outcomes lists all of them; the first three count as repatriated under a sanction, the others as protected or exempt.
var Outcomes = []Outcome{Returned, Deported, ThirdCountry, Protected, Exempt}

// Repatriates reports whether the outcome takes a worker out of the host country.
func (o Outcome) Repatriates() bool { return o == Returned || o == Deported || o == ThirdCountry }
