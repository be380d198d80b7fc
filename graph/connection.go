package graph

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/labour"
)

// Pages: with neither first nor last the first defaultPage, and never more than maxPage. A report can skip up to maxOffset rows.
const (
	defaultPage = 100
	maxPage     = 1000
	maxOffset   = 10_000
)

// pageArgs are the arguments that every connection takes.
type pageArgs struct {
	first  *int
	after  *string
	last   *int
	before *string
	offset *int // of a report
}

// span turns the arguments into a stretch of a list that is sorted by order.
func (a pageArgs) span(ctx context.Context, order listOrder) (db.Span, error) {
	return a.spanUpTo(ctx, order, defaultPage)
}

// spanUpTo is span where a page has another length than most have, where the arguments do not say.
func (a pageArgs) spanUpTo(ctx context.Context, order listOrder, limit int) (db.Span, error) {
	asks := func(field string) bool { return graphql.FieldRequested(ctx, field) }
	workers := asks("totalWorkers")
	span := db.Span{Limit: limit, NoRows: !slices.ContainsFunc([]string{"nodes", "edges", "rows", "pageInfo"}, asks),
		Count: workers || asks("totalCount"), Workers: workers, Mark: asks("synthetic")}
	if a.first != nil && a.last != nil {
		return span, labour.Faultf(labour.BadUserInput, "expected either first or last, found both.")
	}
	name, asked := "first", a.first
	if a.last != nil {
		name, asked, span.Backward = "last", a.last, true
	}
	if asked != nil {
		if err := checkLimit(name, *asked, maxPage); err != nil {
			return span, err
		}
		span.Limit = *asked
	}
	if a.offset != nil {
		if err := checkLimit("offset", *a.offset, maxOffset); err != nil {
			return span, err
		}
		if a.after != nil || a.before != nil || a.last != nil {
			return span, labour.Faultf(labour.BadUserInput,
				"offset: expected no after, before or last beside it, which count from elsewhere, found one.")
		}
		span.Offset = *a.offset
	}
	var err error
	if span.After, err = parseCursor("after", a.after, order); err != nil {
		return span, err
	}
	span.Before, err = parseCursor("before", a.before, order)
	return span, err
}

func checkLimit(name string, n, most int) error {
	if n < 0 {
		return labour.Faultf(labour.BadUserInput, "%s: expected a number from 0 to %d, found %d.", name, most, n)
	}
	if n > most {
		return labour.Faultf(labour.LimitExceeded, "%s: expected at most %d, found %d.", name, most, n)
	}
	return nil
}

// listOrder is what a list is and how it is sorted. A cursor carries its name, so that none is taken for one of
// another list.
type listOrder struct {
	name string  // e.g. "permits WORKERS DESC"
	by   sortKey // what Position.Value is
}

type sortKey int

const (
	byPlace    sortKey = iota // nothing: the list is held whole, and an id alone finds the place
	byText                    // text, days included
	byNumber                  // a whole number
	byFraction                // a number
)

// cursor is what an opaque cursor holds: the list in its order, and the row's place in it.
type cursor struct {
	Order string `json:"o"`
	Value any    `json:"v,omitempty"`
	ID    string `json:"i"`
}

