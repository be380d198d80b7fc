package build

import (
	"fmt"

	"homebound/internal/labour"
)

// The views that filters fit; rollups of stockFacts alone hold the stock day by day.
const (
	PermitFacts       = "permit_facts"
	RepatriationFacts = "repatriation_facts"
	StockFacts        = "stock"
)

// DimensionColumn names the column of a dimension in a query over facts f joined with districts d.
func DimensionColumn(d labour.Dimension) string {
	switch d {
	case labour.ByRegion:
		return "f.region_code"
	case labour.ByDistrict:
		return "d.column2"
	case labour.ByIndustry:
		return "f.industry"
	case labour.ByNationality:
		return "f.nationality"
	case labour.ByEmployer:
		return "f.employer_id"
	case labour.ByOutcome:
		return "f.outcome"
	case BySynthetic:
		return "f.synthetic"
	case BySource:
		return "f.source_id"
	}
	panic(fmt.Sprintf("db: dimension %s has no column", d))
}
