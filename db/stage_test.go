package db_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// Rows are written in batches of 64, so a key may come twice within a batch, across a border, and in the rest.
func TestStage_KeysThatComeTwice(t *testing.T) {
	for name, one := range map[string]struct {
		rows  int
		twins map[int]int // row by the row whose key it repeats
	}{
		"side by side":           {10, map[int]int{1: 0}},
		"at the end of a batch":  {64, map[int]int{63: 0}},
		"across the border":      {65, map[int]int{64: 63}},
		"from the first to last": {200, map[int]int{199: 0}},
		"in full batches":        {128, map[int]int{65: 64, 127: 1, 5: 4}},
		"three times":            {130, map[int]int{64: 2, 129: 2}},
		"a whole batch": {128, func() map[int]int {
			all := map[int]int{}
			for i := range 64 {
				all[64+i] = i
			}
			return all
		}()},
		"nowhere": {129, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := dbtest.MustOpen(t)
			draft, err := store.Draft(t.Context(), db.Replace)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, draft.Discard()) })
			stage, err := draft.Stage(t.Context(), "countries", []string{"name", "code"})
			require.NoError(t, err)
			var expected []db.Fault
			for i := range one.rows {
				key, first := fmt.Sprint("C", i), i
				if of, twin := one.twins[i]; twin {
					key, first = fmt.Sprint("C", of), of
				}
				if first != i {
					expected = append(expected, db.Fault{Record: int64(i + 1), Column: "code",
						Message: fmt.Sprintf("expected a key that comes once, found %q again, first on line %d", key, first+2)})
				}
				require.NoError(t, stage.Add(t.Context(), int64(i+1), int64(i+2), []any{fmt.Sprint("Country ", i), key}))
			}
			counts, err := stage.Merge(t.Context())
			require.NoError(t, err)
			assert.Equal(t, labour.ImportCounts{Table: "countries", Read: int64(one.rows), Inserted: int64(one.rows - len(one.twins)), Rejected: int64(len(one.twins))}, counts)
			assert.Equal(t, expected, faultsOf(t, draft, "countries"))
		})
	}
}

func faultsOf(t *testing.T, draft *db.Draft, table string) []db.Fault {
	t.Helper()
	var faults []db.Fault
	for fault, err := range draft.Faults(t.Context(), table) {
		require.NoError(t, err)
		faults = append(faults, fault)
	}
	return faults
}

func TestStage_RejectAndWarnAreCounted(t *testing.T) {
	store := dbtest.MustOpen(t)
	draft, err := store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, draft.Discard()) })
	stage, err := draft.Stage(t.Context(), "countries", []string{"code", "name"})
	require.NoError(t, err)
	require.NoError(t, stage.Add(t.Context(), 1, 2, []any{"KP", "North Korea"}))
	require.NoError(t, stage.Reject(t.Context(), db.Fault{Record: 2, Column: "code", Message: "too long"}, db.Fault{Record: 2, Column: "name", Message: "empty"}))
	require.NoError(t, stage.Warn(t.Context(), db.Fault{Record: 1, Column: "name", Message: "odd"}))
	counts, err := stage.Merge(t.Context())
	require.NoError(t, err)
	assert.Equal(t, labour.ImportCounts{Table: "countries", Read: 2, Inserted: 1, Rejected: 1, Warnings: 1}, counts, "two faults of one record reject it once")
	assert.Equal(t, []labour.ImportCounts{counts}, draft.Counts())
	assert.Equal(t, []db.Fault{{Record: 2, Column: "code", Message: "too long"}, {Record: 2, Column: "name", Message: "empty"}}, faultsOf(t, draft, "countries"))
	var warnings []db.Fault
	for w, err := range draft.Warnings(t.Context(), "countries") {
		require.NoError(t, err)
		warnings = append(warnings, w)
	}
	assert.Equal(t, []db.Fault{{Record: 1, Column: "name", Message: "odd"}}, warnings)
}

