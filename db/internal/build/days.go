package build

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// DayFacts are the days of the register: for every row, those that decide whether a period counts it. They are kept
// in two tables. register_cells has a row for each combination of what filters narrow, but employers. register_days
// has the days of the rows of such a cell, packed two thousand bytes at a time, so that what stands behind a figure
// is counted without reading the register. register_spans sums the days of a cell's year up: how many rows there are, and
// between which days all of them lie. Where a period holds all of them or none, the days themselves are not read.
const DayFacts = "days"

// DaysTable has the days of the register, and SpansTable their sums. A release of before has no sums: see HasSpans.
const (
	DaysTable  = "register_days"
	SpansTable = "register_spans"
)

// HasSpans reports whether a file of a schema sums the days of its register up.
func HasSpans(schema sqlite.Schema) bool { return schema[SpansTable] != nil }

// HasOwners reports whether a file of a schema keeps whose the rows are among the days of the register: the number of the
// employer of each, which is its place in the order of ids and 0 for none. A repatriation has that of its permit too.
func HasOwners(schema sqlite.Schema) bool { return schema[DaysTable]["owners"] }

// UndatedFacts are the permits among the days whose day of issue is not known. They are counted where they are in force,
// and nowhere else.
const UndatedFacts = "undated_permits"

// ContractDays are the permits among the days whose contract has a day: that of issue, and in the place of those in force the
// day of the contract. A release of before, in which HasContractDays is false, has none.
const ContractDays = "contract_days"

// HasContractDays reports whether a file of a schema keeps the days of contracts.
func HasContractDays(schema sqlite.Schema) bool { return schema["employer_issues"] != nil }

// registerDays is a rollup by its name and what it covers; buildDays makes it.
var registerDays = Rollup{DaysTable, DayFacts, cellDimensions}

// cellDimensions are the parts of a cell's text, in their order.
var cellDimensions = []labour.Dimension{labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByOutcome, BySource, BySynthetic}

// cellOf returns the expression of a cell: the text of region, nationality, industry, outcome, source and mark.
func cellOf(row, industry, outcome string) string {
	return sqlite.Joined([]string{row + ".region_code", row + ".nationality", industry, outcome, row + ".source_id",
		row + ".synthetic"}, sqlite.FieldEnd)
}

// baseOutcome is what a repatriation counts as: see repatriation_facts.
const baseOutcome = "COALESCE((SELECT o.base_outcome FROM outcomes o WHERE o.code = r.outcome), r.outcome)"

// daysOfRepatriations reads repatriations in the order of keys, so that the same content comes out the same: a row's own
// cell, and the cell of its permit, empty where none was in force; its days: the date, then the first and last in force or
// none; the workers of the permit, and how many had been repatriated under it before this row, and with it; the wage, its
// currency, the permit's region and the year of its rate; its employer, and that of the permit.
var daysOfRepatriations = `
SELECT ` + cellOf("r", "COALESCE("+industryOfPermit+", (SELECT industry FROM employers WHERE id = r.employer_id))", baseOutcome) + `,
       CASE WHEN ` + isInForce + ` THEN ` + cellOf("p", industryOfPermit, "''") + ` ELSE '' END,
       r.date || CASE WHEN ` + isInForce + ` THEN p.valid_from || p.ends_on ELSE '' END,
       COALESCE(pm.workers, p.workers, 0), g.gone - g.workers, g.gone, COALESCE(pm.wage_monthly, p.wage_monthly),
       p.wage_currency, p.region_code, substr(COALESCE(NULLIF(p.issued_on, ''), p.valid_from), 1, 4),
       COALESCE(r.employer_id, ''), COALESCE(p.employer_id, '')
FROM (SELECT r.id, COALESCE(m.workers, r.workers) AS workers,
             SUM(COALESCE(m.workers, r.workers)) OVER (PARTITION BY permit_id ORDER BY date, r.id) AS gone
      FROM repatriations r LEFT JOIN repatriation_masks m ON m.id = r.id) g
JOIN repatriations r ON r.id = g.id
LEFT JOIN permits p ON p.id = r.permit_id
LEFT JOIN permit_masks pm ON pm.id = p.id
ORDER BY r.id`

// Repatriations are joined with permits and their masks: permit_facts would be made whole first, with an index of its own.
const (
	isInForce        = "(p.valid_from <> '' AND p.valid_from <= p.ends_on)"
	industryOfPermit = "COALESCE(p.industry, (SELECT e.industry FROM employers e WHERE e.id = p.employer_id))"
)

