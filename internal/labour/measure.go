package labour

import "strings"

// Measure is a figure that a report computes for a group and a period.
type Measure string

const (
	PermitsIssued         Measure = "PERMITS_ISSUED"
	WorkersAuthorised     Measure = "WORKERS_AUTHORISED"
	WorkersPresent        Measure = "WORKERS_PRESENT"
	PeakWorkersPresent    Measure = "PEAK_WORKERS_PRESENT"
	AverageWorkersPresent Measure = "AVERAGE_WORKERS_PRESENT"
	WorkerDays            Measure = "WORKER_DAYS"
	AverageMonthlyWage    Measure = "AVERAGE_MONTHLY_WAGE"
	WorkersRepatriated    Measure = "WORKERS_REPATRIATED"
)

// Family is the kind of register row that a measure counts, which decides how it is computed and in which periods a
// group appears.
type Family int

const (
	IssueFlow     Family = iota + 1 // permits, by the day of issue
	Stock                           // workers present, day by day
	DepartureFlow                   // repatriations, by their day
)

// MeasureInfo describes a measure to people and to the program.
type MeasureInfo struct {
	Measure Measure
	Field   string // the field of ReportRow that carries it
	Family  Family
	Unit    string
	Format  FigureFormat
	// AddsUpOverTime says that values of periods that follow one another may be added, AddsUpOverGroups that those of groups
	// without common rows may.
	AddsUpOverTime, AddsUpOverGroups bool
	Method                           string // one sentence, ready to print
}

// FigureFormat is how the values of a measure are written.
type FigureFormat string

const (
	Integer FigureFormat = "INTEGER"
	Decimal FigureFormat = "DECIMAL"
	Money   FigureFormat = "MONEY"
)

// FigureFormats lists all of them.
var FigureFormats = []FigureFormat{Integer, Decimal, Money}

// Measures describes every measure, in the order of the contract.
var Measures = []MeasureInfo{
	{PermitsIssued, "permitsIssued", IssueFlow, "permits", Integer, true, true,
		"permitsIssued counts the permits issued in the period."},
	{WorkersAuthorised, "workersAuthorised", IssueFlow, "persons", Integer, true, true,
		"workersAuthorised sums the workers of the permits issued in the period."},
	{WorkersPresent, "workersPresent", Stock, "persons", Integer, false, true,
		"workersPresent sums, on the last day of the period, the workers of permits in force less those repatriated under them."},
	{PeakWorkersPresent, "peakWorkersPresent", Stock, "persons", Integer, false, false,
		"peakWorkersPresent is the highest daily sum of workers present in the period, of the group's own sums; peakOn is the first day it is reached."},
	{AverageWorkersPresent, "averageWorkersPresent", Stock, "persons", Decimal, false, true,
		"averageWorkersPresent is the sum of workers present over the days of the period, divided by their number."},
	{WorkerDays, "workerDays", Stock, "worker-days", Integer, true, true,
		"workerDays is the sum of workers present over the days of the period."},
	{AverageMonthlyWage, "averageMonthlyWage", IssueFlow, "currency units per month", Money, false, false,
		"averageMonthlyWage is the monthly wage of the permits issued in the period, weighted by workers; other currencies are converted by the year's average rate."},
	{WorkersRepatriated, "workersRepatriated", DepartureFlow, "persons", Integer, true, true,
		"workersRepatriated sums the workers of the repatriations dated in the period."},
}

// Info returns the description of the measure, and whether there is such a measure.
func (m Measure) Info() (MeasureInfo, bool) {
	for _, info := range Measures {
		if info.Measure == m {
			return info, true
		}
	}
	return MeasureInfo{}, false
}

// Dimension is what a report can be grouped by.
type Dimension string

const (
	ByRegion      Dimension = "REGION"
	ByDistrict    Dimension = "DISTRICT"
	ByIndustry    Dimension = "INDUSTRY"
	ByNationality Dimension = "NATIONALITY"
	ByEmployer    Dimension = "EMPLOYER"
	ByOutcome     Dimension = "OUTCOME"
	ByPeriod      Dimension = "PERIOD"
)

// DimensionInfo describes a dimension to clients.
type DimensionInfo struct {
	Dimension Dimension
	Field     string // the field of ReportRow that carries it
}

// Info returns the description of the dimension.
func (d Dimension) Info() DimensionInfo { return DimensionInfo{d, strings.ToLower(string(d))} }

// Dimensions lists all of them, in the order of the contract.
var Dimensions = []Dimension{ByRegion, ByDistrict, ByIndustry, ByNationality, ByEmployer, ByOutcome, ByPeriod}

// MethodVersion names the version of the definitions and of the economic model; it changes whenever the same release
// and the same question would give another figure.
const MethodVersion = "2.0"
