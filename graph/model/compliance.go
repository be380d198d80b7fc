package model

import "homebound/internal/labour"

// Compliance is how far a sanction's order to send workers home has been followed.
type Compliance struct {
	Sanction   labour.Sanction
	Region     string // region code, "" for everywhere
	AsOf       labour.Date
	Basis      labour.Basis
	Suppressed bool

	BaselineWorkers     *float64
	Repatriated         *float64
	ProtectedOrExempt   *float64
	Remaining           *float64
	Progress            float64 // 1 less Remaining over BaselineWorkers
	HalfwayMet          *bool   // nil until 12 months after adoption
	DaysToDeadline      int     // negative past it
	RequiredMonthlyPace *float64
	RecentMonthlyPace   *float64
	ProjectedCompletion *labour.Date // nil where numbers do not fall
	Status              labour.ComplianceStatus

	Reported []labour.Observation
}
