package build

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/sqlite"
)

// direct takes the permits of a package straight into a draft that has none, so that each is written once and not twice.
// It goes on as long as the rows come in the order of their keys, as exports write them, and nothing is seen for which
// records would have to be gone through again. Else what was taken is put back, and staged like the rows of any table.
type direct struct {
	key    int // the place of the id
	last   []byte
	taken  int64
	places []placed
	wages  wageSpans
	// whether any row is synthetic, and any real
	marked, real bool
	mark         int
}

// placed says at which record and line the rows from one on stand, each after the one before.
type placed struct{ row, record, line int64 }

// mostPlaces bounds the memory for places: rows of which so many stand apart are staged.
const mostPlaces = 1 << 16

// newDirect returns nil where the rows of a table have to be staged.
func (d *Draft) newDirect(ctx context.Context, t sqlite.Table) (*direct, error) {
	if t.Name != "permits" || slices.Contains(d.delivered, t.Name) {
		return nil, nil
	}
	empty, err := d.isEmpty(ctx, t.Name)
	if err != nil || !empty {
		return nil, err
	}
	return &direct{key: t.Index("id"), mark: t.Index(syntheticColumn), wages: wageSpans{wage: t.Index("wage_monthly"),
		currency: t.Index("wage_currency"), of: map[string]*wageSpan{}}}, d.deferIndexes(ctx, t.Name)
}

func (d *Draft) isEmpty(ctx context.Context, table string) (bool, error) {
	empty, err := sqlite.Single[bool](ctx, d.conn, `SELECT NOT EXISTS (SELECT 1 FROM main.`+sqlite.Quote(table)+`)`)
	if err != nil {
		return false, fmt.Errorf("look into %s: %w", table, err)
	}
	return empty, nil
}

// see tells whether a row can be taken straight in.
func (w *direct) see(row []any, record, line int64) bool {
	id, _ := row[w.key].(string)
	if w.taken > 0 && id <= string(w.last) || !w.wages.see(row) {
		return false
	}
	w.last = append(w.last[:0], id...)
	w.taken++
	marked := row[w.mark] == true || row[w.mark] == int64(1)
	w.marked, w.real = w.marked || marked, w.real || !marked
	if n := len(w.places); n > 0 {
		if p := w.places[n-1]; record-p.record == w.taken-p.row && line-p.line == w.taken-p.row {
			return true
		}
	}
	w.places = append(w.places, placed{w.taken, record, line})
	return len(w.places) <= mostPlaces
}

// wageSpans are the lowest and the highest wage in each currency.
type wageSpans struct {
	wage, currency int // places
	of             map[string]*wageSpan
}

type wageSpan struct{ low, high float64 }

// see takes in a wage, and reports whether none in its currency is more than ten times another: then none is odd beside
// their median. See oddities.
func (s *wageSpans) see(row []any) bool {
	wage, known := row[s.wage].(float64)
	if !known || wage <= 0 {
		return true
	}
	currency, _ := row[s.currency].(string)
	span := s.of[currency]
	if span == nil {
		s.of[strings.Clone(currency)] = &wageSpan{wage, wage}
		return true
	}
	span.low, span.high = min(span.low, wage), max(span.high, wage)
	return span.high <= 10*span.low
}

// isDone ends the taking in of rows that were taken straight in, where all are good and none is odd. Else it reports
// false.
func (s *Stage) isDone(ctx context.Context) (bool, error) {
	if s.counts.Rejected > 0 || s.pricing.needed {
		return false, nil
	}
	for i, r := range s.table.References {
		if s.direct.marked && s.draft.tables[r.Table].Index(syntheticColumn) >= 0 {
			mixed, err := sqlite.Single[bool](ctx, s.draft.conn,
				fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM main.%s WHERE NOT synthetic)`, sqlite.Quote(r.Table)))
			if err != nil || mixed {
				return false, err
			}
		}
		if found, err := s.allFound(ctx, r, s.named[i]); err != nil || !found {
			return false, err
		}
	}
	s.rows.Close()
	s.counts.Inserted = s.direct.taken
	s.draft.years, s.draft.madeUp = s.years.tally, !s.direct.real
	return true, s.commit(ctx)
}

// putBack stages the rows that were taken straight in, and all that come.
func (s *Stage) putBack(ctx context.Context) error {
	if err := s.rows.Flush(ctx); err != nil {
		return fmt.Errorf("stage %s: %w", s.table.Name, err)
	}
	s.rows.Close()
	places := s.direct.places
	s.direct = nil
	if err := s.prepareRows(ctx); err != nil {
		return err
	}
	if _, err := sqlite.Run(ctx, s.draft.conn, `CREATE TABLE stage.places (row INTEGER PRIMARY KEY, record INTEGER, line INTEGER)`); err != nil {
		return fmt.Errorf("stage %s: %w", s.table.Name, err)
	}
	insert, err := sqlite.NewBatch(ctx, s.draft.conn, `INSERT INTO stage.places`, 3)
	if err != nil {
		return fmt.Errorf("stage %s: %w", s.table.Name, err)
	}
	defer insert.Close()
	for _, p := range places {
		if err := insert.Put(ctx, p.row, p.record, p.line); err != nil {
			return fmt.Errorf("stage %s: %w", s.table.Name, err)
		}
	}
	if err := insert.Flush(ctx); err != nil {
		return fmt.Errorf("stage %s: %w", s.table.Name, err)
	}
	name, columns := sqlite.Quote(s.table.Name), strings.Join(s.table.Names("", sqlite.AnyColumn), ", ")
	for _, statement := range []string{
		fmt.Sprintf(`INSERT INTO stage.%s SELECT %[2]s, p.record + m.n - p.row, p.line + m.n - p.row
			FROM (SELECT *, ROW_NUMBER() OVER (ORDER BY id) AS n FROM main.%[1]s) m
			JOIN stage.places p ON p.row = (SELECT MAX(row) FROM stage.places WHERE row <= m.n)`, name, columns),
		`DELETE FROM main.` + name,
		`DROP TABLE stage.places`,
	} {
		if _, err := sqlite.Run(ctx, s.draft.conn, statement); err != nil {
			return fmt.Errorf("stage %s: %w", s.table.Name, err)
		}
	}
	return nil
}
