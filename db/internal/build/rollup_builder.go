package build

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// builders write the rollups that are made in one pass over rows, which come in the order of their cells.
type builders struct{ all []*builder }

// newBuilders begins each rollup that is picked. They are to be closed in any case.
func newBuilders(ctx context.Context, q sqlite.Querier, pick func(Rollup) bool) (*builders, error) {
	b := &builders{}
	for _, r := range Rollups {
		if !pick(r) {
			continue
		}
		one, err := newBuilder(ctx, q, r)
		if err != nil {
			return b, fmt.Errorf("build %s: %w", r.Name, err)
		}
		b.all = append(b.all, one)
	}
	return b, nil
}

func (b *builders) close() {
	for _, one := range b.all {
		one.rows.Close()
	}
}

// enter makes a cell, which has all dimensions of the finest rollup, the one that rows are added to.
func (b *builders) enter(ctx context.Context, dimensions []string) error {
	for _, one := range b.all {
		if err := one.enter(ctx, dimensions[:len(one.rollup.by)]); err != nil {
			return fmt.Errorf("build %s: %w", one.rollup.Name, err)
		}
	}
	return nil
}

// add adds a row to each rollup.
func (b *builders) add(c *permitChange) {
	for _, one := range b.all {
		one.figures.add(c)
	}
}

func (b *builders) finish(ctx context.Context, q sqlite.Querier) error {
	for _, one := range b.all {
		if err := one.finish(ctx, q); err != nil {
			return fmt.Errorf("build %s: %w", one.rollup.Name, err)
		}
	}
	return nil
}

// builder writes one rollup of permits. Its cells arrive one after another, each with all of its changes.
type builder struct {
	rollup  Rollup
	rows    *sqlite.Batch
	cell    []string
	figures figures // of the cell
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

func newBuilder(ctx context.Context, q sqlite.Querier, r Rollup) (*builder, error) {
	b := &builder{rollup: r, figures: newFigures[r.Facts]()}
	dimensions := strings.Join(r.columns(), " TEXT, ") + " TEXT, "
	dimensions = strings.Replace(dimensions, "synthetic TEXT", "synthetic INTEGER", 1)
	columns := b.figures.columns()
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE TABLE main.%s (%s%s)", r.Name, dimensions, columns))
	if err != nil {
		return nil, err
	}
	b.rows, err = sqlite.NewBatch(ctx, q, "INSERT INTO main."+r.Name, len(r.by)+1+strings.Count(columns, ","))
	return b, err
}

// enter makes a cell the one that changes are added to, and writes the one before.
func (b *builder) enter(ctx context.Context, cell []string) error {
	if slices.Equal(b.cell, cell) {
		return nil
	}
	if err := b.write(ctx); err != nil {
		return err
	}
	b.cell = append(b.cell[:0], cell...)
	return nil
}

func (b *builder) write(ctx context.Context) error {
	row := make([]any, len(b.cell), len(b.cell)+6)
	for i, v := range b.cell {
		if v != "" {
			row[i] = v
		}
	}
	return b.figures.flush(func(values ...any) error {
		return b.rows.Put(ctx, append(row, values...)...)
	})
}

// finish writes the last cell, and makes the index.
func (b *builder) finish(ctx context.Context, q sqlite.Querier) error {
	if err := b.write(ctx); err != nil {
		return err
	}
	if err := b.rows.Flush(ctx); err != nil {
		return err
	}
	_, err := sqlite.Run(ctx, q, fmt.Sprintf("CREATE INDEX main.%s_by_region ON %[1]s (region_code, %s)",
		b.rollup.Name, b.figures.time()))
	return err
}
