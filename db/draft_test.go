package db_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/labour"
)

func TestDraft_OnlyOneAtATime(t *testing.T) {
	store := dbtest.MustOpen(t)
	first, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	other, err := db.OpenStore(store.Dir()) // as another process would
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	for name, s := range map[string]*db.Store{"the same store": store, "another one": other} {
		_, err = s.Draft(t.Context(), db.Replace)
		assert.ErrorIs(t, err, db.ErrBusy, name)
	}
	_, err = dbtest.Fill(t.Context(), first, dbtest.Sample())
	require.NoError(t, err, "a refused draft leaves the first one alone")
	_, err = first.Publish(t.Context(), dbtest.PublishedAt, "")
	require.NoError(t, err)

	second, err := other.Draft(t.Context(), db.Merge)
	require.NoError(t, err, "publishing lets the next one in")
	require.NoError(t, second.Discard())
	third, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err, "so does discarding")
	require.NoError(t, third.Discard())
}

func TestDraft_DiscardLeavesNothing(t *testing.T) {
	store := dbtest.MustOpen(t)
	before := dbtest.MustPublish(t, store, dbtest.Sample())
	files := filesIn(t, store.Dir())

	draft, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	assert.Equal(t, 2, draft.Number())
	_, err = dbtest.Fill(t.Context(), draft, dbtest.Content{Countries: []labour.Country{{Code: "MN", Name: "Mongolia"}}})
	require.NoError(t, err)
	require.NoError(t, draft.Discard())
	require.NoError(t, draft.Discard(), "twice is once")

	assert.Equal(t, files, filesIn(t, store.Dir()))
	require.NoError(t, store.Refresh(t.Context()))
	assert.Equal(t, before.Number, dbtest.MustRead(t, store).Info().Number)
}

func TestDraft_DiscardInTheMiddleOfATable(t *testing.T) {
	store := dbtest.MustOpen(t)
	draft, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	stage, err := draft.Stage(t.Context(), "countries", []string{"code", "name"})
	require.NoError(t, err)
	for i := range 100 {
		require.NoError(t, stage.Add(t.Context(), int64(i), int64(i), []any{string(rune('A' + i)), "Somewhere"}))
	}
	require.NoError(t, draft.Discard())
	_, _, err = store.Current(t.Context())
	require.ErrorIs(t, err, db.ErrNoRelease)
	dbtest.MustPublish(t, store, dbtest.Sample())
}

// An import that was killed leaves its draft folder behind, and no lock.
func TestDraft_RemovesWhatAnInterruptedOneLeft(t *testing.T) {
	store := dbtest.MustOpen(t)
	left := filepath.Join(store.Dir(), "draft")
	require.NoError(t, os.MkdirAll(left, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(left, "release.db"), []byte("half a release"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(left, "stage.db-journal"), []byte("half a journal"), 0o644))
	info := dbtest.MustPublish(t, store, dbtest.Sample())
	assert.Equal(t, 1, info.Number)
	assert.NoDirExists(t, left)
	require.NoError(t, dbtest.MustRead(t, store).Verify(t.Context()))
}

func TestDraft_CancelledPublishKeepsTheReleaseThatWas(t *testing.T) {
	store := dbtest.MustOpen(t)
	before := dbtest.MustPublish(t, store, dbtest.Sample())
	draft, err := store.Draft(t.Context(), db.Replace)
	require.NoError(t, err)
	_, err = dbtest.Fill(t.Context(), draft, dbtest.Sample())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = draft.Publish(ctx, dbtest.PublishedAt, "")
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, draft.Discard())
	numbers, err := store.Numbers()
	require.NoError(t, err)
	assert.Equal(t, []int{before.Number}, numbers)
}

func TestDraft_UnknownTable(t *testing.T) {
	store := dbtest.MustOpen(t)
	draft, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, draft.Discard()) })
	_, err = draft.Stage(t.Context(), "castles", []string{"id"})
	assert.ErrorContains(t, err, `"castles"`)
}

