package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// Whatever happens to CURRENT or to the file that it names, what was served before is served on, and the error says
// what was found.
func TestStore_DamageKeepsTheReleaseThatWas(t *testing.T) {
	testsize.Long(t)
	second := func(dir string) string {
		files, err := filepath.Glob(filepath.Join(dir, "releases", "0002-*.db"))
		if err != nil || len(files) != 1 {
			panic(fmt.Sprint("expected one file of release 2: ", files, err))
		}
		return files[0]
	}
	for name, one := range map[string]struct {
		damage  func(dir string) error
		says    string
		corrupt bool
	}{
		"CURRENT holds something else": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("../../etc/passwd\n"), 0o644)
		}, `expected the name of a release file, found "../../etc/passwd"`, false},
		"CURRENT is empty": {func(dir string) error { return os.Truncate(filepath.Join(dir, "CURRENT"), 0) },
			`expected the name of a release file, found ""`, false},
		"CURRENT is gone":        {func(dir string) error { return os.Remove(filepath.Join(dir, "CURRENT")) }, "no release has been published", false},
		"the file is gone":       {func(dir string) error { return os.Remove(second(dir)) }, "no such file", true},
		"the file is empty":      {func(dir string) error { return os.Truncate(second(dir), 0) }, "damaged", true},
		"the file is half there": {func(dir string) error { return halve(second(dir)) }, "damaged", true},
		"the file lacks its end": {func(dir string) error { return cut(second(dir), 1) }, "damaged", true},
		"the file lacks a page":  {func(dir string) error { return cut(second(dir), 8192) }, "damaged", true},
		"the file is a text": {func(dir string) error {
			return os.WriteFile(second(dir), []byte("not a database, but a letter to its reader"), 0o644)
		}, "damaged", true},
		"the file is all zero":    {func(dir string) error { return os.WriteFile(second(dir), make([]byte, 1<<16), 0o644) }, "damaged", true},
		"another file's contents": {func(dir string) error { return os.WriteFile(second(dir), []byte("SQLite format 3\x00"), 0o644) }, "damaged", true},
	} {
		t.Run(name, func(t *testing.T) {
			store := dbtest.MustOpen(t)
			dbtest.MustPublish(t, store, permits(5))
			publisher, err := db.OpenStore(store.Dir())
			require.NoError(t, err)
			dbtest.MustPublish(t, publisher, permits(50))
			require.NoError(t, publisher.Close())
			require.NoError(t, one.damage(store.Dir()))

			err = store.Refresh(t.Context())
			require.ErrorContains(t, err, one.says)
			assert.Equal(t, one.corrupt, errors.Is(err, db.ErrCorrupt))
			release, done, err := store.Current(t.Context())
			require.NoError(t, err, "the old release stays")
			assert.Equal(t, 5, countPermits(t, release))
			done()

			late, err := db.OpenStore(store.Dir())
			require.NoError(t, err)
			_, _, err = late.Current(t.Context())
			require.ErrorContains(t, err, one.says, "a server that starts now says the same")
			require.NoError(t, late.Close())
		})
	}
}

// cut takes bytes off the end of a file.
func cut(path string, bytes int64) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()-bytes)
}

func halve(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()/2)
}

// Whoever changes a published file with a tool of SQLite's own leaves a sound file with other figures.
func TestVerify_FindsEveryTableThatIsEmptied(t *testing.T) {
	testsize.Long(t)
	store := dbtest.MustOpen(t)
	publish(t, store, db.Replace, func(draft *db.Draft) {
		require.NoError(t, draft.Set(t.Context(), db.Settings{Currency: "RUB"}))
		_, err := dbtest.Fill(t.Context(), draft, register())
		require.NoError(t, err)
		require.NoError(t, draft.Check(t.Context(), []labour.Gate{{Name: "one", Table: "permits", AtLeast: dbtest.Some(1.0)}}))
	})
	path := onlyRelease(t, store.Dir())
	for _, table := range tablesOf(t, path) {
		t.Run(table, func(t *testing.T) {
			dir := copyOf(t, path)
			tamper(t, filepath.Join(dir, "releases", filepath.Base(path)), table)
			assert.ErrorIs(t, verify(t, dir), db.ErrCorrupt)
		})
	}
}

