package db_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// tableKeys and tableReferences say a second time what the schema says: which columns name a row, and which name
// another's.
var (
	tableKeys = map[string][]string{
		"sources": {"id"}, "countries": {"code"}, "industries": {"code"}, "regions": {"code"}, "indicators": {"code"},
		"region_parents": {"code", "parent_code", "valid_from"},
		"observations":   {"indicator", "region_code", "industry", "nationality", "from", "to", "source_id"},
		"sanctions":      {"symbol"}, "claims": {"id"}, "employers": {"id"}, "permits": {"id"}, "repatriations": {"id"},
	}
	tableReferences = map[string]map[string]string{
		"region_parents": {"code": "regions", "parent_code": "regions"},
		"observations":   {"indicator": "indicators", "region_code": "regions", "industry": "industries", "nationality": "countries", "source_id": "sources"},
		"sanctions":      {"source_id": "sources"},
		"claims":         {"region_code": "regions", "industry": "industries", "nationality": "countries", "source_id": "sources"},
		"employers":      {"region_code": "regions", "industry": "industries", "source_id": "sources"},
		"permits":        {"employer_id": "employers", "region_code": "regions", "nationality": "countries", "industry": "industries", "source_id": "sources"},
		"repatriations": {"region_code": "regions", "nationality": "countries", "employer_id": "employers", "permit_id": "permits",
			"sanction_symbol": "sanctions", "source_id": "sources"},
	}
)

// naiveRelease holds rows by table and key.
type naiveRelease map[string]map[string][]any

func keyOf(table dbtest.Table, row []any) string {
	key := ""
	for _, column := range tableKeys[table.Name] {
		if value := row[slices.Index(table.Columns, column)]; value != nil {
			key += fmt.Sprint(value)
		}
		key += "\x00"
	}
	return key
}

// merge takes a table's rows in one by one, as the definitions say it.
func (n naiveRelease) merge(table dbtest.Table, rows [][]any) labour.ImportCounts {
	counts := labour.ImportCounts{Table: table.Name, Read: int64(len(rows))}
	seen := map[string]bool{}
	if n[table.Name] == nil {
		n[table.Name] = map[string][]any{}
	}
	for _, row := range rows {
		key := keyOf(table, row)
		old, exists := n[table.Name][key]
		switch {
		case seen[key] || !n.resolves(table, row):
			counts.Rejected++
		case !exists:
			counts.Inserted++
			n[table.Name][key] = row
		case assert.ObjectsAreEqual(old, row):
			counts.Unchanged++
		default:
			counts.Replaced++
			n[table.Name][key] = row
		}
		seen[key] = true
	}
	return counts
}

// resolves reports whether everything that a row names exists, and is synthetic where the row is.
func (n naiveRelease) resolves(table dbtest.Table, row []any) bool {
	synthetic := slices.Index(table.Columns, "synthetic")
	for column, other := range tableReferences[table.Name] {
		value := row[slices.Index(table.Columns, column)]
		if value == nil {
			continue
		}
		named, exists := n[other][fmt.Sprint(value)+"\x00"]
		if !exists {
			return false
		}
		at := slices.Index(tableNamed(other).Columns, "synthetic")
		if synthetic >= 0 && at >= 0 && row[synthetic] == true && named[at] == false {
			return false
		}
	}
	return true
}

func tableNamed(name string) dbtest.Table {
	return dbtest.Tables[slices.IndexFunc(dbtest.Tables, func(t dbtest.Table) bool { return t.Name == name })]
}

// fill stages rows as they are.
func fill(t *testing.T, draft *db.Draft, rows func(dbtest.Table) [][]any) []labour.ImportCounts {
	t.Helper()
	var counts []labour.ImportCounts
	for _, table := range dbtest.Tables {
		counts = append(counts, stageTable(t, draft, table, rows(table)))
	}
	return counts
}

func stageTable(t *testing.T, draft *db.Draft, table dbtest.Table, rows [][]any) labour.ImportCounts {
	t.Helper()
	stage, err := draft.Stage(t.Context(), table.Name, table.Columns)
	require.NoError(t, err)
	for i, row := range rows {
		require.NoError(t, stage.Add(t.Context(), int64(i+1), int64(i+2), row))
	}
	counts, err := stage.Merge(t.Context())
	require.NoError(t, err)
	return counts
}

