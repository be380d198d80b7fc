package db_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

const checksumEnd = ".sha256"

// sealed publishes one release, and returns its file and that of its checksum.
func sealed(t *testing.T) (store *db.Store, path, sum string) {
	t.Helper()
	store = dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Random(rand.New(rand.NewPCG(1, 1)), 60))
	path = onlyRelease(t, store.Dir())
	return store, path, path + checksumEnd
}

func TestChecksum_StandsBesideEveryReleaseAndGoesWithIt(t *testing.T) {
	store := reopen(t, threeReleases(t))
	releases := filepath.Join(store.Dir(), "releases")
	check := func() {
		names, err := filepath.Glob(filepath.Join(releases, "*"+checksumEnd))
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(releases, "*.db"))
		require.NoError(t, err)
		require.Len(t, names, len(files))
		for _, name := range names {
			check := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", filepath.Base(name))
			check.Dir = releases
			out, err := check.CombinedOutput()
			require.NoError(t, err, "%s", out)
		}
	}
	check()
	_, err := store.Prune(1)
	require.NoError(t, err)
	check()
	require.NoError(t, os.WriteFile(filepath.Join(releases, "0009-0123456789ab.db"+checksumEnd), []byte("left over"), 0o644))
	_, err = store.Remask(t.Context(), dbtest.PublishedAt)
	require.NoError(t, err)
	check()
	dbtest.MustPublish(t, store, permits(7))
	check()
}

// Whatever bit of a published file flips: once the file was checked, nothing is answered from it.
func TestGuard_ServesNoReleaseOfWhichABitHasFlipped(t *testing.T) {
	_, path, sum := sealed(t)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	line, err := os.ReadFile(sum)
	require.NoError(t, err)
	dir := copyOf(t, path)
	file := filepath.Join(dir, "releases", filepath.Base(path))
	require.NoError(t, os.WriteFile(file+checksumEnd, line, 0o644))
	rng := rand.New(rand.NewPCG(60, 60))
	for range testsize.Rounds(60, 15) {
		at, bit := rng.IntN(len(whole)), byte(1)<<rng.IntN(8)
		damaged := slices.Clone(whole)
		damaged[at] ^= bit
		require.NoError(t, os.WriteFile(file, damaged, 0o644))
		about := fmt.Sprintf("bit %d of byte %d", bit, at)
		store, err := db.OpenStore(dir)
		require.NoError(t, err)
		if _, done, err := store.Current(t.Context()); err == nil {
			done()
			require.ErrorIs(t, store.CheckFiles(t.Context()), db.ErrRefused, about)
		}
		_, _, err = store.Current(t.Context())
		require.ErrorIs(t, err, db.ErrCorrupt, about)
		_, _, err = store.Numbered(t.Context(), 1)
		require.ErrorIs(t, err, db.ErrCorrupt, about)
		_, err = store.Verify(t.Context(), 1)
		require.ErrorIs(t, err, db.ErrCorrupt, about)
		require.NoError(t, store.Close())
	}
}

func TestGuard_LetsReadersEndAndTakesUpWhatIsRestored(t *testing.T) {
	store, path, _ := sealed(t)
	reader, done, err := store.Current(t.Context())
	require.NoError(t, err)
	require.NoError(t, store.CheckFiles(t.Context()), "a sound file stays")
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	damage(t, path)
	require.NoError(t, store.Refresh(t.Context()))
	err = store.CheckFiles(t.Context())
	require.ErrorIs(t, err, db.ErrRefused)
	require.ErrorIs(t, err, db.ErrCorrupt)
	assertFault(t, err, labour.Unavailable,
		"Release 1 is refused: its file is not what was published, and has to be restored from a backup.")
	require.ErrorIs(t, store.Trouble(), db.ErrRefused)
	require.ErrorIs(t, store.Refresh(t.Context()), db.ErrRefused)
	assert.Equal(t, []int{1}, store.Refused())
	list, err := store.List(t.Context())
	require.NoError(t, err)
	assert.Empty(t, list)
	assert.Equal(t, 1, reader.Info().Number, "whoever reads it reads to the end")
	done()
	assert.Empty(t, openFiles(t, store.Dir()))

	next := filepath.Join(t.TempDir(), "restored")
	require.NoError(t, os.WriteFile(next, whole, 0o644))
	require.NoError(t, os.Rename(next, path))
	require.NoError(t, store.Refresh(t.Context()))
	restored := dbtest.MustRead(t, store)
	require.NoError(t, restored.Verify(t.Context()))
	assert.Equal(t, 1, restored.Edition(), "what was kept of the damaged one is told from it")
	require.NoError(t, store.CheckFiles(t.Context()))
	assert.Empty(t, store.Refused())
	assert.NoError(t, store.Trouble())
}

