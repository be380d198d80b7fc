package build

import (
	"context"
	"fmt"
	"maps"
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
		if err := one.enter(ctx, dimensions); err != nil {
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
	at      []int // where its dimensions stand among those of the finest
	rows    *sqlite.Batch
	cell    []string
	next    []string
	figures figures // of the cell
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

func newBuilder(ctx context.Context, q sqlite.Querier, r Rollup) (*builder, error) {
	b := &builder{rollup: r, figures: newFigures[r.Facts]()}
	fine := finest(r.Facts).by
	for i, d := range r.by {
		at := slices.Index(fine, d)
		if b.at = append(b.at, at); at != i && b.apart == nil {
			b.apart = map[string]figures{}
		}
	}
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
func (b *builder) enter(ctx context.Context, dimensions []string) error {
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
		return err
	}
	b.cell = append(b.cell[:0], b.next...)
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
	return b.rollup.index(ctx, q, b.figures.time())
}