func TestMerge_RandomPackagesAgainstANaiveMerge(t *testing.T) {
	testsize.Long(t)
	for _, seed := range dbtest.Seeds(t, 1, 2, 3) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 0))
			store := dbtest.MustOpen(t)
			base := dbtest.Random(rng, 150)
			dbtest.MustPublish(t, store, base)
			naive := naiveRelease{}
			for _, table := range dbtest.Tables {
				naive.merge(table, table.Rows(base))
			}
			for round := range 3 {
				update := revised(rng, base, round)
				var found []labour.ImportCounts
				info := publish(t, store, db.Merge, func(draft *db.Draft) {
					found = fill(t, draft, func(table dbtest.Table) [][]any { return table.Rows(update) })
				})
				for i, table := range dbtest.Tables {
					expected := naive.merge(table, table.Rows(update))
					expected.Warnings = found[i].Warnings
					assert.Equal(t, expected, found[i])
					assert.True(t, found[i].Reconciles())
				}
				release := dbtest.MustRead(t, store)
				imports, err := release.Imports(t.Context())
				require.NoError(t, err)
				assert.ElementsMatch(t, found, imports, "the release keeps its counts")
				naive.compare(t, release)

				union := publish(t, dbtest.MustOpen(t), db.Replace, func(draft *db.Draft) {
					require.NoError(t, draft.Set(t.Context(), base.Settings))
					fill(t, draft, func(table dbtest.Table) [][]any {
						var rows [][]any
						for _, row := range naive[table.Name] {
							rows = append(rows, row)
						}
						return rows
					})
				})
				assert.Equal(t, union.ContentHash, info.ContentHash, "merging gives what importing the union at once gives")
			}
		})
	}
}

// compare holds every row of a release to the naive ones.
func (n naiveRelease) compare(t *testing.T, release *db.Release) {
	t.Helper()
	for _, table := range dbtest.Tables {
		found := map[string][]any{}
		require.NoError(t, release.Rows(t.Context(), table.Name, table.Columns, func(values []any) error {
			row := slices.Clone(values)
			if at := slices.Index(table.Columns, "synthetic"); at >= 0 {
				row[at] = row[at] == int64(1)
			}
			found[keyOf(table, row)] = row
			return nil
		}))
		require.Equal(t, n[table.Name], found, table.Name)
	}
}

// revised makes a package that repeats, changes, breaks, doubles and adds rows, in any order.
func revised(rng *rand.Rand, base dbtest.Content, round int) dbtest.Content {
	c := dbtest.Random(rng, 80)
	c.Settings = db.Settings{}
	for i := range c.Employers {
		c.Employers[i].ID = fmt.Sprintf("new%d-%s", round, c.Employers[i].ID)
	}
	for i := range c.Permits {
		c.Permits[i].ID = fmt.Sprintf("new%d-%s", round, c.Permits[i].ID)
		if c.Permits[i].Employer != "" && rng.IntN(2) == 0 {
			c.Permits[i].Employer = fmt.Sprintf("new%d-%s", round, c.Permits[i].Employer)
		}
	}
	for i := range c.Repatriations {
		c.Repatriations[i].ID = fmt.Sprintf("new%d-%s", round, c.Repatriations[i].ID)
	}
	for _, e := range base.Employers {
		switch rng.IntN(6) {
		case 0:
			e.Name += " and sons"
		case 1:
			e.Region = "RU-NOWHERE"
		case 2:
			e.TaxID = ""
		}
		c.Employers = append(c.Employers, e)
	}
	for _, p := range base.Permits {
		switch rng.IntN(8) {
		case 0:
			p.Workers++
		case 1:
			p.Employer = "nobody"
		case 2:
			p.WageMonthly = nil
			p.WageCurrency = ""
		case 3:
			p.Industry = "Z"
		}
		c.Permits = append(c.Permits, p)
	}
	for _, r := range base.Repatriations {
		switch rng.IntN(8) {
		case 0:
			r.Permit = "none"
		case 1:
			r.Sanction = "S/RES/0"
		case 2:
			r.Workers++
		}
		c.Repatriations = append(c.Repatriations, r)
	}
	c.Employers = jumble(rng, c.Employers, func(e labour.Employer) labour.Employer { e.Name = "Twin"; return e })
	c.Permits = jumble(rng, c.Permits, func(p labour.Permit) labour.Permit { p.Number = "twin"; return p })
	c.Repatriations = jumble(rng, c.Repatriations, func(r labour.Repatriation) labour.Repatriation { r.Workers = 1; return r })
	c.Observations = jumble(rng, c.Observations, func(o labour.Observation) labour.Observation { o.Value++; return o })
	return c
}

// jumble doubles some rows, half of them changed, and shuffles all.
func jumble[T any](rng *rand.Rand, rows []T, change func(T) T) []T {
	for range 10 {
		twin := rows[rng.IntN(len(rows))]
		if rng.IntN(2) == 0 {
			twin = change(twin)
		}
		rows = append(rows, twin)
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}
