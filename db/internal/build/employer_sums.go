package build

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// EmployerSums are what an employer's rows of a region add up to in each year: a row for each, so that a report by employer
// reads as many rows as it has groups. The first and the last day of the data cut their years, since they cut most reports.
// What a report cuts of a year beside is in the days of its employers.
const EmployerSums = "employer_sums"

var employerSums = Rollup{EmployerSums, EmployerSums, []labour.Dimension{labour.ByEmployer, labour.ByRegion, BySynthetic}}

// sumsBuilder makes them. The rows of an employer come in cells of many orders: what each cell adds up to is written aside
// in few bytes, and put together in the order of employers.
type sumsBuilder struct {
	rows   *sqlite.Batch // of cells
	splits []labour.Date // first days of a stretch beside those of years
	around labour.Period // the stretch that was found last
	cell   [3]string     // employer, region and mark
	flows  dayFigures    // by the first day of a stretch
	left   packed.ByDay[int]
	stock  stockFigures
	sums   packed.ByDay[packed.Sum] // by the first day of a stretch
	bytes  []byte
}

// newSumsBuilder begins with the first and the last day of the data.
func newSumsBuilder(ctx context.Context, q *sql.Conn, from, through *string) (*sumsBuilder, error) {
	b := &sumsBuilder{around: packed.NoDays}
	for i, text := range []*string{from, through} {
		if text == nil {
			continue
		}
		day, err := labour.ParseDate(*text)
		if err != nil {
			return nil, fmt.Errorf("sum up employers: %w", err)
		}
		b.splits = append(b.splits, day.AddDays(i))
	}
	for _, statement := range []string{
		`CREATE TEMP TABLE cell_sums (employer_id TEXT, region_code TEXT, synthetic INTEGER, sums BLOB, changes BLOB)`,
		`CREATE TABLE main.employer_sums (employer_id TEXT NOT NULL, region_code TEXT NOT NULL, synthetic INTEGER NOT NULL, sums BLOB NOT NULL, PRIMARY KEY (employer_id, region_code, synthetic)) STRICT, WITHOUT ROWID`,
	} {
		if _, err := sqlite.Run(ctx, q, statement); err != nil {
			return nil, fmt.Errorf("sum up employers: %w", err)
		}
	}
	var err error
	if b.rows, err = sqlite.NewBatch(ctx, q, `INSERT INTO temp.cell_sums`, 5); err != nil {
		return nil, fmt.Errorf("sum up employers: %w", err)
	}
	return b, nil
}

func (b *sumsBuilder) close() {
	if b != nil {
		b.rows.Close()
	}
}

// stretch returns the stretch that a day lies in.
func (b *sumsBuilder) stretch(day labour.Date) labour.Period {
	if b.around.Contains(day) {
		return b.around
	}
	b.around = labour.YearPeriod(day.Year())
	for _, split := range b.splits {
		if split <= day {
			b.around.From = max(b.around.From, split)
		} else {
			b.around.To = min(b.around.To, split-1)
		}
	}
	return b.around
}

// enter makes a cell the one that changes are added to: its region and mark come first, and its employer last.
func (b *sumsBuilder) enter(ctx context.Context, _ uint64, dimensions []string) error {
	cell := [3]string{dimensions[len(dimensions)-1], dimensions[0], dimensions[1]}
	if cell == b.cell {
		return nil
	}
	err := b.write(ctx)
	b.cell = cell
	return err
}

// permitSums take permits, and what is left of one after a repatriation.
type permitSums struct{ *sumsBuilder }

func (b permitSums) add(c *permitChange) {
	if c.dated {
		issued := *c
		issued.day = b.stretch(c.day).From
		b.flows.add(&issued)
	}
	b.stock.add(c)
}

// departureSums take repatriations.
type departureSums struct{ *sumsBuilder }

func (b departureSums) add(c *permitChange) {
	*b.left.At(b.stretch(c.day).From) += c.brings.Workers
}

