package db_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// Permits that come in the order of their keys are taken straight in, unless a record has to be gone through again: the
// faults, the warnings and the release are those of permits that come in another order.
func TestStage_PermitsInOrderAreCheckedLikeAny(t *testing.T) {
	testsize.Long(t)
	table := dbtest.Tables[slices.IndexFunc(dbtest.Tables, func(t dbtest.Table) bool { return t.Name == "permits" })]
	at := func(column string) int { return slices.Index(table.Columns, column) }
	set := func(row int, column string, value any) func([][]any) {
		return func(rows [][]any) { rows[row][at(column)] = value }
	}
	const n = 150
	hashes := map[string]string{}
	for name, one := range map[string]struct {
		change   func([][]any)
		faults   []db.Fault
		warnings []db.Fault
	}{
		"all good":                {change: func([][]any) {}},
		"an employer is missing":  {set(140, "employer_id", "nobody"), []db.Fault{{Record: 161, Column: "employer_id", Message: `expected the id of a row of employers, found "nobody"`}}, nil},
		"made up, of a real firm": {set(3, "synthetic", true), []db.Fault{{Record: 4, Column: "employer_id", Message: `expected a synthetic row of employers, since this row is synthetic, found "e", which is not`}}, nil},
		"a key comes twice":       {set(100, "id", "P0099"), []db.Fault{{Record: 121, Column: "id", Message: `expected a key that comes once, found "P0099" again, first on line 239`}}, nil},
		"a key from far before":   {set(149, "id", "P0001"), []db.Fault{{Record: 170, Column: "id", Message: `expected a key that comes once, found "P0001" again, first on line 4`}}, nil},
		"out of order":            {func(rows [][]any) { slices.Reverse(rows[70:]) }, nil, nil},
		"an odd wage": {set(120, "wage_monthly", 40000.0), nil, []db.Fault{{Record: 141, Column: "wage_monthly",
			Message: "a wage of more than ten times the median, which is 400 USD: 40000"}}},
		"a wage without a currency": {set(130, "wage_currency", nil), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store, c := dbtest.MustOpen(t), register()
			c.Repatriations = nil
			draft, err := store.Draft(t.Context(), db.Replace)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, draft.Discard()) })
			for _, other := range dbtest.Tables {
				if other.Name != table.Name {
					stageTable(t, draft, other, other.Rows(c))
				}
				if other.Name == "employers" {
					break
				}
			}
			var rows [][]any
			for i := range n {
				rows = append(rows, slices.Clone(table.Rows(c)[0]))
				rows[i][at("id")] = fmt.Sprintf("P%04d", i)
			}
			one.change(rows)
			stage, err := draft.Stage(t.Context(), table.Name, table.Columns)
			require.NoError(t, err)
			for i, row := range rows {
				record := int64(i + 1)
				if i >= 50 {
					record += 20 // which were passed over
				}
				require.NoError(t, stage.Add(t.Context(), record, 2*record-record/80, row), "lines stand anywhere")
			}
			counts, err := stage.Merge(t.Context())
			require.NoError(t, err)
			assert.Equal(t, labour.ImportCounts{Table: "permits", Read: n, Inserted: n - int64(len(one.faults)),
				Rejected: int64(len(one.faults)), Warnings: int64(len(one.warnings))}, counts)
			assert.Equal(t, one.faults, faultsOf(t, draft, "permits"))
			var warnings []db.Fault
			for w, err := range draft.Warnings(t.Context(), "permits") {
				require.NoError(t, err)
				warnings = append(warnings, w)
			}
			assert.Equal(t, one.warnings, warnings)
			info, err := draft.Publish(t.Context(), time.Now(), "")
			require.NoError(t, err)
			assert.Equal(t, n-len(one.faults), info.Counts.Permits)
			hashes[name] = info.ContentHash
		})
	}
	assert.Equal(t, hashes["all good"], hashes["out of order"])
}