// block is where the days of some rows are gathered until they are written.
type block struct {
	facts      string
	cell, held int // cells by number; 0 for none
	year       int // the first in which the rows are counted
}

func (b block) compare(other block) int {
	return cmp.Or(cmp.Compare(b.facts, other.facts), cmp.Compare(b.cell, other.cell), cmp.Compare(b.held, other.held),
		cmp.Compare(b.year, other.year))
}

// gatheredDays are the days of a block, and what the days of all blocks like it add up to.
type gatheredDays struct {
	packed []byte
	owners []byte // of the rows
	last   labour.Date
	until  int // the last year in which a row of the block is counted
	sum    packed.DaysSum
	ends   int // the last year in which any row is counted
}

// maxBlock is the size in bytes at which a block is written.
const maxBlock = 2000

// daysColumns are the columns of the days.
const daysColumns = `(facts TEXT NOT NULL, cell INTEGER NOT NULL, held INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL, days BLOB NOT NULL, owners BLOB NOT NULL)`

// prepareDays makes the tables of the register's days, without a row. The rows of permits are added while they are hashed: see register.
func prepareDays(ctx context.Context, q *sql.Conn, codes *codes, local *localWages) (*daysBuilder, error) {
	for _, statement := range []string{
		`CREATE TABLE main.register_cells (id INTEGER PRIMARY KEY, region_code TEXT, nationality TEXT, industry TEXT, outcome TEXT, source_id TEXT, synthetic INTEGER)`,
		`CREATE TABLE main.register_days_gathered ` + daysColumns,
		`CREATE TABLE main.register_days ` + daysColumns,
		`CREATE TABLE main.register_spans (
  facts TEXT NOT NULL, cell INTEGER NOT NULL, held INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL,
  n_rows INTEGER NOT NULL, n_held INTEGER NOT NULL, workers INTEGER NOT NULL, -- days are counted from 1970-01-01
  first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, first_from INTEGER NOT NULL, last_from INTEGER NOT NULL,
  first_to INTEGER NOT NULL, last_to INTEGER NOT NULL,
  days_before INTEGER NOT NULL, days_after INTEGER NOT NULL, days_held INTEGER NOT NULL)`,
	} {
		if _, err := sqlite.Run(ctx, q, statement); err != nil {
			return nil, fmt.Errorf("prepare the days of the register: %w", err)
		}
	}
	rows, err := sqlite.NewBatch(ctx, q, `INSERT INTO main.register_days_gathered`, 7)
	if err != nil {
		return nil, fmt.Errorf("prepare the days of the register: %w", err)
	}
	return &daysBuilder{rows, codes, local, map[string]int{}, map[block]*gatheredDays{}}, nil
}

type daysBuilder struct {
	rows   *sqlite.Batch
	codes  *codes
	local  *localWages
	cells  map[string]int
	blocks map[block]*gatheredDays
}

// addRepatriations gathers the days of repatriations.
func (b *daysBuilder) addRepatriations(ctx context.Context, q sqlite.Querier) error {
	return sqlite.EachValues(ctx, q, 12, func(values []any) error {
		c, err := parseDays(values[2].(string))
		if err != nil {
			return err
		}
		at := block{facts: RepatriationFacts, cell: b.number(values[0].(string)), held: b.number(values[1].(string))}
		if workers := int(values[3].(int64)); c.Held.Days() > 0 && c.Day <= c.Held.To {
			c.Workers = min(workers, int(values[4].(int64))) - min(workers, int(values[5].(int64)))
		}
		if paid, known := values[6].(float64); known && c.Workers != 0 {
			currency, _ := values[7].(string)
			region, _ := values[8].(string)
			year, _ := values[9].(string)
			if wage, known := b.local.of(paid, currency, region, year); known {
				c.Wage = packed.PackWage(wage)
			}
		}
		owner, err := b.codes.employer([]byte(values[10].(string)))
		if err != nil {
			return err
		}
		behind, err := b.codes.employer([]byte(values[11].(string)))
		if err != nil {
			return err
		}
		return b.add(ctx, at, c, int(owner.place), int(behind.place))
	}, daysOfRepatriations)
}

// parseDays reads a day, or three of them, written one after another.
func parseDays(text string) (c packed.RowDays, err error) {
	const size = len("2017-12-22")
	c.Held = packed.NoDays
	into := []*labour.Date{&c.Day, &c.Held.From, &c.Held.To}
	if len(text) != size && len(text) != size*len(into) {
		return c, fmt.Errorf("expected one or three days, found %q", text)
	}
	for i, day := range into[:len(text)/size] {
		if *day, err = labour.ParseDate(text[i*size : (i+1)*size]); err != nil {
			return c, err
		}
	}
	return c, nil
}

