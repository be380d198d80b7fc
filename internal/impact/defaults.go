package impact

import (
	"fmt"
	"math"
)

// Names of the parameters in the contract.
const (
	substitutionRate           = "substitutionRate"
	relativeProductivity       = "relativeProductivity"
	relativeWage               = "relativeWage"
	outputMultiplier           = "outputMultiplier"
	remittancePerWorkerYearUSD = "remittancePerWorkerYearUsd"
)

// Defaults returns the ranges that a scenario has where its author sets none. Each has its source, or the word
// assumption, beside it; the same words stand in Result.Inputs.
func Defaults() Parameters {
	return Parameters{
		// Assumption. The ambassador held that Chinese workers could not easily take the posts (Meduza, February
		// 2018), so most stay empty at first; a tight labour market fills some. No published figure was found.
		SubstitutionRate: Range{0.2, 0.4, 0.6},

		// Assumption. Most of the workers are builders and loggers with little machinery to their name; long hours
		// pull the other way. No published figure was found.
		RelativeProductivity: Range{0.6, 0.8, 1.0},

		// Reported pay over Rosstat's average wage of the nine subjects that were the Far East in 2017, weighted by the
		// employed: 48,379 RUB in 2017, 53,977 in 2018, 59,221 in 2019; dollars at 58.34, 62.67 and 64.74 RUB.
		// Low: 415 USD (Ministry of Labour, as cited in the press of 2018-2019) is 0.48 of it in 2018 and 0.45 in 2019.
		// Central: 500 USD (ambassador Matsegora, Interfax, 7 February 2018) is 0.60 of it in 2017.
		// High: 50,000 RUB (NKDB, Daily Mail, 15 July 2017) is 1.03 of it, and the ambassador spoke of the same pay
		// as an average Russian worker's (The Moscow Times, 7 February 2018): parity.
		RelativeWage: Range{0.45, 0.6, 1.0},

		// Assumption. Type I multipliers of regional input-output studies are usually of this order; low is no
		// effect on suppliers at all. None is published for these regions.
		OutputMultiplier: Range{1.0, 1.3, 1.6},

		// Low: 120 million USD a year from 50,000 workers (NKDB, Daily Mail, 15 July 2017) is 2,400 each. Central
		// and high: 150 and 300 million USD a year (U.S. Department of State, Reuters, 3 August 2018) over the
		// 30,023 workers that Russia reported for the end of 2017 are 4,996 and 9,992 each, rounded. As a check,
		// the 50 to 60 % that the ambassador says the state keeps (RIA Novosti, February 2018) of 500 USD a month
		// are 3,000 to 3,600 USD a year.
		RemittancePerWorkerYearUSD: Range{2_400, 5_000, 10_000},
	}
}

// parameter is one range of a scenario with all that is known of it.
type parameter struct {
	Range
	name   string
	unit   string
	atMost float64
	usual  Range  // the default
	note   string // where the default comes from
}

// parameters lists the five ranges in the order of the contract.
func (p Parameters) parameters() []parameter {
	usual, none := Defaults(), math.Inf(1)
	return []parameter{
		{p.SubstitutionRate, substitutionRate, "fraction", 1, usual.SubstitutionRate,
			"assumption: most vacated posts stay empty at first, a tight labour market fills some; no published figure was found"},
		{p.RelativeProductivity, relativeProductivity, "ratio", none, usual.RelativeProductivity,
			"assumption: hand work in building and forestry yields less than the average post, long hours pull the other way; no published figure was found"},
		{p.RelativeWage, relativeWage, "ratio", none, usual.RelativeWage,
			"derived: reported pay of 415 USD a month (Ministry of Labour, press of 2018-2019), 500 USD (ambassador Matsegora, Interfax, 7 February 2018) " +
				"and 50,000 RUB or parity (NKDB, Daily Mail, 15 July 2017; The Moscow Times, 7 February 2018) over Rosstat's average wage of the Far East in 2017 to 2019"},
		{p.OutputMultiplier, outputMultiplier, "ratio", none, usual.OutputMultiplier,
			"assumption: the usual order of type I multipliers in regional input-output studies; none is published for these regions"},
		{p.RemittancePerWorkerYearUSD, remittancePerWorkerYearUSD, "USD per year", none,
			usual.RemittancePerWorkerYearUSD,
			"derived: 120 million USD a year from 50,000 workers (NKDB, Daily Mail, 15 July 2017); 150 to 300 million USD a year " +
				"(U.S. Department of State, Reuters, 3 August 2018) over the 30,023 workers that Russia reported for the end of 2017"},
	}
}

// input lists the parameter for Result.Inputs; a range of the caller's own is told from the default.
func (p parameter) input() Input {
	note := p.note
	if p.Range != p.usual {
		note = fmt.Sprintf("set in the scenario; the default is %v, %v, %v (%s)", p.usual.Low, p.usual.Central,
			p.usual.High, p.note)
	}
	return Input{Name: p.name, Value: &p.Central, Low: &p.Low, High: &p.High, Unit: p.unit, Note: note}
}
