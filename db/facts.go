package db

import (
	"fmt"

	"homebound/internal/labour"
)

// The views that filters fit; rollups of stockFacts alone hold the stock day by day.
const (
	permitFacts       = "permit_facts"
	repatriationFacts = "repatriation_facts"
	stockFacts        = "stock"
)

// dimensionColumn names the column of a dimension in a query over facts f joined with districts d.
func dimensionColumn(d labour.Dimension) string {
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
	case bySynthetic:
		return "f.synthetic"
	case bySource:
		return "f.source_id"
	}
	panic(fmt.Sprintf("db: dimension %s has no column", d))
}
