package dbtest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/labour"
)

// fieldEnd parts the columns of a key, as the documentation of releases has it.
const fieldEnd = "\x1f"

// changed holds what a release says of another one to both read whole into maps, page by page and as one.
func changed(t *testing.T, open func(testing.TB) *db.Store) {
	for _, seed := range Seeds(t, 1, 2, 3, 4, 1795507031435887565) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			d := dice{rand.New(rand.NewPCG(seed, 5))}
			store := open(t)
			before := Random(d.Rand, 60)
			after := d.edited(before)
			if d.once(3) {
				after = Random(d.Rand, 30) // another world
			}
			releases := make([]*db.Release, 2)
			for i, c := range []Content{before, after} {
				release, done, err := store.Numbered(t.Context(), MustPublish(t, store, c).Number)
				require.NoError(t, err)
				t.Cleanup(done)
				releases[i] = release
			}
			forth, back := naiveChanges(before, after), naiveChanges(after, before)
			heldTo(t, d, releases[0], releases[1], forth)
			heldTo(t, d, releases[1], releases[0], back)
			require.Len(t, back, len(forth))
			for _, r := range releases {
				heldTo(t, d, r, r, nil)
			}
		})
	}
}

// heldTo holds the changes from one release to another to what is expected.
func heldTo(t *testing.T, d dice, before, after *db.Release, expected []labour.Change) {
	t.Helper()
	counts, err := after.ChangeCounts(t.Context(), before)
	require.NoError(t, err)
	require.Equal(t, naiveCounts(expected), counts)

	whole, err := after.ChangesSince(t.Context(), before, db.ChangeTables(), db.Span{Limit: len(expected) + 1})
	require.NoError(t, err)
	require.False(t, whole.More)
	require.Equal(t, expected, whole.Nodes)

	tables := some(d, 4, db.ChangeTables())
	var kept, found []labour.Change
	for _, c := range expected {
		if slices.Contains(tables, c.Table) {
			kept = append(kept, c)
		}
	}
	span := db.Span{}
	for more := true; more; {
		span.Limit = d.between(1, 20)
		page, err := after.ChangesSince(t.Context(), before, tables, span)
		require.NoError(t, err)
		require.Len(t, page.Positions, len(page.Nodes))
		require.LessOrEqual(t, len(page.Nodes), span.Limit)
		if more = page.More; more {
			require.Len(t, page.Nodes, span.Limit, "a page that is not the last is full")
			span.After = &page.Positions[span.Limit-1]
		}
		found = append(found, page.Nodes...)
	}
	assert.Equal(t, kept, found, "page by page, of %v", tables)
}

// row is what the naive comparison knows of a row: its table, its key, and every value as text.
type row struct {
	table, key string
	values     map[string]string
}

// keyColumns are as many of each table's columns, in their order, as make up its key. It is one where nothing is said.
var keyColumns = map[string][]string{
	"region_parents": {"code", "parent_code", "valid_from"},
	"observations":   {"indicator", "region_code", "industry", "nationality", "from", "to", "source_id"},
}

// rowsOf reads a content whole, by table and key.
func rowsOf(c Content) map[string]row {
	rows := map[string]row{}
	add := func(r row) { rows[r.table+fieldEnd+r.key] = r }
	for name, value := range map[string]string{"currency": c.Settings.Currency, "localLanguage": c.Settings.LocalLanguage} {
		if value != "" {
			add(row{"settings", name, map[string]string{"name": name, "value": value}})
		}
	}
	for _, table := range Tables {
		names := keyColumns[table.Name]
		if names == nil {
			names = table.Columns[:1]
		}
		for _, values := range table.Rows(c) {
			r := row{table: table.Name, values: map[string]string{}}
			for i, column := range table.Columns {
				switch v := values[i].(type) {
				case nil:
				case string:
					r.values[column] = v
				default:
					text, err := json.Marshal(v)
					if err != nil {
						panic(err)
					}
					r.values[column] = string(text)
				}
			}
			var key []string
			for _, name := range names {
				key = append(key, r.values[name])
			}
			if r.key = strings.Join(key, fieldEnd); r.table != "repatriations" || r.values["outcome"] != string(labour.Protected) {
				add(r)
			}
		}
	}
	return rows
}

