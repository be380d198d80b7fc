package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/sqlite"
)

// Position is where a row stands in an ordered list: the value it is sorted by, and its id, which decides between
// equals.
type Position struct {
	Value any // string, int64 or float64
	ID    string
}

// Span asks for a stretch of an ordered list. The rows after After and before Before are meant, where they are set; of
// these the first Limit, or the last where Backward. Rows come in the list's order either way.
type Span struct {
	After, Before *Position
	Offset        int // rows to skip, of a list that is held whole
	Limit         int
	Backward      bool
	NoRows        bool // whether neither rows are wanted nor whether any follow, so that none is looked for
	Count         bool // whether Page.Total is wanted: it costs a query
	Workers       bool // whether Page.Workers is wanted beside it: of rows that are counted one by one, these are read for it
	Mark          bool // whether Page.Synthetic is wanted: it costs a query where a release mixes registers
}

// Page is a stretch of a list.
type Page[T any] struct {
	Nodes     []T
	Positions []Position // of Nodes
	More      bool       // whether rows follow in the direction that was read
	Total     int        // rows of the whole list, where Span.Count asked for it
	Workers   int        // their workers, where Span.Workers did
	// Synthetic says whether any row of the whole list is made up, where Span.Mark asked for it. A list without rows is
	// marked where the register is made up.
	Synthetic bool
}

// Order is how a list is sorted.
type Order[F ~string] struct {
	Field      F
	Descending bool
}

// listing says how rows of one kind are read: the view they come from, under the name f, and its columns.
type listing[T any] struct {
	view    string
	columns []string
	scan    func(row *T) []any // where each column goes
	id      func(T) string
	count   string // what Page.Workers sums, "" for nothing
}

// selection narrows a list. Where a rollup holds the sums of just these rows, counted says so, and the rows need not be
// counted one by one: the same conditions fit it.
type selection struct {
	narrow  func(*sqlbuilder.SelectBuilder)
	counted *counted
	// total counts the rows and their workers otherwise, and page narrows a page so that it is found sooner; it returns the
	// columns that the page is in the order of. Either may be nil. They take statements of their own, so that a list asks for
	// them that is read alone.
	total func(ctx context.Context) (rows, workers int, err error)
	page  func(ctx context.Context, sb *sqlbuilder.SelectBuilder, p paging) (orderBy, id string, err error)
	real  bool // whether made-up rows are left out
}

// paging is what is read of a list: so many rows in an order, from a cursor on.
type paging struct {
	sortBy, direction string
	limit             int
	cursor            func(sb *sqlbuilder.SelectBuilder, orderBy, id string) // narrows to what is behind the cursor
}

// counted says where a list's rows and their workers are summed up.
type counted struct{ from, rows, workers string }

// maxUnion bounds the lists read in one statement; SQLite joins at most 500.
const maxUnion = 100

// pages reads the same stretch of several lists, each narrowed in its own way, in one statement per maxUnion lists.
func pages[T any](ctx context.Context, r *Release, l listing[T], sortBy string, descending bool, span Span,
	lists []selection) ([]Page[T], error) {
	all := make([]Page[T], 0, len(lists))
	for some := range slices.Chunk(lists, maxUnion) {
		read := make([]Page[T], len(some))
		if !span.NoRows {
			var err error
			if read, err = l.read(ctx, r, sortBy, descending, span, some); err != nil {
				return nil, err
			}
		}
		if span.Count {
			if err := l.total(ctx, r, span.Workers, some, read); err != nil {
				return nil, err
			}
		}
		if span.Mark {
			if err := l.mark(ctx, r, some, read); err != nil {
				return nil, err
			}
		}
		all = append(all, read...)
	}
	return all, nil
}

func (l listing[T]) read(ctx context.Context, r *Release, sortBy string, descending bool, span Span,
	lists []selection) ([]Page[T], error) {
	direction := "ASC"
	if descending != span.Backward {
		direction = "DESC"
	}
	parts := make([]sqlbuilder.Builder, len(lists))
	alone := len(lists) == 1
	p := paging{sortBy, direction, span.Limit + 1, func(sb *sqlbuilder.SelectBuilder, orderBy, id string) {
		bound(sb, orderBy, id, span.After, !descending)
		bound(sb, orderBy, id, span.Before, descending)
	}}
	for i, list := range lists {
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select(fmt.Sprintf("%d AS list", i), sortBy+" AS sort_value",
			"f.id AS id").SelectMore(l.columns...).From(l.view + " AS f")
		orderBy, id := sortBy, "f.id"
		if list.page == nil || !alone {
			list.narrow(sb)
		} else {
			var err error
			if orderBy, id, err = list.page(ctx, sb, p); err != nil {
				return nil, err
			}
		}
		p.cursor(sb, orderBy, id)
		sb.OrderBy(orderBy+" "+direction, id+" "+direction).Limit(p.limit)
		parts[i] = sb
	}
	read := make([]Page[T], len(lists))
	var list int
	var position Position
	statement, args := union(parts, "1, 2 "+direction+", 3 "+direction)
	err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		var row T
		if err := rows.Scan(append([]any{&list, &position.Value, &position.ID}, l.scan(&row)...)...); err != nil {
			return err
		}
		p := &read[list]
		if len(p.Nodes) == span.Limit {
			p.More = true
			return nil
		}
		p.Nodes, p.Positions = append(p.Nodes, row), append(p.Positions, position)
		return nil
	}, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", l.view, err)
	}
	if span.Backward {
		for i := range read {
			slices.Reverse(read[i].Nodes)
			slices.Reverse(read[i].Positions)
		}
	}
	return read, nil
}

