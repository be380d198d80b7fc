package model

import (
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// Report is the answer to a group-by question. What is not selected is not computed, and zero.
type Report struct {
	Rows       []ReportRow
	Totals     ReportRow
	TotalCount int
	PageInfo   PageInfo
	Provenance answers.Provenance
}

// ReportRow is one group and period. Codes are "" for dimensions that the report is not grouped by, and where the
// group has none; measures that are not selected are nil.
type ReportRow struct {
	Region      string
	District    string
	Industry    string
	Nationality string
	Employer    string
	Outcome     *labour.Outcome
	Period      *labour.Period
	Perturbed   bool // whether masked rows may have taken part

	PermitsIssued         *int
	WorkersAuthorised     *int
	WorkersPresent        *int
	PeakWorkersPresent    *int
	PeakOn                *labour.Date
	AverageWorkersPresent *float64
	WorkerDays            *float64
	AverageMonthlyWage    *float64
	WorkersRepatriated    *int

	Behind any // the *db.Behind that finds the rows counted, where they are selected; read by package graph alone
}

// Availability lists what has data under a filter.
type Availability struct {
	Regions       []labour.Region
	Districts     []labour.Region
	Industries    []labour.Industry
	Nationalities []labour.Country
	Outcomes      []labour.Outcome
	From, To      *labour.Date // nil where nothing has data
}
