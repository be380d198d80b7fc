package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ChangeTables lists the tables that releases are compared by, in the order of their changes: all of what is hashed.
func ChangeTables() []string { return append([]string{"settings"}, sqlite.ContentTables...) }

// ChangeCounts returns how many rows of each of ChangeTables this release holds otherwise than another one.
// Repatriations of outcome PROTECTED are not there for it: one that becomes so is removed. Both releases are read
// once, and the outcome is kept.
func (r *Release) ChangeCounts(ctx context.Context, since *Release) ([]labour.ChangeCounts, error) {
	c, err := r.compare(ctx, since)
	if err != nil {
		return nil, err
	}
	counts := make([]labour.ChangeCounts, len(c.tables))
	for i, t := range c.tables {
		counts[i] = t.counts
	}
	return counts, nil
}

// ChangesSince returns a stretch of the rows that this release holds otherwise than another one, forwards: those
// that ChangeCounts counts, of some tables, in the order of ChangeTables and then of keys. A Position is a table
// and a key of it.
func (r *Release) ChangesSince(ctx context.Context, since *Release, tables []string, span Span) (Page[labour.Change],
	error) {
	var page Page[labour.Change]
	c, err := r.compare(ctx, since)
	if err != nil {
		return page, err
	}
	place := -1 // of the table that goes on after a key
	after := ""
	if span.After != nil {
		place, after = c.index(fmt.Sprint(span.After.Value)), span.After.ID
		if place < 0 || len(c.tables[place].Names("", sqlite.IsKey)) != strings.Count(after, sqlite.FieldEnd)+1 {
			return page, labour.Faultf(labour.BadUserInput,
				"after: expected a cursor of this list, found one of another.")
		}
	}
	for i, t := range c.tables {
		if i < place || !slices.Contains(tables, t.Name) {
			continue
		}
		if i > place {
			after = ""
		}
		keys, err := t.changedAfter(ctx, since, r, after, span.Limit+1-len(page.Nodes))
		if err == nil {
			err = t.read(ctx, since, r, keys, span.Limit, &page)
		}
		if err != nil || page.More {
			return page, err
		}
	}
	return page, nil
}

