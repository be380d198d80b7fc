package build

import (
	"fmt"

	"homebound/internal/labour"
)

// The views that filters fit, in which real rows are masked; rollups of stockFacts alone hold the stock day by day.
const (
	PermitFacts       = "permit_facts"
	RepatriationFacts = "repatriation_facts"
	StockFacts        = "stock"
)

// The register's rows as they are, for those who may list single rows: under the name of a view, and without its masks.
const (
	PermitRows = `(SELECT p.id, p.region_code, p.nationality,
  COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) AS industry, p.employer_id,
  p.number, p.workers, p.issued_on, p.valid_from, p.valid_to, p.revoked_on, p.ends_on, p.wage_monthly,
  p.wage_currency, p.occupation, p.source_id, p.synthetic
  FROM permits p)`
	RepatriationRows = `(SELECT r.id, r.region_code, r.nationality,
  COALESCE((SELECT COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) FROM permits p WHERE p.id = r.permit_id),
    (SELECT e.industry FROM employers e WHERE e.id = r.employer_id)) AS industry,
  r.employer_id, r.permit_id, r.date, r.workers, r.outcome, r.sanction_symbol, r.source_id, r.synthetic
  FROM repatriations r)`
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