func TestDraft_Gates(t *testing.T) {
	store := dbtest.MustOpen(t)
	before := dbtest.MustPublish(t, store, dbtest.Sample())
	draft, err := store.Draft(t.Context(), db.Merge)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, draft.Discard()) })

	err = draft.Check(t.Context(), []labour.Gate{
		{Name: "enough countries", Table: "countries", AtLeast: dbtest.Some(3.0)},
		{Name: "many permits", Table: "permits", AtLeast: dbtest.Some(1.0), AtMost: dbtest.Some(10.0)},
		{Name: "few regions", Table: "regions", AtMost: dbtest.Some(8.0)},
	})
	var failed *db.GateError
	require.ErrorAs(t, err, &failed)
	assert.Len(t, failed.Failed, 2)
	assert.EqualError(t, err, `gate "many permits": expected at least 1 and at most 10 rows in permits, found 0; `+
		`gate "few regions": expected at most 8 rows in regions, found 9`)
	assert.ErrorContains(t, draft.Check(t.Context(), []labour.Gate{{Name: "lost", Table: "castles"}}), `there is no table "castles"`)
	require.NoError(t, draft.Discard())
	require.NoError(t, store.Refresh(t.Context()))
	assert.Equal(t, before.Number, dbtest.MustRead(t, store).Info().Number)
	assert.Empty(t, dbtest.MustRead(t, store).Info().Gates)
}

func TestDraft_GatesThatPassAreKept(t *testing.T) {
	store := dbtest.MustOpen(t)
	gates := []labour.Gate{
		{Name: "a", Table: "countries", AtLeast: dbtest.Some(3.0), AtMost: dbtest.Some(3.0)},
		{Name: "b", Table: "permits", AtMost: dbtest.Some(0.0)},
	}
	publish(t, store, db.Replace, func(draft *db.Draft) {
		_, err := dbtest.Fill(t.Context(), draft, dbtest.Sample())
		require.NoError(t, err)
		require.NoError(t, draft.Check(t.Context(), gates))
	})
	assert.Equal(t, []labour.GateResult{{Gate: gates[0], Found: 3, Passed: true}, {Gate: gates[1], Found: 0, Passed: true}}, dbtest.MustRead(t, store).Info().Gates)
	dbtest.MustPublishInto(t, store, db.Merge, dbtest.Content{})
	assert.Empty(t, dbtest.MustRead(t, store).Info().Gates, "the next release was not held to them")
}

func TestDraft_Settings(t *testing.T) {
	store := dbtest.MustOpen(t)
	c := dbtest.Sample()
	c.Permits = []labour.Permit{permit("a")}
	plain := dbtest.MustPublish(t, store, c)
	assert.Equal(t, "RUB", plain.Currency)
	assert.Equal(t, dbtest.On("2018-03-01"), plain.DataThrough, "the last day on which something happens, not the end of a permit")

	c.Settings = db.Settings{Currency: "USD", DataThrough: dbtest.On("2019-06-30"), LocalLanguage: "pt-BR"}
	set := dbtest.MustPublish(t, store, c)
	assert.Equal(t, "USD", set.Currency)
	assert.Equal(t, dbtest.On("2018-03-01"), set.DataFrom)
	assert.Equal(t, dbtest.On("2019-06-30"), set.DataThrough)
	assert.NotEqual(t, plain.ContentHash, set.ContentHash, "settings are content")
	settings, err := dbtest.MustRead(t, store).Settings(t.Context())
	require.NoError(t, err)
	assert.Equal(t, c.Settings, settings)

	merged := dbtest.MustPublishInto(t, store, db.Merge, dbtest.Content{Settings: db.Settings{Currency: "EUR"}})
	assert.Equal(t, "USD", merged.Currency, "what other rows are paid in changes no money that is there")
	assert.Equal(t, dbtest.On("2019-06-30"), merged.DataThrough, "what a merge does not set stays")
	assert.Equal(t, "RUB", dbtest.MustPublish(t, store, dbtest.Sample()).Currency, "a replacement starts from nothing")
}

// permit returns a valid permit of March 2018.
func permit(id string) labour.Permit {
	return labour.Permit{ID: id, Number: id, Region: "RU-PRI", Nationality: "KP", Workers: 5, IssuedOn: *dbtest.On("2018-03-01"),
		ValidFrom: *dbtest.On("2018-03-01"), ValidTo: *dbtest.On("2018-03-31"), Source: "register"}
}

// publish fills a draft and makes it the release that the store serves.
func publish(t *testing.T, store *db.Store, mode db.Mode, fill func(*db.Draft)) labour.Release {
	t.Helper()
	draft, err := store.Draft(t.Context(), mode)
	require.NoError(t, err)
	defer func() { require.NoError(t, draft.Discard()) }()
	fill(draft)
	info, err := draft.Publish(t.Context(), dbtest.PublishedAt, "")
	require.NoError(t, err)
	require.NoError(t, store.Refresh(t.Context()))
	return info
}

// filesIn lists every file in a folder with its size, the lock aside.
func filesIn(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	sizes := map[string]int64{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() == "import.lock" {
			return err
		}
		info, err := entry.Info()
		sizes[path] = info.Size()
		return err
	}))
	return sizes
}
