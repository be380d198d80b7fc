package build

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// newBuilders begins each rollup that is picked, to be made in one pass over rows, which come in the order of their cells.
// cells are the numbers that these have. The rows of what is returned are to be closed in any case.
func newBuilders(ctx context.Context, q *sql.Conn, cells map[uint64]int, pick func(Rollup) bool) (all []*builder, err error) {
	for _, r := range Rollups {
		if !pick(r) {
			continue
		}
		one, err := newBuilder(ctx, q, cells, r)
		if err != nil {
			return all, fmt.Errorf("build %s: %w", r.Name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// builder writes one rollup of permits. Its cells arrive one after another, each with all of its changes.
type builder struct {
	rollup  Rollup
	at      []int // where its dimensions stand among those of the finest
	rows    *sqlite.Batch
	cell    []string
	next    []string
	figures figures        // of the cell
	cells   map[uint64]int // their numbers
	entered uint64         // the cell without its employer
	// apart has the figures of each cell where the finest's order is not the rollup's, so that a cell comes up many times;
	// else nil.
	apart map[string]figures
}

// figures are what a rollup has of one cell: some rows, one for each part of time.
type figures interface {
	time() string    // the column that is indexed beside the region
	columns() string // all of them, with their types
	add(*permitChange)
	// flush hands out the values of each row, in the order of time, and begins anew.
	flush(put func(values ...any) error) error
}

// newFigures makes the figures of each kind of facts.
var newFigures = map[string]func() figures{
	StockFacts:        func() figures { return &stockFigures{} },
	PermitFacts:       func() figures { return &issueFigures{} },
	RepatriationFacts: func() figures { return &departureFigures{} },
	IssueDays:         func() figures { return &dayFigures{} },
	DepartureDays:     func() figures { return &dayFigures{} },
}

func newBuilder(ctx context.Context, q *sql.Conn, cells map[uint64]int, r Rollup) (*builder, error) {
	b := &builder{rollup: r, figures: newFigures[r.Facts](), cells: cells}
	fine := finest(r.Facts).by
	for i, d := range r.by {
		at := slices.Index(fine, d)
		if b.at = append(b.at, at); at != i && b.apart == nil {
			b.apart = map[string]figures{}
		}
	}
	columns := b.figures.columns()
	width := 1 + strings.Count(columns, ",")
	if r.isByEmployer() {
		return b, b.beginByEmployer(ctx, q, width)
	}
	dimensions := strings.Join(r.columns(), " TEXT, ") + " TEXT, "
	dimensions = strings.Replace(dimensions, "synthetic TEXT", "synthetic INTEGER", 1)
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s (%s%s)", r.Name, dimensions, columns))
	if err != nil {
		return nil, err
	}
	b.rows, err = sqlite.NewBatch(ctx, q, "INSERT INTO main."+r.Name, len(r.by)+width)
	return b, err
}

// beginByEmployer makes room for the rows in the order of cells: finishByEmployer puts them in that of employers, in which
// a report by employer has each of them at once, and one of a single employer finds it.
func (b *builder) beginByEmployer(ctx context.Context, q *sql.Conn, width int) error {
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE TEMP TABLE unsorted_%s (employer_id TEXT, cell INTEGER, %s)", b.rollup.table(),
		b.figures.columns()))
	if err != nil {
		return err
	}
	b.rows, err = sqlite.NewBatch(ctx, q, "INSERT INTO temp.unsorted_"+b.rollup.table(), 2+width)
	return err
}

func (b *builder) finishByEmployer(ctx context.Context, q sqlite.Querier) error {
	table, dimensions := b.rollup.table(), b.rollup.columns()
	var columns []string
	for _, d := range dimensions[:len(dimensions)-1] {
		columns = append(columns, "c."+d)
	}
	figures := ""
	for _, column := range strings.Split(b.figures.columns(), ", ") {
		name, _, _ := strings.Cut(column, " ")
		figures += ", f." + name
	}
	for _, statement := range []string{
		fmt.Sprintf(`CREATE TABLE main.%s (employer_id TEXT NOT NULL, cell INTEGER NOT NULL, %s, PRIMARY KEY (employer_id, cell, year)) STRICT, WITHOUT ROWID`,
			table, b.figures.columns()),
		fmt.Sprintf(`INSERT INTO main.%s SELECT * FROM temp.unsorted_%[1]s ORDER BY employer_id, cell, year`, table),
		fmt.Sprintf(`DROP TABLE temp.unsorted_%s`, table),
		// A cross join, since SQLite keeps the order of its tables: a pass over employers finds cells, and not the other way round.
		fmt.Sprintf(`CREATE VIEW main.%s AS SELECT %s, f.employer_id%s FROM %s AS f CROSS JOIN register_cells AS c WHERE c.id = f.cell`,
			b.rollup.Name, strings.Join(columns, ", "), figures, table),
	} {
		if _, err := sqlite.Run(ctx, q, statement); err != nil {
			return err
		}
	}
	return nil
}

// enter makes a cell the one that changes are added to, and writes the one before.
func (b *builder) enter(ctx context.Context, cell uint64, dimensions []string) error {
	b.next = b.next[:0]
	for _, at := range b.at {
		b.next = append(b.next, dimensions[at])
	}
	if slices.Equal(b.cell, b.next) {
		return nil
	}
	if b.apart != nil {
		key := strings.Join(b.next, sqlite.FieldEnd)
		if b.apart[key] == nil {
			b.apart[key] = newFigures[b.rollup.Facts]()
		}
		b.figures = b.apart[key]
	} else if err := b.write(ctx); err != nil {
		return fmt.Errorf("build %s: %w", b.rollup.Name, err)
	}
	b.cell, b.entered = append(b.cell[:0], b.next...), cell
	return nil
}

// add adds a change to the cell.
func (b *builder) add(c *permitChange) { b.figures.add(c) }

func (b *builder) write(ctx context.Context) error {
	row := make([]any, len(b.cell), len(b.cell)+6)
	for i, v := range b.cell {
		if v != "" {
			row[i] = v
		}
	}
	return b.figures.flush(func(values ...any) error {
		if b.rollup.isByEmployer() {
			row = append(row[:0], b.cell[len(b.cell)-1], b.cells[b.entered])
		}
		return b.rows.Put(ctx, append(row, values...)...)
	})
}

// finish writes the last cell, or those that were kept apart, and makes the index.
func (b *builder) finish(ctx context.Context, q sqlite.Querier) error {
	if b.apart == nil {
		b.apart = map[string]figures{strings.Join(b.cell, sqlite.FieldEnd): b.figures}
	}
	for _, cell := range slices.Sorted(maps.Keys(b.apart)) {
		b.cell, b.figures = strings.Split(cell, sqlite.FieldEnd), b.apart[cell]
		if err := b.write(ctx); err != nil {
			return err
		}
	}
	if err := b.rows.Flush(ctx); err != nil {
		return err
	}
	if b.rollup.isByEmployer() {
		return b.finishByEmployer(ctx, q)
	}
	return b.rollup.index(ctx, q, b.figures.time())
}
