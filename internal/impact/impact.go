// Package impact is the economic model: what departures of workers cost a region's economy.
//
// It is pure. The same facts and scenario give the same estimate in a test, a notebook and ten years on; it reads
// no database, no clock and no file. docs/METHODOLOGY.md explains every formula, and defaults.go gives each default
// its source.
package impact

import (
	"iter"

	"homebound/internal/labour"
)

// Range is a parameter of the scenario: the central value and the ends between which it is believed to lie.
type Range struct{ Low, Central, High float64 }

// Estimate is a result with the ends that the parameters' ends give, in Unit.
type Estimate struct {
	Low, Central, High float64
	Unit               string
}

// Scenario is the question asked of the model. All of its fields are set; Defaults gives the parameters. Validate
// states the rules.
type Scenario struct {
	Region        string      // region code
	From, To      labour.Date // the horizon, both days included
	Baseline      labour.Date // the day whose stock departures are counted from; not after From
	BoundariesOn  labour.Date // the day whose boundaries make up a region above SUBJECT
	Basis         labour.Basis
	Nationalities []string
	Stayers       int // workers allowed to remain who would otherwise have left
	Parameters
}

// Parameters are the scenario's assumptions.
type Parameters struct {
	SubstitutionRate           Range // share of vacated posts filled by others, 0 to 1
	RelativeProductivity       Range // output per departed worker relative to the region's average worker
	RelativeWage               Range // pay of a departed worker relative to the region's average wage
	OutputMultiplier           Range // output lost in all for one lost directly, at least 0
	RemittancePerWorkerYearUSD Range
}

// Cell is what departures are laid on and valued by: a region that no other of the scenario contains, usually a
// subject, and an industry (ISIC section letter, "" where none is known).
type Cell struct{ Region, Industry string }

// Level says that from day On until the cell's next level, or for ever, Workers are present in Cell.
type Level struct {
	On      labour.Date
	Cell    Cell
	Workers float64
}

// Facts are the evidence that a scenario is computed from.
type Facts struct {
	Currency  string // ISO 4217, of GRP, wages and results
	Geography *labour.Geography

	// Levels come in the order of their days. A cell's level on the baseline is its last level on or before that
	// day; a cell without one has nobody present. Levels after the horizon are ignored; with none up to its end no
	// stock is known. An error ends the computation.
	Levels iter.Seq2[Level, error]

	// OwnWages holds the departed permits' own average monthly wage by cell, in Currency; cells whose permits name no
	// wage are absent. Nil with basis REPORTED.
	OwnWages map[Cell]float64

	// Observations holds every observation of GRP, GVA, EMPLOYED, AVG_WAGE and INCOME_TAX_RATE of the scenario's
	// region, of the regions within it and of those it lies in, in any order. Those of one nationality are not
	// read.
	Observations []labour.Observation
}

// Result is the answer. A figure that no observation supports is nil, and Inputs says what was missing.
type Result struct {
	Scenario Scenario

	BaselineWorkers      *float64 // present on the baseline
	DepartedWorkers      *float64 // departed(To): gone on the last day of the horizon, less the stayers
	WorkerYearsLost      *float64
	ShareOfEmployment    *float64  // DepartedWorkers over the employed of To's year
	OutputLost           *Estimate // in Currency
	OutputLostShareOfGRP *Estimate // a fraction
	WagesLost            *Estimate // in Currency
	IncomeTaxLost        *Estimate // in Currency
	RemittancesForgone   *Estimate // in USD
	// in the order of codes; departures of no known industry are in the totals alone
	ByIndustry  []IndustryImpact
	Sensitivity []Sensitivity
	Inputs      []Input // the parameters, then every figure read or missing, by name and period

	currency  string
	stretches []stretch // the days of the horizon, in order and without a gap; none where no stock is known
}

// IndustryImpact is one industry's part of the result.
type IndustryImpact struct {
	Industry        string // ISIC section letter
	WorkerYearsLost *float64
	OutputLost      *Estimate
}

// PeriodImpact is one period's part of the result.
type PeriodImpact struct {
	Period          labour.Period
	DepartedWorkers *float64 // on the last day of the period
	WorkerYearsLost *float64
	OutputLost      *Estimate
}

// Sensitivity is the central output lost with one parameter at its ends and all others central.
type Sensitivity struct {
	Parameter        string // its name in the contract, e.g. substitutionRate
	OutputLostAtLow  float64
	OutputLostAtHigh float64
}

// Input is one figure or parameter that the result rests on.
type Input struct {
	Name      string   // the indicator or parameter, with region and industry where it has them: GRP RU-PRI
	Value     *float64 // nil where no observation was found; Note then says what is missing
	Low, High *float64 // of parameters
	Unit      string
	Period    *labour.Period
	Source    string // source id; "" for parameters
	Imputed   bool   // true where another year's figure stands in
	Note      string
}