// total counts each list's rows and, where they are wanted, their workers, whatever stretch is read.
func (l listing[T]) total(ctx context.Context, r *Release, workers bool, lists []selection, into []Page[T]) error {
	rows := counted{from: l.view, rows: "COUNT(*)", workers: "0"}
	if workers && l.count != "" {
		rows.workers = "SUM(" + l.count + ")"
	}
	var parts []sqlbuilder.Builder
	alone := len(lists) == 1
	for i, list := range lists {
		if list.total != nil && alone {
			var err error
			if into[i].Total, into[i].Workers, err = list.total(ctx); err != nil {
				return err
			}
			continue
		}
		sum := rows
		if list.counted != nil {
			sum = *list.counted
		}
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select(fmt.Sprintf("%d AS list", i), "COALESCE("+sum.rows+", 0)",
			"COALESCE("+sum.workers+", 0)").From(sum.from + " AS f")
		list.narrow(sb)
		parts = append(parts, sb)
	}
	if len(parts) == 0 {
		return nil
	}
	statement, args := union(parts, "")
	err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		var list, total, sum int
		if err := rows.Scan(&list, &total, &sum); err != nil {
			return err
		}
		into[list].Total, into[list].Workers = total, sum
		return nil
	}, statement, args...)
	if err != nil {
		return fmt.Errorf("count %s: %w", l.view, err)
	}
	return nil
}

// mark finds out which lists have a made-up row. It is so of all where the release has no other rows, and of none where
// it has no made-up ones, which spares the query.
func (l listing[T]) mark(ctx context.Context, r *Release, lists []selection, into []Page[T]) error {
	for i := range into {
		into[i].Synthetic = r.info.Synthetic && !lists[i].real
	}
	if !r.info.Synthetic || !r.info.Factual {
		return nil
	}
	parts := make([]sqlbuilder.Builder, len(lists))
	for i, list := range lists {
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select(fmt.Sprintf("%d AS list", i), "f.synthetic AS synthetic").From(l.view + " AS f")
		list.narrow(sb)
		sb.OrderBy("f.synthetic DESC").Limit(1)
		parts[i] = sb
	}
	statement, args := union(parts, "")
	err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
		var list int
		var synthetic bool
		if err := rows.Scan(&list, &synthetic); err != nil {
			return err
		}
		into[list].Synthetic = synthetic
		return nil
	}, statement, args...)
	if err != nil {
		return fmt.Errorf("find the mark of %s: %w", l.view, err)
	}
	return nil
}

// bound leaves out the rows up to a position, or from it on.
func bound(sb *sqlbuilder.SelectBuilder, orderBy, id string, at *Position, greater bool) {
	if at == nil {
		return
	}
	operator := "<"
	if greater {
		operator = ">"
	}
	sb.Where(fmt.Sprintf("(%s, %s) %s (%s, %s)", orderBy, id, operator, sb.Var(at.Value), sb.Var(at.ID)))
}

// union joins queries that each have an order and a limit of their own.
func union(parts []sqlbuilder.Builder, orderBy string) (statement string, args []any) {
	if len(parts) == 1 {
		return parts[0].BuildWithFlavor(sqlite.Flavour)
	}
	wrapped := make([]sqlbuilder.Builder, len(parts))
	for i, part := range parts {
		sb := sqlite.Flavour.NewSelectBuilder()
		wrapped[i] = sb.Select("*").From(sb.BuilderAs(part, "part"))
	}
	all := sqlite.Flavour.NewUnionBuilder().UnionAll(wrapped...)
	if orderBy != "" {
		all.OrderBy(orderBy)
	}
	return all.Build()
}

// byID reads rows by their ids and gives them in the order of the ids, nil for those that do not exist.
func byID[T any](ctx context.Context, r *Release, l listing[T], ids []string) ([]*T, error) {
	found := make(map[string]*T, len(ids))
	for some := range slices.Chunk(ids, 1000) {
		sb := sqlite.Flavour.NewSelectBuilder()
		sb.Select(l.columns...).From(l.view + " AS f").Where(sb.In("f.id", sqlbuilder.List(some)))
		statement, args := sb.Build()
		err := sqlite.Each(ctx, r.file, func(rows *sql.Rows) error {
			var row T
			if err := rows.Scan(l.scan(&row)...); err != nil {
				return err
			}
			found[l.id(row)] = &row
			return nil
		}, statement, args...)
		if err != nil {
			return nil, fmt.Errorf("look up %s: %w", l.view, err)
		}
	}
	rows := make([]*T, len(ids))
	for i, id := range ids {
		rows[i] = found[id]
	}
	return rows, nil
}
