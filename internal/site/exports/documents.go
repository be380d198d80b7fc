package exports

import (
	"homebound/internal/labour"
	"homebound/internal/site/port"
)

// The documents that show in GraphQL what the exports of the same names hold: what they select under the rows are
// the columns, and their variables are the parameters.
var (
	permitsDocument = port.MustDocument(`query Permits($filter: PermitFilter, $orderBy: PermitOrder) {
  permits(filter: $filter, orderBy: $orderBy, first: 1000) {
    nodes {
      id number employer { id name } region { code name } nationality { code name } industry { code name }
      occupation workers issuedOn validFrom validTo revokedOn wageMonthly wageCurrency
      wage wageUnit hoursPerWeek industryCode industryClassification occupationCode occupationClassification
      synthetic source { id } precision { field granularity }
    }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}`)

	employersDocument = port.MustDocument(`query Employers($filter: EmployerFilter, $orderBy: EmployerOrder) {
  employers(filter: $filter, orderBy: $orderBy, first: 1000) {
    nodes { id name region { code name } industry { code name } taxId synthetic source { id } }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}`)

	repatriationsDocument = port.MustDocument(`query Repatriations($filter: RepatriationFilter, $orderBy: RepatriationOrder) {
  repatriations(filter: $filter, orderBy: $orderBy, first: 1000) {
    nodes {
      id region { code name } nationality { code name } employer { id name } permit { id number }
      date workers outcome ownOutcome { code label } sanction { symbol } synthetic source { id }
      precision { field granularity }
    }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}`)

	observationsDocument = port.MustDocument(`query Observations($filter: RegionFilter, $indicators: [String!], $from: Date, $to: Date) {
  regions(filter: $filter, first: 1000) {
    nodes {
      observations(indicators: $indicators, from: $from, to: $to) {
        indicator { code name definition } region { code name } industry { code name } nationality { code name }
        from to value unit status confidence note source { id title publisher url }
      }
    }
  }
}`)

	claimsDocument = port.MustDocument(`query Claims($filter: ClaimFilter, $after: String) {
  claims(filter: $filter, first: 500, after: $after) {
    nodes {
      id topic statement speaker speakerRole madeOn operator valueLow valueHigh unit from to
      region { code name } industry { code name } nationality { code name } confidence note
      source { id title publisher url }
      measure per compareWith { code } wageBasis repeats { id } disputes { id }
      check { verdict explanation }
    }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}`)

	claimsParameters = port.MustDocument(`query Claims($filter: ClaimFilter) { __typename }`)

	impactDocument = port.MustDocument(`query Impact($region: String!, $scenario: Scenario, $granularity: Granularity! = QUARTER) {
  economicImpact(region: $region, scenario: $scenario) {
    region { code name } from to baseline boundariesOn basis coverage perturbed currency
    variant stayersRule stayersIn constantPricesOf
    baselineWorkers departedWorkers workerYearsLost shareOfEmployment
    grossDirectOutputLost { ...range } directOutputLost { ...range } indirectOutputLost { ...range }
    outputLost { ...range } outputLostElsewhere { ...range }
    directOutputLostShareOfGrp { ...range } outputLostShareOfGrp { ...range }
    wagesLost { ...range } incomeTaxLost { ...range } fiscalLoss { ...range } remittancesForgone { ...range }
    grossAccounts { ...accounts }
    netAccounts { ...accounts }
    variants { variant ...losses outputLostElsewhere { ...range } outputLostShareOfGrp { ...range } }
    bridge { step amount unit adds }
    byIndustry {
      industry { code name } workerYearsLost
      grossDirectOutputLost { ...range } directOutputLost { ...range } indirectOutputLost { ...range } outputLost { ...range }
    }
    timeline(granularity: $granularity) {
      period { from to label } departedWorkers workerYearsLost
      grossDirectOutputLost { ...range } directOutputLost { ...range } indirectOutputLost { ...range } outputLost { ...range }
    }
    sensitivity { parameter switch lowSetting highSetting outputLostAtLow outputLostAtHigh }
    observed { indicator { code name } year value trend unit }
    inputs {
      name value low high unit period { from to } source { title publisher url } distribution citation imputed note
    }
    notices { code message }
    provenance { synthetic sources { id } }
  }
}
fragment losses on VariantImpact {
  grossDirectOutputLost { ...range } directOutputLost { ...range } indirectOutputLost { ...range } outputLost { ...range }
}
fragment accounts on ImpactAccounts {
  output { ...range } wages { ...range } incomeTax { ...range } contributions { ...range } productionTaxes { ...range }
  surplus { ...range } fiscalLoss { ...range }
}
fragment range on Estimate { low central high mean p5 p25 p50 p75 p95 unit }`)

	// reportParameters has the variables of every report, and what the columns are to have, which a document selects.
	reportParameters = port.MustDocument(`query Report(` + reportVariables + `, $measures: [Measure!], $as: [Derivation!], $percent: [Float!]) { __typename }`)
)

const reportVariables = `$filter: ReportFilter, $groupBy: [Dimension!]! = [], $granularity: Granularity, $boundariesOn: Date, $orderBy: [ReportOrder!], $having: [MeasureCondition!], $currency: String, $top: TopInput`

// dimensionFields are what a report's rows are named by, for each dimension that it is grouped by.
var dimensionFields = []struct {
	by     labour.Dimension
	fields string
}{
	{labour.ByRegion, "region { code name }"}, {labour.ByDistrict, "district { code name }"}, {labour.ByIndustry,
		"industry { code name }"},
	{labour.ByNationality, "nationality { code name }"}, {labour.ByEmployer,
		"employer { id name }"}, {labour.ByOutcome, "outcome"},
}