// numberOf returns the number of the cell of some rows by their dimensions, in the order of the finest rollup of their
// facts.
func (b *daysBuilder) numberOf(facts string, dimensions []string) int {
	of := finest(facts).by
	parts := make([]string, 0, len(registerDays.by))
	for _, d := range cellDimensions {
		part := ""
		if at := slices.Index(of, d); at >= 0 {
			part = dimensions[at]
		}
		parts = append(parts, part)
	}
	return b.number(strings.Join(parts, sqlite.FieldEnd))
}

// number returns the number of a cell, and a new one to a new cell.
func (b *daysBuilder) number(cell string) int {
	if cell == "" {
		return 0
	}
	number, known := b.cells[cell]
	if !known {
		number = len(b.cells) + 1
		b.cells[cell] = number
	}
	return number
}

func (b *daysBuilder) add(ctx context.Context, at block, c packed.RowDays, owners ...int) error {
	year, until := c.Years()
	at.year = year
	g := b.blocks[at]
	if g == nil {
		g = &gatheredDays{sum: packed.NoRows}
		b.blocks[at] = g
	}
	if len(g.packed) == 0 {
		g.last = labour.YearPeriod(year).From
	}
	g.packed, g.last, g.until = packed.PackDays(g.packed, g.last, c), c.Day, max(g.until, until)
	g.owners = packed.PackNumbers(g.owners, owners...)
	g.sum.Add(c)
	g.ends = max(g.ends, until)
	if len(g.packed) < maxBlock {
		return nil
	}
	return b.write(ctx, at, g)
}

func (b *daysBuilder) write(ctx context.Context, at block, g *gatheredDays) error {
	err := b.rows.Put(ctx, at.facts, at.cell, at.held, at.year, g.until, slices.Clone(g.packed), slices.Clone(g.owners))
	g.packed, g.owners, g.until = g.packed[:0], g.owners[:0], 0
	return err
}

// finish writes the blocks that are left, and the cells.
func (b *daysBuilder) finish(ctx context.Context, q *sql.Conn) error {
	sums, err := sqlite.NewBatch(ctx, q, `INSERT INTO main.register_spans`, 17)
	if err != nil {
		return fmt.Errorf("sum the days of the register up: %w", err)
	}
	defer sums.Close()
	for _, at := range slices.SortedFunc(maps.Keys(b.blocks), block.compare) {
		g := b.blocks[at]
		if len(g.packed) > 0 {
			if err := b.write(ctx, at, g); err != nil {
				return fmt.Errorf("keep the days of %s: %w", at.facts, err)
			}
		}
		s := g.sum
		err := sums.Put(ctx, at.facts, at.cell, at.held, at.year, g.ends, s.Rows, s.Held, s.Workers,
			int(s.Day.From), int(s.Day.To), int(s.From.From), int(s.From.To), int(s.To.From), int(s.To.To),
			s.Before, s.After, s.Longest)
		if err != nil {
			return fmt.Errorf("sum the days of %s up: %w", at.facts, err)
		}
	}
	if err := errors.Join(b.rows.Flush(ctx), sums.Flush(ctx)); err != nil {
		return fmt.Errorf("keep the days of the register: %w", err)
	}
	// A question reads the days of few years: side by side they take as few pages as there can be.
	for _, statement := range []string{
		`INSERT INTO main.register_days SELECT * FROM register_days_gathered ORDER BY facts, year, cell, held, rowid`,
		`DROP TABLE main.register_days_gathered`,
		`CREATE INDEX main.register_days_by_year ON register_days (facts, year, cell)`,
	} {
		if _, err := sqlite.Run(ctx, q, statement); err != nil {
			return fmt.Errorf("sort the days of the register: %w", err)
		}
	}
	byNumber := func(one, other string) int { return cmp.Compare(b.cells[one], b.cells[other]) }
	for i, cell := range slices.SortedFunc(maps.Keys(b.cells), byNumber) {
		parts := strings.Split(cell, sqlite.FieldEnd)
		if len(parts) != len(registerDays.by) {
			return fmt.Errorf("keep the cells of the register: expected %d codes, found %q", len(registerDays.by),
				parts)
		}
		_, err := sqlite.Run(ctx, q,
			`INSERT INTO main.register_cells VALUES (?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?)`,
			i+1, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
		if err != nil {
			return fmt.Errorf("keep the cells of the register: %w", err)
		}
	}
	return nil
}
