package model

import "homebound/internal/impact"

// EconomicImpact is a result of the model, with its scenario's fields beside its figures: Scenario is the result's own.
type EconomicImpact struct {
	impact.Scenario
	*impact.Result
	Suppressed bool
	Provenance Provenance // set where it is selected
}
