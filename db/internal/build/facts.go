package build

import (
	"fmt"
	"strings"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// The views that filters fit, in which real rows are masked; rollups of stockFacts alone hold the stock day by day.
const (
	PermitFacts       = "permit_facts"
	RepatriationFacts = "repatriation_facts"
	StockFacts        = "stock"
)

// The facts of rollups of flows by day.
const (
	IssueDays     = "issue_days"
	DepartureDays = "departure_days"
)

// PermitExtras and RepatriationExtras are columns that lists have and releases of earlier schemas lack.
var (
	PermitExtras = []string{"contract_on", "precision", "wage", "wage_unit", "hours_per_week", "industry_code",
		"industry_classification", "occupation_code", "occupation_classification"}
	RepatriationExtras = []string{"precision"}
)

// PermitRows are the permits of a file as they are, for those who may list single rows: under the name of a view, and
// without its masks.
func PermitRows(s sqlite.Schema) string {
	extras := s.Extras("permits", "p.", PermitExtras)
	if Sharded(s) {
		extras += ", p." + shardKey
	}
	return fmt.Sprintf(permitRows, extras)
}

// PermitRowsWithoutIndex are the same, of which no condition and no order finds an index.
func PermitRowsWithoutIndex(s sqlite.Schema) string {
	return withoutIndex.Replace(PermitRows(s))
}

// WithoutIndex writes a column of permits as what it is already, so that no index is found for it.
func WithoutIndex(column string) string {
	if strings.HasSuffix(column, ".workers") {
		return "(" + column + " + 0)"
	}
	return "(" + column + " || '')"
}

// withoutIndex writes the columns of permits that an index begins with so.
var withoutIndex = func() *strings.Replacer {
	var pairs []string
	for _, name := range []string{"region_code", "employer_id", "number", "workers", "issued_on", "valid_from", "valid_to"} {
		pairs = append(pairs, "p."+name+",", WithoutIndex("p."+name)+" AS "+name+",")
	}
	return strings.NewReplacer(pairs...)
}()

// RepatriationRows are the repatriations of a file, likewise. Their outcome is the base of the publisher's own.
func RepatriationRows(s sqlite.Schema) string {
	outcome, own := "r.outcome", "NULL"
	if s["outcomes"] != nil {
		outcome = "COALESCE((SELECT o.base_outcome FROM outcomes o WHERE o.code = r.outcome), r.outcome)"
		own = "(SELECT o.code FROM outcomes o WHERE o.code = r.outcome)"
	}
	key := ""
	if Sharded(s) {
		key = ", r." + shardKey
	}
	return fmt.Sprintf(repatriationRows, Colocated(s, "p", "r"), outcome, own,
		s.Extras("repatriations", "r.", RepatriationExtras)+key)
}

// shardKey is the column that a copy in Citus has beside those of the file: what permits and repatriations are distributed by.
const shardKey = "shard_key"

// Sharded reports whether permits and repatriations are distributed over several servers.
func Sharded(s sqlite.Schema) bool { return s["repatriations"][shardKey] }

// Colocated is the condition that goes with a join of a permit and a repatriation, by their aliases: where they are
// distributed, it says that both are on the same server. Else it is empty.
func Colocated(s sqlite.Schema, permit, repatriation string) string {
	if !Sharded(s) {
		return ""
	}
	return fmt.Sprintf(" AND %s.%s = %s.%s", permit, shardKey, repatriation, shardKey)
}

const (
	permitRows = `(SELECT p.id, p.region_code, p.nationality,
  COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) AS industry, p.employer_id,
  p.number, p.workers, p.issued_on, p.valid_from, p.valid_to, p.revoked_on,
  CASE WHEN p.valid_from = '' THEN '' ELSE p.ends_on END AS ends_on, p.wage_monthly,
  p.wage_currency, p.occupation, p.source_id, p.synthetic%s
  FROM permits p)`
	repatriationRows = `(SELECT r.id, r.region_code, r.nationality,
  COALESCE((SELECT COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id)) FROM permits p WHERE p.id = r.permit_id%s),
    (SELECT e.industry FROM employers e WHERE e.id = r.employer_id)) AS industry,
  r.employer_id, r.permit_id, r.date, r.workers, %s AS outcome, %s AS own_outcome, r.sanction_symbol, r.source_id,
  r.synthetic%s
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
