package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// dayFacts are the days of the register: for every row, those that decide whether a period counts it. They are kept in two
// tables. register_cells has a row for each combination of what filters narrow, but employers. register_days has the days of the
// rows of such a cell, packed a thousand bytes at a time, so that what stands behind a figure is counted without reading the register.
const dayFacts = "days"

// registerDays is a rollup by its name and what it covers; buildDays makes it.
var registerDays = rollup{"register_days", dayFacts, []labour.Dimension{
	labour.ByRegion, labour.ByNationality, labour.ByIndustry, labour.ByOutcome, bySource, bySynthetic}}

// rowDays is a register row's days. A permit is counted where it is issued and where it is in force; a repatriation on its
// date, and where the permit that it took workers from is in force.
type rowDays struct {
	day  labour.Date   // of issue, or of the repatriation
	held labour.Period // in force; without days where the permit never is, or there is none
}

// years gives the first and the last year in which the row is counted.
func (c rowDays) years() (first, last int) {
	first, last = c.day.Year(), c.day.Year()
	if c.held.Days() > 0 {
		first, last = min(first, c.held.From.Year()), max(last, c.held.To.Year())
	}
	return first, last
}

// packDays adds a row's days to those before, whose last day of issue or date is given: the days since then, those until the
// row is in force, and for how many it is, as numbers of variable length.
func packDays(packed []byte, last labour.Date, c rowDays) []byte {
	packed = binary.AppendVarint(packed, int64(c.day.Sub(last)))
	if c.held.Days() == 0 {
		return binary.AppendUvarint(binary.AppendVarint(packed, 0), 0)
	}
	packed = binary.AppendVarint(packed, int64(c.held.From.Sub(c.day)))
	return binary.AppendUvarint(packed, uint64(c.held.Days()))
}

// unpackDays hands out each row's days of those packed, which start from the first day of a year.
func unpackDays(year int, packed []byte, visit func(rowDays)) error {
	day := labour.YearPeriod(year).From
	for len(packed) > 0 {
		since, a := binary.Varint(packed)
		if a <= 0 {
			return errPacked
		}
		until, b := binary.Varint(packed[a:])
		if b <= 0 {
			return errPacked
		}
		days, c := binary.Uvarint(packed[a+b:])
		if c <= 0 {
			return errPacked
		}
		packed = packed[a+b+c:]
		day = day.AddDays(int(since))
		from := day.AddDays(int(until))
		visit(rowDays{day, labour.Period{From: from, To: from.AddDays(int(days) - 1)}})
	}
	return nil
}

// What buildDays reads, in the order of keys, so that the same content comes out the same: a row's own cell, the cell of the
// permit whose days in force count (” without one), and its days: of issue or date, and first and last in force or none.
// A cell is region, nationality, industry, outcome, source and mark, split by U+001F.
var daysOf = map[string]string{
	permitFacts: `
SELECT p.region_code || char(31) || p.nationality || char(31) || COALESCE(p.industry, (SELECT industry FROM employers WHERE id = p.employer_id), '') ||
         char(31, 31) || p.source_id || char(31) || p.synthetic,
       '', p.issued_on || CASE WHEN p.valid_from <= p.ends_on THEN p.valid_from || p.ends_on ELSE '' END
FROM permits p
ORDER BY p.id`,
	repatriationFacts: `
SELECT r.region_code || char(31) || r.nationality || char(31) || COALESCE(p.industry, (SELECT industry FROM employers WHERE id = p.employer_id),
         (SELECT industry FROM employers WHERE id = r.employer_id), '') || char(31) || r.outcome || char(31) || r.source_id || char(31) || r.synthetic,
       CASE WHEN p.valid_from <= p.ends_on THEN p.region_code || char(31) || p.nationality || char(31) ||
         COALESCE(p.industry, (SELECT industry FROM employers WHERE id = p.employer_id), '') || char(31, 31) || p.source_id || char(31) || p.synthetic ELSE '' END,
       r.date || CASE WHEN p.valid_from <= p.ends_on THEN p.valid_from || p.ends_on ELSE '' END
FROM repatriations r
LEFT JOIN permits p ON p.id = r.permit_id
ORDER BY r.id`,
}

// block is where the days of some rows are gathered until they are written.
type block struct {
	facts      string
	cell, held int // cells by number; 0 for none
	year       int // the first in which the rows are counted
}

func (b block) compare(other block) int {
	return cmp.Or(cmp.Compare(b.facts, other.facts), cmp.Compare(b.cell, other.cell), cmp.Compare(b.held, other.held), cmp.Compare(b.year, other.year))
}

// gatheredDays are the days of a block.
type gatheredDays struct {
	packed []byte
	last   labour.Date
	until  int // the last year in which a row is counted
}

// maxBlock is the size in bytes at which a block is written.
const maxBlock = 1000