// naiveChanges compares two contents row by row.
func naiveChanges(before, after Content) []labour.Change {
	older, newer := rowsOf(before), rowsOf(after)
	columns := map[string][]string{"settings": {"name", "value"}}
	for _, table := range Tables {
		columns[table.Name] = table.Columns
	}
	var places []string
	for place := range newer {
		places = append(places, place)
	}
	for place := range older {
		if _, both := newer[place]; !both {
			places = append(places, place)
		}
	}
	slices.SortFunc(places, func(a, b string) int {
		tableA, keyA, _ := strings.Cut(a, fieldEnd)
		tableB, keyB, _ := strings.Cut(b, fieldEnd)
		if by := slices.Index(db.ChangeTables(), tableA) - slices.Index(db.ChangeTables(), tableB); by != 0 {
			return by
		}
		return slices.Compare(strings.Split(keyA, fieldEnd), strings.Split(keyB, fieldEnd))
	})
	var changes []labour.Change
	for _, place := range places {
		old, was := older[place]
		now, is := newer[place]
		table, key, _ := strings.Cut(place, fieldEnd)
		change := labour.Change{Table: table, Key: strings.ReplaceAll(key, fieldEnd, "|"), Kind: labour.Changed}
		if !was {
			change.Kind = labour.Added
		} else if !is {
			change.Kind = labour.Removed
		}
		for _, column := range columns[table] {
			x, had := old.values[column]
			y, has := now.values[column]
			if x == y && had == has {
				continue
			}
			field := labour.FieldChange{Name: column}
			if had {
				field.Before = &x
			}
			if has {
				field.After = &y
			}
			change.Fields = append(change.Fields, field)
		}
		change.Synthetic = old.values["synthetic"] == "true" || now.values["synthetic"] == "true"
		if change.Fields != nil {
			changes = append(changes, change)
		}
	}
	return changes
}

func naiveCounts(changes []labour.Change) []labour.ChangeCounts {
	var counts []labour.ChangeCounts
	for _, table := range db.ChangeTables() {
		c := labour.ChangeCounts{Table: table}
		for _, change := range changes {
			if change.Table != table {
				continue
			}
			switch change.Kind {
			case labour.Added:
				c.Added++
			case labour.Removed:
				c.Removed++
			case labour.Changed:
				c.Changed++
			}
		}
		counts = append(counts, c)
	}
	return counts
}

// edited returns the content as a publisher might correct it: rows taken out, put in and put right, people who come
// under protection and others who no longer are.
func (d dice) edited(c Content) Content {
	c.Settings.Currency = pick(d, []string{"RUB", "RUB", "USD"})
	c.Sources = append(slices.Clone(c.Sources), labour.Source{ID: "amendment", Title: "Corrections", Publisher: "Ministry of Labour", Kind: labour.Government})
	c.Claims = slices.Clone(c.Claims)
	c.Claims[0].ValueLow, c.Claims[0].Note, c.Claims[0].MadeOn = Some(36999.5), "put right", nil
	c.Memberships = slices.Clone(c.Memberships)
	c.Memberships[0].ValidTo = On("2024-01-01")
	c.Observations = slices.Clone(c.Observations)
	for i := range c.Observations {
		if d.once(8) {
			c.Observations[i].Value += 0.25
		}
	}
	c.Employers = slices.Clone(c.Employers)
	pick(d, []*labour.Employer{&c.Employers[0], &c.Employers[1]}).TaxID = "77"
	first := len(c.Permits)
	c.Permits = slices.Clone(c.Permits)
	for i := range c.Permits {
		if d.once(6) {
			c.Permits[i].Workers++
		}
		if d.once(9) {
			c.Permits[i].Occupation = "Carpenter"
		}
	}
	c.Permits = append(c.Permits, d.permit(c, fmt.Sprintf("P%03d", first)), d.permit(c, "A"))
	c.Repatriations = slices.DeleteFunc(slices.Clone(c.Repatriations), func(labour.Repatriation) bool { return d.once(7) })
	for i := range c.Repatriations {
		if d.once(5) {
			c.Repatriations[i].Outcome = pick(d, []labour.Outcome{labour.Protected, labour.Returned})
		}
	}
	return c
}
