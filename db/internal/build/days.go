package build

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

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
func prepareDays(ctx context.Context, q *sql.Conn, codes *codes) (*daysBuilder, error) {
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
	return &daysBuilder{rows, codes, map[uint64]int{}, map[block]*gatheredDays{}}, nil
}

type daysBuilder struct {
	rows   *sqlite.Batch
	codes  *codes
	cells  map[uint64]int // their numbers
	blocks map[block]*gatheredDays
}

// number returns the number of a cell, and a new one to a new cell.
func (b *daysBuilder) number(cell uint64) int {
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
	byNumber := func(one, other uint64) int { return cmp.Compare(b.cells[one], b.cells[other]) }
	for i, cell := range slices.SortedFunc(maps.Keys(b.cells), byNumber) {
		t := b.codes.texts(cell)
		_, err := sqlite.Run(ctx, q,
			`INSERT INTO main.register_cells VALUES (?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?)`,
			i+1, t[0], t[2], t[3], b.codes.outcomes.in(cell), t[4], t[1])
		if err != nil {
			return fmt.Errorf("keep the cells of the register: %w", err)
		}
	}
	return nil
}