// write keeps what a cell adds up to.
func (b *sumsBuilder) write(ctx context.Context) error {
	var changes []byte
	var last labour.Date
	for day, c := range b.stock.All() {
		changes = packed.PackChange(changes, last, day, *c)
		last = day
	}
	b.stock.Clear()
	sums := b.pack()
	if len(sums) == 0 && len(changes) == 0 {
		return nil
	}
	return b.rows.Put(ctx, b.cell[0], b.cell[1], b.cell[2], slices.Clone(sums), changes)
}

// pack packs what was added since, and begins anew. It is good until the next time.
func (b *sumsBuilder) pack() []byte {
	for from, sum := range b.flows.All() {
		s := b.sums.At(from)
		s.Issued, s.Day = true, *b.flows.pack(sum)
		s.Money = slices.Clone(s.Money)
	}
	for from, workers := range b.left.All() {
		s := b.sums.At(from)
		s.Left, s.Departed = true, *workers
	}
	type change struct {
		day labour.Date
		packed.Change
	}
	var changes []change
	for day, c := range b.stock.All() {
		changes = append(changes, change{day, *c})
		b.sums.At(b.stretch(day).From)
	}
	b.bytes = b.bytes[:0]
	var last labour.Date
	var level packed.Level
	for from, s := range b.sums.All() {
		s.Days = b.stretch(from)
		level = packed.Follow(level.Last, s.Days, func(yield func(labour.Date, packed.Change) bool) {
			for ; len(changes) > 0 && changes[0].day <= s.Days.To; changes = changes[1:] {
				yield(changes[0].day, changes[0].Change)
			}
		})
		s.Level = level
		b.bytes = packed.PackSum(b.bytes, last, s)
		last = s.Days.To
	}
	b.flows.Clear()
	b.left.Clear()
	b.stock.Clear()
	b.sums.Clear()
	return b.bytes
}

// unpack adds what a cell adds up to.
func (b *sumsBuilder) unpack(sums, changes []byte) error {
	err := packed.UnpackSums(sums, func(s *packed.Sum) error {
		if s.Issued {
			sum := b.flows.At(s.Days.From)
			sum.permits += s.Permits
			sum.workers += s.Workers
			for _, m := range s.Money {
				p := sum.in(m.Currency)
				p.permits += m.Permits
				p.workers += m.Workers
				p.wages.Add(m.Wages)
			}
		}
		if s.Left {
			*b.left.At(s.Days.From) += s.Departed
		}
		return nil
	})
	if err != nil {
		return err
	}
	return packed.UnpackChanges(changes, func(day labour.Date, c packed.Change) {
		sum := b.stock.At(day)
		sum.Workers, sum.Permits = sum.Workers+c.Workers, sum.Permits+c.Permits
	})
}

// finish puts the cells of each employer and region together.
func (b *sumsBuilder) finish(ctx context.Context, q *sql.Conn) error {
	if err := b.enter(ctx, 0, []string{"", "", ""}); err != nil {
		return fmt.Errorf("sum up employers: %w", err)
	}
	if err := b.rows.Flush(ctx); err != nil {
		return fmt.Errorf("sum up employers: %w", err)
	}
	into, err := sqlite.NewBatch(ctx, q, `INSERT INTO main.employer_sums`, 4)
	if err != nil {
		return fmt.Errorf("sum up employers: %w", err)
	}
	defer into.Close()
	put := func() error {
		if sums := b.pack(); len(sums) > 0 {
			return into.Put(ctx, b.cell[0], b.cell[1], b.cell[2], slices.Clone(sums))
		}
		return nil
	}
	var sums, changes sql.RawBytes
	err = sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var cell [3]string
		if err := rows.Scan(&cell[0], &cell[1], &cell[2], &sums, &changes); err != nil {
			return err
		}
		if cell != b.cell {
			if err := put(); err != nil {
				return err
			}
			b.cell = cell
		}
		return b.unpack(sums, changes)
	}, `SELECT employer_id, region_code, synthetic, sums, changes FROM temp.cell_sums ORDER BY employer_id, region_code, synthetic, rowid`)
	if err == nil {
		err = put()
	}
	if err == nil {
		err = into.Flush(ctx)
	}
	if err == nil {
		_, err = sqlite.Run(ctx, q, `DROP TABLE temp.cell_sums`)
	}
	if err != nil {
		return fmt.Errorf("sum up employers: %w", err)
	}
	return nil
}
