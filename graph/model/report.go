package model

import (
	"homebound/internal/answers"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

// Report is the answer to a group-by question. What is not selected is not computed, and zero.
type Report struct {
	Connection[ReportRow]
	ID           string
	Period       *labour.CalendarPeriod
	BoundariesOn labour.Date
	Filter       string // JSON
	Totals       ReportRow
	Coverage     labour.Covered
	Synthetic    bool
	Notices      []answers.Notice
	Provenance   answers.Provenance
	Currency     string
}

// ReportEdge is a row of a report with the cursor that a page can start after.
type ReportEdge = Edge[ReportRow]

// Rows returns the page's rows without their cursors.
func (r *Report) Rows() []ReportRow { return r.Nodes() }

// Basis is what every report is read from.
func (*Report) Basis() labour.Basis { return labour.Register }

// ImpactPeriod is one period's part of an estimate, with a name of its own.
type ImpactPeriod struct {
	ID string
	impact.PeriodImpact
}

// ReportRow is one group and period. Codes are "" for dimensions that the report is not grouped by, and where the
// group has none. Each measure is a method; it is nil where the row has no value of it.
type ReportRow struct {
	Region      string
	District    string
	Industry    string
	Nationality string
	Employer    string
	Outcome     *labour.Outcome
	Period      *labour.CalendarPeriod
	Coverage    labour.Covered
	Synthetic   bool
	Perturbed   bool // whether masked rows may have taken part
	PeakOn      *labour.Date
	Others      bool // of all groups that top does not keep

	Figures Figures // its measures; package graph knows what else they tell
	Counted any     // finds the rows counted, where they are selected: for package graph
}

// Figures tell the values of the measures that were computed.
type Figures interface {
	Of(labour.Measure) (value float64, known bool)
}

func (r *ReportRow) number(m labour.Measure) *float64 {
	if value, known := r.Figures.Of(m); known {
		return &value
	}
	return nil
}

func (r *ReportRow) whole(m labour.Measure) *int {
	if value, known := r.Figures.Of(m); known {
		n := int(value)
		return &n
	}
	return nil
}

// PermitsIssued counts permits; see labour.Measures for this and the others.
func (r *ReportRow) PermitsIssued() *int { return r.whole(labour.PermitsIssued) }

// WorkersAuthorised counts persons.
func (r *ReportRow) WorkersAuthorised() *int { return r.whole(labour.WorkersAuthorised) }

// WorkersPresent counts persons.
func (r *ReportRow) WorkersPresent() *int { return r.whole(labour.WorkersPresent) }

// PeakWorkersPresent counts persons, on the day PeakOn.
func (r *ReportRow) PeakWorkersPresent() *int { return r.whole(labour.PeakWorkersPresent) }

// AverageWorkersPresent is in persons.
func (r *ReportRow) AverageWorkersPresent() *float64 { return r.number(labour.AverageWorkersPresent) }

// WorkerDays is in persons times days.
func (r *ReportRow) WorkerDays() *float64 { return r.number(labour.WorkerDays) }

// AverageMonthlyWage is in the report's currency.
func (r *ReportRow) AverageMonthlyWage() *float64 { return r.number(labour.AverageMonthlyWage) }

// WorkersRepatriated counts persons.
func (r *ReportRow) WorkersRepatriated() *int { return r.whole(labour.WorkersRepatriated) }

// Availability lists what has data under a filter.
type Availability struct {
	Regions       []labour.Region
	Districts     []labour.Region
	Industries    []labour.Industry
	Nationalities []labour.Country
	Outcomes      []labour.Outcome
	From, To      *labour.Date // nil where nothing has data
	Synthetic     bool
}

// Figure is a figure of a row and what it is held against; see db.Figure.
type Figure struct {
	Value, Base *float64
	Unit        string
	Coverage    labour.Covered
	Why         *string
}
