package model

import "homebound/internal/impact"

// EconomicImpact is a result of the model, with its scenario's fields beside its figures: Scenario is the result's own.
type EconomicImpact struct {
	impact.Scenario
	*impact.Result
	Suppressed bool
	Gone       *impact.Result // the same without stayers, by which it is decided what to withhold; nil where nothing is
	Provenance Provenance     // set where it is selected
}