// One flipped bit in a published file is either found, or changes nothing that anybody reads.
func TestVerify_FindsEveryFlippedBitThatMatters(t *testing.T) {
	testsize.Long(t)
	for _, seed := range dbtest.Seeds(t, 1, 2) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			flipBits(t, rand.New(rand.NewPCG(seed, 0)), testsize.Rounds(60, 30))
		})
	}
}

// copyOf makes a data folder that holds one release alone.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "releases"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "CURRENT"), []byte(filepath.Base(path)+"\n"), 0o644))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "releases", filepath.Base(path)), whole, 0o644))
	return dir
}

// verify opens a folder's current release and verifies it.
func verify(t *testing.T, dir string) error {
	t.Helper()
	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	release, done, err := store.Current(t.Context())
	if err != nil {
		return err
	}
	defer done()
	return release.Verify(t.Context())
}

// tablesOf lists a file's tables that hold anything, SQLite's own and the record of migrations aside.
func tablesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&immutable=1")
	require.NoError(t, err)
	defer file.Close()
	rows, err := file.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name`)
	require.NoError(t, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return slices.DeleteFunc(names, func(name string) bool {
		var found int
		require.NoError(t, file.QueryRow("SELECT COUNT(*) FROM "+name).Scan(&found))
		return found == 0
	})
}

// tamper takes every row out of a table.
func tamper(t *testing.T, path, table string) {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Exec("DELETE FROM " + table)
	require.NoError(t, err)
}

func flipBits(t *testing.T, rng *rand.Rand, flips int) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Random(rand.New(rand.NewPCG(1, 1)), 60))
	require.NoError(t, dbtest.MustRead(t, store).Verify(t.Context()))
	expected := everything(t, dbtest.MustRead(t, store))
	path := onlyRelease(t, store.Dir())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	dir := copyOf(t, path)
	found := 0
	for range flips {
		at, bit := rng.IntN(len(whole)), byte(1)<<rng.IntN(8)
		damaged := slices.Clone(whole)
		damaged[at] ^= bit
		require.NoError(t, os.WriteFile(filepath.Join(dir, "releases", filepath.Base(path)), damaged, 0o644))
		about := fmt.Sprintf("bit %d of byte %d", bit, at)
		other, err := db.OpenStore(dir)
		require.NoError(t, err)
		release, done, err := other.Current(t.Context())
		if err == nil {
			err = release.Verify(t.Context())
			if err == nil {
				assert.Equal(t, expected, everything(t, release), about)
			}
			done()
		}
		if err != nil {
			found++
			assert.ErrorIs(t, err, db.ErrCorrupt, about)
		}
		require.NoError(t, other.Close(), about)
	}
	assert.Positive(t, found)
}

// everything reads all that a release answers from: its description, every row, and figures of every family.
func everything(t *testing.T, r *db.Release) []any {
	t.Helper()
	all := []any{r.Info()}
	for _, table := range dbtest.Tables {
		require.NoError(t, r.Rows(t.Context(), table.Name, table.Columns, func(values []any) error {
			all = append(all, slices.Clone(values))
			return nil
		}))
	}
	for _, by := range [][]labour.Dimension{nil, {labour.ByRegion}, {labour.ByRegion, labour.ByIndustry}, {labour.ByEmployer}} {
		report, err := r.Report(t.Context(), db.ReportQuery{GroupBy: by, Granularity: labour.Month, Measures: []labour.Measure{
			labour.PermitsIssued, labour.WorkersAuthorised, labour.AverageMonthlyWage, labour.PeakWorkersPresent, labour.WorkersRepatriated}})
		require.NoError(t, err)
		all = append(all, report.Rows)
	}
	page, err := r.PermitPages(t.Context(), []db.PermitFilter{{}}, db.Order[db.PermitOrder]{Field: db.PermitByNumber}, db.Span{Limit: 1000})
	require.NoError(t, err)
	return append(all, page)
}