func TestMerge_ReferencesThatAreMissing(t *testing.T) {
	c := register()
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, c)
	for _, table := range dbtest.Tables {
		for column, other := range tableReferences[table.Name] {
			t.Run(table.Name+"."+column, func(t *testing.T) {
				draft, err := store.Draft(t.Context(), db.Merge)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, draft.Discard()) })
				row := slices.Clone(table.Rows(c)[0])
				row[slices.Index(table.Columns, column)] = "nowhere"
				counts := stageTable(t, draft, table, [][]any{row})
				assert.Equal(t, labour.ImportCounts{Table: table.Name, Read: 1, Rejected: 1}, counts)
				assert.Equal(t, []db.Fault{{Record: 1, Column: column,
					Message: fmt.Sprintf("expected the %s of a row of %s, found %q", tableKeys[other][0], other, "nowhere")}},
					faultsOf(t, draft, table.Name))
			})
		}
	}
}

// A row that is rejected drags along those that name it, and nothing else.
func TestMerge_WhatNamesARejectedRowIsRejected(t *testing.T) {
	c := register()
	c.Employers[0].Region = "nowhere"
	store := dbtest.MustOpen(t)
	draft, err := store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, draft.Discard()) })
	counts, err := dbtest.Fill(t.Context(), draft, c)
	require.NoError(t, err)
	rejected := map[string]int64{}
	for _, count := range counts {
		assert.True(t, count.Reconciles())
		if count.Rejected > 0 {
			rejected[count.Table] = count.Rejected
		}
	}
	assert.Equal(t, map[string]int64{"employers": 1, "permits": 1, "repatriations": 1}, rejected)
}

func TestMerge_NothingMadeUpNamesAnythingReal(t *testing.T) {
	for name, change := range map[string]func(*dbtest.Content){
		"permits":       func(c *dbtest.Content) { c.Permits[0].Synthetic = true },
		"repatriations": func(c *dbtest.Content) { c.Repatriations[0].Synthetic = true; c.Repatriations[0].Employer = "" },
	} {
		t.Run(name, func(t *testing.T) {
			c := register()
			change(&c)
			draft, err := dbtest.MustOpen(t).Draft(t.Context(), db.Replace)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, draft.Discard()) })
			_, err = dbtest.Fill(t.Context(), draft, c)
			require.NoError(t, err)
			faults := faultsOf(t, draft, name)
			require.Len(t, faults, 1)
			assert.Contains(t, faults[0].Message, "expected a synthetic row")
		})
	}
}

func TestMerge_Memberships(t *testing.T) {
	testsize.Long(t)
	on := dbtest.On
	for name, one := range map[string]struct {
		rows     []labour.Membership
		rejected []int64 // records
		says     string
	}{
		"the same again":   {[]labour.Membership{{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: on("2018-11-03")}}, nil, ""},
		"a second parent":  {[]labour.Membership{{Code: "RU-PRI", Parent: "RU-FD-SI"}}, []int64{1}, "expected one parent of RU-PRI on any day, found RU-FD-FE and RU-FD-SI from the beginning"},
		"one day too long": {[]labour.Membership{{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: on("2018-11-04")}}, []int64{1}, "from 2018-11-04"},
		"one day less":     {[]labour.Membership{{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: on("2018-11-02")}}, nil, ""},
		"a gap that is filled": {[]labour.Membership{
			{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: on("2018-11-01")}, {Code: "RU-BU", Parent: "X-BAIKAL", ValidFrom: on("2018-11-02"), ValidTo: on("2018-11-03")}}, nil, ""},
		"whatever the order": {[]labour.Membership{
			{Code: "RU-BU", Parent: "X-BAIKAL", ValidFrom: on("2018-11-02"), ValidTo: on("2018-11-03")}, {Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: on("2018-11-01")}}, nil, ""},
		"two that clash with each other": {[]labour.Membership{{Code: "MZ", Parent: "RU", ValidFrom: on("2020-01-01")}, {Code: "MZ", Parent: "X-BAIKAL", ValidTo: on("2020-01-01")}}, []int64{2}, "from 2020-01-01"},
		"itself":                         {[]labour.Membership{{Code: "MZ", Parent: "MZ"}}, []int64{1}, "expected regions that do not contain themselves"},
		"a circle":                       {[]labour.Membership{{Code: "RU", Parent: "RU-PRI"}}, []int64{1}, "found RU above RU-PRI already"},
		"a circle of one day":            {[]labour.Membership{{Code: "RU-FD-FE", Parent: "RU", ValidTo: on("2017-12-31")}, {Code: "RU-FD-FE", Parent: "RU-BU", ValidFrom: on("2018-11-04"), ValidTo: on("2018-11-04")}}, []int64{2}, "found RU-FD-FE above RU-BU already"},
		"a region in the one that it contained before": {[]labour.Membership{{Code: "X-BAIKAL", Parent: "RU-IRK", ValidTo: on("2018-11-03")}, {Code: "RU-IRK", Parent: "RU-FD-SI", ValidTo: on("2018-11-03")},
			{Code: "RU-IRK", Parent: "X-BAIKAL", ValidFrom: on("2018-11-04")}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, dbtest.Sample())
			draft, err := store.Draft(t.Context(), db.Merge)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, draft.Discard()) })
			table := tableNamed("region_parents")
			counts := stageTable(t, draft, table, table.Rows(dbtest.Content{Memberships: one.rows}))
			assert.True(t, counts.Reconciles())
			var records []int64
			for _, f := range faultsOf(t, draft, table.Name) {
				records = append(records, f.Record)
				assert.Contains(t, f.Message, one.says)
			}
			assert.Equal(t, one.rejected, records)
			assert.EqualValues(t, len(one.rejected), counts.Rejected)
		})
	}
}