// buildDays makes the tables of the register's days in one pass over its rows.
func buildDays(ctx context.Context, q querier) error {
	for _, statement := range []string{
		`DROP TABLE IF EXISTS main.register_cells`,
		`DROP TABLE IF EXISTS main.register_days`,
		`CREATE TABLE main.register_cells (id INTEGER PRIMARY KEY, region_code TEXT, nationality TEXT, industry TEXT, outcome TEXT, source_id TEXT, synthetic INTEGER)`,
		`CREATE TABLE main.register_days (facts TEXT NOT NULL, cell INTEGER NOT NULL, held INTEGER NOT NULL, year INTEGER NOT NULL, until INTEGER NOT NULL, days BLOB NOT NULL)`,
	} {
		if _, err := run(ctx, q, statement); err != nil {
			return fmt.Errorf("prepare the days of the register: %w", err)
		}
	}
	b, err := newDaysBuilder(ctx, q)
	if err != nil {
		return fmt.Errorf("keep the days of the register: %w", err)
	}
	defer b.insert.Close()
	for _, kind := range []string{permitFacts, repatriationFacts} {
		if err := b.read(ctx, q, kind); err != nil {
			return fmt.Errorf("keep the days of %s: %w", kind, err)
		}
	}
	return b.finish(ctx, q)
}

type daysBuilder struct {
	insert *sql.Stmt
	cells  map[string]int
	blocks map[block]*gatheredDays
}

func newDaysBuilder(ctx context.Context, q querier) (*daysBuilder, error) {
	insert, err := q.PrepareContext(ctx, `INSERT INTO main.register_days VALUES (?, ?, ?, ?, ?, ?)`)
	return &daysBuilder{insert, map[string]int{}, map[block]*gatheredDays{}}, err
}

// read gathers the days of the rows of a kind.
func (b *daysBuilder) read(ctx context.Context, q querier, kind string) error {
	var own, held, days sql.RawBytes
	return each(ctx, q, func(rows *sql.Rows) error {
		if err := rows.Scan(&own, &held, &days); err != nil {
			return err
		}
		c, err := parseDays(days)
		if err != nil {
			return err
		}
		at := block{facts: kind, cell: b.number(own)}
		if at.held = at.cell; kind == repatriationFacts {
			at.held = b.number(held)
		}
		return b.add(ctx, at, c)
	}, daysOf[kind])
}

// parseDays reads a day, or three of them, written one after another.
func parseDays(text []byte) (c rowDays, err error) {
	const size = len("2017-12-22")
	c.held = noDays
	into := []*labour.Date{&c.day, &c.held.From, &c.held.To}
	if len(text) != size && len(text) != size*len(into) {
		return c, fmt.Errorf("expected one or three days, found %q", text)
	}
	for i, day := range into[:len(text)/size] {
		if *day, err = labour.ParseDate(string(text[i*size : (i+1)*size])); err != nil {
			return c, err
		}
	}
	return c, nil
}

// number gives the number of a cell, and a new one to a new cell.
func (b *daysBuilder) number(cell []byte) int {
	if len(cell) == 0 {
		return 0
	}
	number, known := b.cells[string(cell)]
	if !known {
		number = len(b.cells) + 1
		b.cells[string(cell)] = number
	}
	return number
}

func (b *daysBuilder) add(ctx context.Context, at block, c rowDays) error {
	year, until := c.years()
	at.year = year
	g := b.blocks[at]
	if g == nil {
		g = &gatheredDays{}
		b.blocks[at] = g
	}
	if len(g.packed) == 0 {
		g.last = labour.YearPeriod(year).From
	}
	g.packed, g.last, g.until = packDays(g.packed, g.last, c), c.day, max(g.until, until)
	if len(g.packed) < maxBlock {
		return nil
	}
	return b.write(ctx, at, g)
}

func (b *daysBuilder) write(ctx context.Context, at block, g *gatheredDays) error {
	_, err := b.insert.ExecContext(ctx, at.facts, at.cell, at.held, at.year, g.until, g.packed)
	g.packed, g.until = g.packed[:0], 0
	return translate(ctx, err)
}

// finish writes the blocks that are left, and the cells.
func (b *daysBuilder) finish(ctx context.Context, q querier) error {
	for _, at := range slices.SortedFunc(maps.Keys(b.blocks), block.compare) {
		if g := b.blocks[at]; len(g.packed) > 0 {
			if err := b.write(ctx, at, g); err != nil {
				return fmt.Errorf("keep the days of %s: %w", at.facts, err)
			}
		}
	}
	byNumber := func(one, other string) int { return cmp.Compare(b.cells[one], b.cells[other]) }
	for i, cell := range slices.SortedFunc(maps.Keys(b.cells), byNumber) {
		parts := strings.Split(cell, "\x1f")
		if len(parts) != len(registerDays.by) {
			return fmt.Errorf("keep the cells of the register: expected %d codes, found %q", len(registerDays.by), parts)
		}
		_, err := run(ctx, q, `INSERT INTO main.register_cells VALUES (?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?)`,
			i+1, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
		if err != nil {
			return fmt.Errorf("keep the cells of the register: %w", err)
		}
	}
	return nil
}