func TestGuard_ChecksBesideTheQuestions(t *testing.T) {
	store, path, _ := sealed(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reports := make(chan error, 8)
	ended := make(chan struct{})
	go func() {
		store.Guard(ctx, time.Millisecond, 1<<30, func(err error) { reports <- err })
		close(ended)
	}()
	for range 100 {
		assert.NotZero(t, countPermits(t, dbtest.MustRead(t, store)))
	}
	damage(t, path)
	assert.ErrorIs(t, <-reports, db.ErrRefused)
	_, _, err := store.Current(t.Context())
	require.ErrorIs(t, err, db.ErrRefused)
	stop()
	<-ended
}

// damage turns one bit of a file over, in place.
func damage(t *testing.T, path string) {
	t.Helper()
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	whole[len(whole)/2] ^= 1
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteAt(whole[len(whole)/2:len(whole)/2+1], int64(len(whole)/2))
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)))
}

func TestVerify_ProvesAReleaseOfBeforeThereWereChecksums(t *testing.T) {
	store, path, sum := sealed(t)
	proof, err := store.Verify(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, db.Proof{Checksum: true}, proof)
	require.NoError(t, os.Remove(sum))
	require.NoError(t, store.CheckFiles(t.Context()), "there is nothing to compare it with")
	proof, err = store.Verify(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, db.Proof{Written: true}, proof)
	proof, err = store.Verify(t.Context(), 1)
	require.NoError(t, err)
	assert.Equal(t, db.Proof{Checksum: true}, proof)
	require.NoError(t, os.WriteFile(sum, []byte("what\n"), 0o644))
	_, err = store.Verify(t.Context(), 1)
	require.ErrorContains(t, err, `expected a line of sha256sum for `+filepath.Base(path)+`, found "what\n"`)
}

// A value of a derived table that has become another type, text a blob or a number text, is found by the checksum, and
// where there is none by the hashes.
func TestVerify_FindsEveryChangedType(t *testing.T) {
	testsize.Long(t)
	store := dbtest.MustOpen(t)
	publish(t, store, db.Replace, func(draft *db.Draft) {
		require.NoError(t, draft.Set(t.Context(), db.Settings{Currency: "RUB"}))
		_, err := dbtest.Fill(t.Context(), draft, register())
		require.NoError(t, err)
		require.NoError(t, draft.Check(t.Context(), []labour.Gate{{Name: "one", Table: "permits", AtLeast: dbtest.Some(1.0)}}))
	})
	path := onlyRelease(t, store.Dir())
	line, err := os.ReadFile(path + checksumEnd)
	require.NoError(t, err)
	content := db.ContentTables()
	struck := 0
	for _, table := range tablesOf(t, path) {
		if slices.Contains(content, table) {
			continue
		}
		for _, column := range columnsOf(t, path, table) {
			dir := copyOf(t, path)
			file := filepath.Join(dir, "releases", filepath.Base(path))
			if !retype(t, file, table, column) {
				continue // it has no value, or only such as have no other type
			}
			if struck++; struck%testsize.Rounds(1, 4) != 0 {
				continue
			}
			assert.ErrorIs(t, verify(t, dir), db.ErrCorrupt, "%s.%s by the hashes", table, column)
			require.NoError(t, os.WriteFile(file+checksumEnd, line, 0o644))
			damaged := reopen(t, dir)
			_, err := damaged.Verify(t.Context(), 1)
			assert.ErrorIs(t, err, db.ErrCorrupt, "%s.%s by the checksum", table, column)
		}
	}
	assert.GreaterOrEqual(t, struck, 42)
}

func columnsOf(t *testing.T, path, table string) (names []string) {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path+"?mode=ro&immutable=1")
	require.NoError(t, err)
	defer file.Close()
	rows, err := file.Query(`SELECT name FROM pragma_table_info(?)`, table)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

// retype changes the type of one value of a column and leaves its bytes, as a flipped bit does that says what type they
// are of. SQLite's own check of types is got around meanwhile. False says that there was nothing to change.
func retype(t *testing.T, path, table, column string) bool {
	t.Helper()
	file, err := sql.Open("sqlite3", "file:"+path)
	require.NoError(t, err)
	defer file.Close()
	file.SetMaxOpenConns(1)
	var definition string
	require.NoError(t, file.QueryRow(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, table).Scan(&definition))
	define := func(text string) {
		_, err := file.Exec(`PRAGMA writable_schema = ON`)
		require.NoError(t, err)
		_, err = file.Exec(`UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?`, text, table)
		require.NoError(t, err)
		_, err = file.Exec(`PRAGMA writable_schema = RESET`)
		require.NoError(t, err)
	}
	loose := strings.Replace(definition, "STRICT, WITHOUT ROWID", "WITHOUT ROWID", 1)
	define(strings.Replace(loose, "STRICT", "", 1))
	name := `"` + column + `"`
	done, err := file.Exec(`UPDATE "` + table + `" SET ` + name + ` = CAST(` + name + ` AS BLOB)
		WHERE ` + name + ` = (SELECT ` + name + ` FROM "` + table + `" WHERE typeof(` + name + `) <> 'blob' LIMIT 1)`)
	if err != nil {
		require.ErrorContains(t, err, "datatype mismatch", "%s.%s", table, column) // it numbers the rows
		return false
	}
	changed, err := done.RowsAffected()
	require.NoError(t, err)
	define(definition)
	return changed > 0
}