func formatCursor(order listOrder, at db.Position) string {
	text, err := json.Marshal(cursor{order.name, at.Value, at.ID})
	if err != nil {
		panic("graph: a cursor holds text and numbers alone") // which always have a JSON form
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads a cursor of a list in an order. It returns a Fault with BadUserInput for anything else.
func parseCursor(name string, text *string, order listOrder) (*db.Position, error) {
	if text == nil {
		return nil, nil
	}
	fault := labour.Faultf(labour.BadUserInput, "%s: expected a cursor of this list in this order, found %.100q.",
		name, *text)
	raw, err := base64.RawURLEncoding.DecodeString(*text)
	if err != nil {
		return nil, fault
	}
	var c cursor
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&c); err != nil || c.Order != order.name {
		return nil, fault
	}
	switch value := c.Value.(type) {
	case nil:
		if order.by == byPlace {
			return &db.Position{ID: c.ID}, nil
		}
	case string:
		if order.by == byText {
			return &db.Position{Value: value, ID: c.ID}, nil
		}
	case json.Number:
		if number, err := value.Int64(); err == nil && order.by == byNumber {
			return &db.Position{Value: number, ID: c.ID}, nil
		}
		if number, err := value.Float64(); err == nil && order.by == byFraction {
			return &db.Position{Value: number, ID: c.ID}, nil
		}
	}
	return nil, fault
}

// connection makes a page of the contract from one of the database, whose rows stand at some positions.
func connection[T any](page db.Page[T], at func(i int) db.Position, span db.Span,
	order listOrder) *model.Connection[T] {
	c := model.NewConnection(page.Nodes, func(i int) string { return formatCursor(order, at(i)) })
	c.TotalCount, c.TotalWorkers, c.Synthetic = page.Total, page.Workers, page.Synthetic
	// A row that a cursor names lies outside the page, at the end that the cursor bounds; so do those that are skipped.
	c.PageInfo.HasNextPage = !span.Backward && page.More || span.Before != nil
	c.PageInfo.HasPreviousPage = span.Backward && page.More || span.After != nil ||
		span.Offset > 0 && page.Total > 0
	return c
}

// connections is connection for the same field of several parents.
func connections[T any](ctx context.Context, pages []db.Page[T], span db.Span, order listOrder) []*model.Connection[T] {
	list := make([]*model.Connection[T], len(pages))
	for i, page := range pages {
		list[i] = connection(page, func(i int) db.Position { return page.Positions[i] }, span, order)
	}
	model.Join(ctx, list)
	return list
}

// slicePage takes a page out of a list that is held whole, in its order. key names an item within it.
func slicePage[T any](ctx context.Context, items []T, args pageArgs, order listOrder,
	key func(T) string) (*model.Connection[T], error) {
	span, err := args.span(ctx, order)
	if err != nil {
		return nil, err
	}
	page, err := cutPage(items, span, key)
	if err != nil {
		return nil, err
	}
	at := func(i int) db.Position { return db.Position{ID: key(page.Nodes[i])} }
	c := connection(page, at, span, order)
	model.Join(ctx, []*model.Connection[T]{c})
	return c, nil
}

// cutPage takes a stretch out of a list that is held whole, and leaves the positions to the keys.
func cutPage[T any](items []T, span db.Span, key func(T) string) (db.Page[T], error) {
	from, to := min(span.Offset, len(items)), len(items)
	place := func(name string, at *db.Position) (int, error) {
		i := slices.IndexFunc(items, func(item T) bool { return key(item) == at.ID })
		if i < 0 {
			return 0, labour.Faultf(labour.BadUserInput, "%s: expected a cursor of this list, found one of another.",
				name)
		}
		return i, nil
	}
	page := db.Page[T]{Total: len(items)}
	if span.After != nil {
		i, err := place("after", span.After)
		if err != nil {
			return page, err
		}
		from = i + 1
	}
	if span.Before != nil {
		var err error
		if to, err = place("before", span.Before); err != nil {
			return page, err
		}
	}
	if stretch := items[min(from, to):to]; len(stretch) <= span.Limit {
		page.Nodes = stretch
	} else if page.More = true; span.Backward {
		page.Nodes = stretch[len(stretch)-span.Limit:]
	} else {
		page.Nodes = stretch[:span.Limit]
	}
	return page, nil
}

// orderOf returns the order of a list that the database sorts, from its argument. Of the fields that it can be
// sorted by, one is a number and the others are text.
func orderOf[F ~string](list string, field, number F, direction model.OrderDirection) (db.Order[F], listOrder) {
	listed := listOrder{orderName(list, string(field), direction), byText}
	if field == number {
		listed.by = byNumber
	}
	return db.Order[F]{Field: field, Descending: direction == model.OrderDirectionDesc}, listed
}

func orderName(list, field string, direction model.OrderDirection) string {
	if direction == model.OrderDirectionDesc {
		return list + " " + field + " DESC"
	}
	return list + " " + field
}
