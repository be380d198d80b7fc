package build

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/sync/errgroup"

	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// permitChange is what a permit, or a repatriation under one, brings to the rollups: of a permit the day of its
// issue, its first and its last day, what it brings, and its wage; of a repatriation under a permit that was in
// force, what it takes for the rest of the permit's days.
type permitChange struct {
	cell        uint64 // sorts as the codes of the cell do: see cells
	employer    uint32 // likewise; 0 for none
	day         labour.Date
	first, last labour.Date // in force; never where first is after last
	brings      packed.Change
	issued      int             // permits, as they are counted: masked where the permit is
	dated       bool            // whether anything is issued, on day
	priced      bool            // whether the wage is known
	unpriced    bool            // there is a wage, and no rate for it
	pays        bool            // there is a wage
	wage        float64         // in the currency of the release
	paid        float64         // in its own
	currency    packed.Currency // its own
}

// never is the first and the last day in force of what never is.
var never = labour.Period{From: 1, To: 0}

// inForce reports whether the change ever comes to anything.
func (c *permitChange) inForce() bool { return c.first <= c.last }

// ends returns the day on which the change is undone, or false: what runs to the end of the calendar never ends.
func (c *permitChange) ends() (labour.Date, bool) { return c.last + 1, c.last < packed.EndOfCalendar }

func (c *permitChange) compare(other *permitChange) int {
	return cmp.Or(cmp.Compare(c.cell, other.cell), cmp.Compare(c.employer, other.employer))
}

// rates are exchange rates by currency and year.
type rates map[[2]string]float64

func readRates(ctx context.Context, q sqlite.Querier) (rates, error) {
	known := rates{}
	err := sqlite.Each(ctx, q, func(rows *sql.Rows) error {
		var of [2]string
		var rate float64
		err := rows.Scan(&of[0], &of[1], &rate)
		known[of] = rate
		return err
	}, `SELECT currency, year, rate FROM exchange_rates`)
	if err != nil {
		return nil, fmt.Errorf("read the exchange rates: %w", err)
	}
	return known, nil
}

// buildFromPermits fills every rollup of the stock, and the finest of the permits issued, from the changes of the
// register in the order of their cells.
func (r *register) buildFromPermits(ctx context.Context, q *sql.Conn) error {
	err := r.follow(ctx, q, &r.changes, func(of Rollup) bool {
		return of.Facts == StockFacts || of.Facts == IssueDays || of.Name == finest(PermitFacts).Name
	}, r.codes.texts, permitSums{r.sums})
	if err != nil {
		return fmt.Errorf("sum up the permits: %w", err)
	}
	return nil
}

// taker sums changes up that come in the order of their cells. enter begins a cell, with all dimensions of the finest rollup.
type taker interface {
	enter(ctx context.Context, cell uint64, dimensions []string) error
	add(c *permitChange)
}

// follow fills the rollups that are picked, and the sums of employers, from changes in the order of their cells.
// dimensions are those of a cell, without the employer.
func (r *register) follow(ctx context.Context, q *sql.Conn, changes *changeSorter, pick func(Rollup) bool,
	dimensions func(cell uint64) []string, sums taker) error {
	builders, err := newBuilders(ctx, q, r.days.cells, pick)
	defer func() {
		for _, b := range builders {
			b.rows.Close()
		}
	}()
	if err != nil {
		return err
	}
	named := func(c *permitChange) []string { return append(dimensions(c.cell), r.codes.employerIDs[c.employer]) }
	halves := [2]half{1: {takers: []taker{sums}}}
	for i, b := range builders {
		halves[i%2].takers = append(halves[i%2].takers, b)
	}
	chunk := make([]permitChange, 0, halfRows)
	hand := func() error {
		both, running := errgroup.WithContext(ctx)
		for i := range halves {
			both.Go(func() error { return halves[i].take(running, chunk, named) })
		}
		err := both.Wait()
		chunk = chunk[:0]
		return err
	}
	err = changes.each(func(c *permitChange) error {
		if chunk = append(chunk, *c); len(chunk) < halfRows {
			return nil
		}
		return hand()
	})
	if err == nil {
		err = hand()
	}
	if err != nil {
		return err
	}
	for _, b := range builders {
		if err := b.finish(ctx, q); err != nil {
			return fmt.Errorf("build %s: %w", b.rollup.Name, err)
		}
	}
	return nil
}

// half is some of those who take changes, for one processor.
type half struct {
	takers []taker
	last   permitChange
	begun  bool
}

// halfRows is how many changes each half takes before it waits for the other.
const halfRows = 1 << 12

// take hands changes to each; named returns the dimensions of one.
func (h *half) take(ctx context.Context, changes []permitChange, named func(*permitChange) []string) error {
	for i := range changes {
		c := &changes[i]
		if !h.begun || h.last.compare(c) != 0 {
			h.last, h.begun = *c, true
			dimensions := named(c)
			for _, one := range h.takers {
				if err := one.enter(ctx, c.cell, dimensions); err != nil {
					return err
				}
			}
		}
		for _, one := range h.takers {
			one.add(c)
		}
	}
	return nil
}
