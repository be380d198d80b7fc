// Package impact is the economic model: what departures of workers cost a region's economy.
//
// It is pure. The same facts and scenario give the same estimate in a test, a notebook and ten years on; it reads
// no database, no clock and no file. docs/METHODOLOGY.md explains every formula. Parameters are facts like figures: the
// package holds no default of its own.
package impact

import (
	"iter"

	"homebound/internal/labour"
)

// Range is a parameter's central value and the ends between which it is believed to lie.
type Range struct{ Low, Central, High float64 }

// Variant says what becomes of the capital that departed workers worked with.
type Variant string

const (
	AverageProduct Variant = "AVERAGE_PRODUCT" // it leaves with them: long run, upper end
	WageShare      Variant = "WAGE_SHARE"      // it stays idle: the marginal product under competition, lower end
	Elasticity     Variant = "ELASTICITY"      // as estimated in the literature
)

// Variants lists all of them in the order of the contract.
var Variants = []Variant{AverageProduct, WageShare, Elasticity}

// StayersRule says which departures the stayers undo.
type StayersRule string

const (
	Proportional StayersRule = "PROPORTIONAL" // every departure is equally likely to be undone
	Last         StayersRule = "LAST"         // the last who would have gone stay
	First        StayersRule = "FIRST"        // the first who would have gone stay
)

// StayersRules lists all of them in the order of the contract.
var StayersRules = []StayersRule{Proportional, Last, First}

// Scenario is the question asked of the model. Validate states the rules.
type Scenario struct {
	Region        string      // region code
	From, To      labour.Date // the horizon, both days included
	Baseline      labour.Date // the day whose stock departures are counted from; not after From
	BoundariesOn  labour.Date // the day whose boundaries make up a region above SUBJECT
	Basis         labour.Basis
	Nationalities []string // nil is all
	Stayers       int      // workers allowed to remain who would otherwise have left
	StayersRule   StayersRule
	StayersIn     []string // codes of the regions where they stay; nil is anywhere
	Variant       Variant
	FadeOut       bool // whether net figures fade by fadeOutHalfLifeYears
	ConstantYear  int  // the year whose prices money is in; 0 is each year's own
	SplitIndustry bool // whether industryShare splits a stock of no known industry
	Draws         int
	Seed          int64
	Together      [][]string // groups of parameters that share their draws
	Overrides     []labour.Parameter
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
	// stock is known. An error ends the computation. They may be read more than once.
	Levels iter.Seq2[Level, error]

	// NoStock says why no level is known, where that is known.
	NoStock string

	// Whole is the code of the country whose stock Levels tells, where the region's own is derived from a share of it;
	// else "".
	Whole string

	// OwnWages holds the departed permits' own average monthly wage by cell, in Currency; cells whose permits name no
	// wage are absent.
	OwnWages map[Cell]float64

	// Observations holds every observation that the model reads of the scenario's region, of the regions within it and
	// of those it lies in, in any order. Those of one nationality are not read.
	Observations []labour.Observation

	// Parameters holds every parameter of the release, in any order.
	Parameters []labour.Parameter
}

// Indicators lists what the model reads, for a release in a currency.
func Indicators(currency string) []string {
	return []string{
		labour.GrossRegionalProduct, labour.GrossValueAdded, labour.EmployedPersons, labour.AverageWage,
		labour.IncomeTaxRate, labour.Compensation, labour.RegionalDeflator, labour.NationalDeflator,
		labour.ConsumerPrices, labour.ExchangeRateIndicator(currency, "USD"),
	}
}

// Result is the answer. A figure that no observation or parameter supports is nil, and Inputs says what was missing.
// Its own figures and lists are central. It may be read by several goroutines at once.
type Result struct {
	Scenario Scenario

	BaselineWorkers   *float64 // present on the baseline
	DepartedWorkers   *float64 // departed(To): gone on the last day of the horizon, less the stayers
	WorkerYearsLost   *float64
	ShareOfEmployment *float64 // DepartedWorkers over the employed of To's year
	Loss                       // of the whole, by the scenario's variant

	RemittancesForgone *Estimate // in USD
	// in the order of codes; departures of no known industry are in the totals alone
	ByIndustry []IndustryImpact
	Inputs     []Input // the parameters, then every figure read or missing, by name and period
	Notices    []string

	model             *model // nil where no stock is known
	remittancesCapped func() float64
}

// IndustryImpact is one industry's part of the result.
type IndustryImpact struct {
	Industry        string // ISIC section letter
	WorkerYearsLost *float64
	Loss
}

// PeriodImpact is one period's part of the result.
type PeriodImpact struct {
	Period          labour.CalendarPeriod
	DepartedWorkers *float64 // on the last day of the period
	WorkerYearsLost *float64
	Loss
}

// Input is one figure or parameter that the result rests on.
type Input struct {
	Name         string   // the indicator or parameter, with region and industry where it has them: GRP RU-PRI
	Value        *float64 // nil where nothing was found; Note then says what is missing
	Low, High    *float64 // of parameters
	Distribution labour.Distribution
	Unit         string
	Period       *labour.Period
	Source       string // source id; "" where there is none
	Citation     string // of parameters
	Imputed      bool   // true where another year's figure stands in
	Note         string

	parameter bool
}