// changedAfter returns up to so many keys of rows that differ, after one of them.
func (d *difference) changedAfter(ctx context.Context, before, after *Release, key string, most int) (keys []string,
	err error) {
	for _, s := range d.stretches {
		if s.to <= key || len(keys) == most {
			continue
		}
		part := s.stretch
		part.after = key
		err := d.roughly().walk(ctx, before, after, part, func(kind labour.ChangeKind, key []byte, _, _ *stream) bool {
			if kind != "" {
				keys = append(keys, string(key))
			}
			return len(keys) < most
		})
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// read adds the changes of rows to a page, until it is full and there is one more.
func (d *difference) read(ctx context.Context, before, after *Release, keys []string, limit int,
	page *Page[labour.Change]) error {
	for some := range slices.Chunk(keys, maxLookUp) {
		err := d.exactly().walk(ctx, before, after, stretch{keys: some},
			func(kind labour.ChangeKind, key []byte, older, newer *stream) bool {
				if page.More = len(page.Nodes) == limit; page.More {
					return false
				}
				page.Nodes = append(page.Nodes, d.change(kind, string(key), older, newer))
				page.Positions = append(page.Positions, Position{Value: d.Name, ID: string(key)})
				return true
			})
		if err != nil || page.More {
			return err
		}
	}
	return nil
}

// maxLookUp is how many rows are looked up by one statement.
const maxLookUp = 1000

// change says what became of the row that the streams are at.
func (d *difference) change(kind labour.ChangeKind, key string, older, newer *stream) labour.Change {
	c := labour.Change{Table: d.Name, Key: strings.ReplaceAll(key, sqlite.FieldEnd, "|"), Kind: kind}
	for i, column := range d.Columns {
		f := labour.FieldChange{Name: column.Name}
		if kind != labour.Added {
			f.Before = older.cells[i].shown(column)
		}
		if kind != labour.Removed {
			f.After = newer.cells[i].shown(column)
		}
		if (f.Before == nil) != (f.After == nil) || f.Before != nil && *f.Before != *f.After {
			c.Fields = append(c.Fields, f)
		}
		if column.Name == mark {
			c.Synthetic = isTrue(f.Before) || isTrue(f.After)
		}
	}
	return c
}

func isTrue(shown *string) bool { return shown != nil && *shown == "true" }

// comparisons keeps what became of comparing a release with others, by their content.
type comparisons struct {
	mu   sync.Mutex
	with map[string]*comparison
}

// maxComparisons is how many of them a release keeps.
const maxComparisons = 16

// to returns the comparison with a release, begun or not.
func (c *comparisons) to(content string) *comparison {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kept, ok := c.with[content]; ok {
		return kept
	}
	if c.with == nil {
		c.with = map[string]*comparison{}
	}
	for other := range c.with {
		if len(c.with) < maxComparisons {
			break
		}
		delete(c.with, other)
	}
	begun := &comparison{turn: make(chan struct{}, 1)}
	c.with[content] = begun
	return begun
}

// comparison is how two releases differ, table by table. One that is cut short is kept as far as it came.
type comparison struct {
	turn   chan struct{} // who has put something in may go on with it
	tables []*difference
}

func (c *comparison) index(table string) int {
	return slices.IndexFunc(c.tables, func(d *difference) bool { return d.Name == table })
}

// compare returns the whole comparison with another release. Where others are at it, it waits for what they find.
func (r *Release) compare(ctx context.Context, since *Release) (*comparison, error) {
	c := r.compared.to(since.info.ContentHash)
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for i, name := range ChangeTables() {
		if i == len(c.tables) {
			t, err := rowsOf(ctx, since, r, name)
			if err != nil {
				return nil, err
			}
			c.tables = append(c.tables, &difference{rows: t, counts: labour.ChangeCounts{Table: name}, near: 256,
				whole: since.info.ContentHash == r.info.ContentHash})
		}
		if d := c.tables[i]; !d.whole {
			if err := d.compare(ctx, since, r); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// difference is how a table differs between two releases: how many rows, and where they lie. Its size does not grow
// with their number.
type difference struct {
	rows
	counts    labour.ChangeCounts
	stretches []changed
	near      int    // as many equal rows may lie within a stretch, one after the other
	equal     int    // rows since the last change
	through   string // the key up to which all is compared
	whole     bool   // whether that is the last
}

// changed is a stretch that begins and ends with a change.
type changed struct {
	stretch
	equal int // rows between it and the one before
}

// maxStretches bounds the statements of a page: two for each stretch that it reads from.
const maxStretches = 64

// compare goes on comparing from where it stopped the last time.
func (d *difference) compare(ctx context.Context, before, after *Release) error {
	var through []byte
	err := d.roughly().walk(ctx, before, after, stretch{after: d.through},
		func(kind labour.ChangeKind, key []byte, _, _ *stream) bool {
			d.count(kind, key)
			through = append(through[:0], key...)
			return true
		})
	if d.whole = err == nil; !d.whole && through != nil {
		d.through = string(through)
	}
	return err
}

// count takes in what became of the next row.
func (d *difference) count(kind labour.ChangeKind, key []byte) {
	switch kind {
	case labour.Added:
		d.counts.Added++
	case labour.Removed:
		d.counts.Removed++
	case labour.Changed:
		d.counts.Changed++
	default:
		d.equal++
		return
	}
	if last := len(d.stretches) - 1; last >= 0 && d.equal <= d.near {
		d.stretches[last].to = string(key)
	} else {
		d.stretches = append(d.stretches, changed{stretch{from: string(key), to: string(key)}, d.equal})
	}
	d.equal = 0
	for len(d.stretches) > maxStretches {
		d.near *= 2
		d.join()
	}
}

// join makes one of stretches that are near to each other.
func (d *difference) join() {
	joined := d.stretches[:1]
	for _, s := range d.stretches[1:] {
		if s.equal <= d.near {
			joined[len(joined)-1].to = s.to
		} else {
			joined = append(joined, s)
		}
	}
	d.stretches = joined
}