func TestMerge_WarnsOfWhatIsOdd(t *testing.T) {
	store := dbtest.MustOpen(t)
	c := dbtest.Sample()
	p := permit("a") // five workers in March 2018
	c.Permits = []labour.Permit{p}
	for i, one := range []struct {
		on      string
		workers int
	}{{"2018-02-28", 1}, {"2018-03-01", 1}, {"2018-03-31", 3}, {"2018-04-01", 1}} {
		c.Repatriations = append(c.Repatriations, labour.Repatriation{ID: fmt.Sprint("r", i), Region: "RU-PRI", Nationality: "KP", Permit: "a",
			Date: *dbtest.On(one.on), Workers: one.workers, Outcome: labour.Returned, Source: "register"})
	}
	draft, err := store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, draft.Discard()) })
	counts, err := dbtest.Fill(t.Context(), draft, c)
	require.NoError(t, err)
	assert.EqualValues(t, 3, counts[len(counts)-1].Warnings)
	var found []string
	for w, err := range draft.Warnings(t.Context(), "repatriations") {
		require.NoError(t, err)
		found = append(found, fmt.Sprintf("%d %s: %s", w.Record, w.Column, w.Message))
	}
	assert.Equal(t, []string{
		"1 date: a repatriation outside its permit's validity, 2018-03-01 to 2018-03-31: 2018-02-28",
		"4 date: a repatriation outside its permit's validity, 2018-03-01 to 2018-03-31: 2018-04-01",
		"4 workers: more workers repatriated under permit a than its 5: 6",
	}, found)
}

// register returns the sample world with one row of each kind that names everything it can.
func register() dbtest.Content {
	c := dbtest.Sample()
	c.Observations[0].Industry, c.Observations[0].Nationality = "F", "KP"
	c.Claims[0].Industry = "F"
	c.Employers = []labour.Employer{{ID: "e", Name: "Vostok", Region: "RU-PRI", Industry: "F", TaxID: "25", Source: "register"}}
	p := permit("p")
	p.Employer, p.Industry, p.Occupation, p.WageMonthly, p.WageCurrency = "e", "F", "carpenter", dbtest.Some(400.0), "USD"
	p.RevokedOn = dbtest.On("2018-03-20")
	c.Permits = []labour.Permit{p}
	c.Repatriations = []labour.Repatriation{{ID: "r", Region: "RU-PRI", Nationality: "KP", Employer: "e", Permit: "p", Date: *dbtest.On("2018-03-10"), Workers: 2,
		Outcome: labour.Returned, Sanction: "S/RES/2397(2017)", Source: "register"}}
	return c
}
