package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/internal/confidential"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// maskedBy returns content whose real rows are what their masks say, and the masked count of each permit, computed here
// row by row.
func maskedBy(t *testing.T, c dbtest.Content, secret []byte, k int) (dbtest.Content, map[string]int) {
	t.Helper()
	m, err := confidential.New(secret, k)
	require.NoError(t, err)
	c.Settings.Confidential = 0
	c.Permits = append([]labour.Permit(nil), c.Permits...)
	c.Repatriations = append([]labour.Repatriation(nil), c.Repatriations...)
	under := map[string][]*labour.Repatriation{}
	for i := range c.Repatriations {
		r := &c.Repatriations[i]
		under[r.Permit] = append(under[r.Permit], r)
		if r.Permit == "" && !r.Synthetic {
			r.Workers = m.Count(confidential.RepatriatedWorkers, r.ID, r.Workers)
		}
	}
	permits := map[string]int{}
	for i := range c.Permits {
		p := &c.Permits[i]
		gone := under[p.ID]
		for range gone {
			for j := range len(gone) - 1 {
				if a, b := gone[j], gone[j+1]; b.Date < a.Date || b.Date == a.Date && b.ID < a.ID {
					gone[j], gone[j+1] = b, a
				}
			}
		}
		real, rows := !p.Synthetic, make([]confidential.Row, len(gone))
		for j, g := range gone {
			real, rows[j] = real || !g.Synthetic, confidential.Row{ID: g.ID, Workers: g.Workers}
		}
		permits[p.ID] = 1
		if !real {
			continue
		}
		workers, repatriated := m.Permit(confidential.Row{ID: p.ID, Workers: p.Workers}, rows)
		for j, g := range gone {
			g.Workers = repatriated[j]
		}
		if p.WageMonthly != nil {
			p.WageMonthly = new(m.Wage(p.ID, *p.WageMonthly))
		}
		p.Workers, permits[p.ID] = workers, m.Count(confidential.PermitCount, p.ID, 1)
	}
	return c, permits
}

func publishMasked(t *testing.T, c dbtest.Content, k int) (*db.Store, []byte) {
	t.Helper()
	c.Settings.Confidential = k
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, c)
	secret, err := os.ReadFile(filepath.Join(store.Dir(), "secret"))
	require.NoError(t, err)
	return store, secret
}

// Every figure is what a register of masked rows would give, whatever is asked and whichever plan answers it.
func TestMasks_AreWhatEveryFigureIsMadeOf(t *testing.T) {
	testsize.Long(t)
	const k = 5
	shown := func(count int) int { return int(confidential.Show(k, float64(count))) }
	for seed := range uint64(testsize.Rounds(4, 2)) {
		content := dbtest.Random(rand.New(rand.NewPCG(seed, 3)), 60)
		store, secret := publishMasked(t, content, k)
		masked, _ := maskedBy(t, content, secret, k)
		other := dbtest.MustOpen(t)
		dbtest.MustPublish(t, other, masked)
		release, plain := dbtest.MustRead(t, store), dbtest.MustRead(t, other)
		require.True(t, release.Perturbed())
		require.False(t, plain.Perturbed())
		rng := rand.New(rand.NewPCG(seed, 4))
		for _, plan := range append(db.Rollups(), "") {
			release.ReadBy(plan)
			for range testsize.Rounds(12, 4) {
				q := anyQuestion(rng, content)
				about := fmt.Sprintf("seed %d, plan %q: %+v", seed, plan, q)
				got, err := release.Report(t.Context(), q)
				require.NoError(t, err)
				want, err := plain.Report(t.Context(), q)
				require.NoError(t, err)
				require.Len(t, got.Rows, len(want.Rows), about)
				for i := range want.Rows {
					w, g := want.Rows[i], got.Rows[i]
					require.Equal(t, w.Group, g.Group, about)
					if !got.Perturbed() {
						require.Equal(t, w.WorkersAuthorised, g.WorkersAuthorised, about)
						continue
					}
					require.Equal(t, shown(w.WorkersAuthorised), g.WorkersAuthorised, about)
					require.Equal(t, shown(w.WorkersPresent), g.WorkersPresent, about)
					require.Equal(t, shown(w.PeakWorkersPresent), g.PeakWorkersPresent, about)
					require.Equal(t, shown(w.WorkersRepatriated), g.WorkersRepatriated, about)
					if mean := w.AverageWorkersPresent(); mean >= k {
						require.Equal(t, w.WorkerDays, g.WorkerDays, about)
					} else {
						require.InDelta(t, confidential.Show(k, mean), g.AverageWorkersPresent(), 0, about)
					}
					if g.AverageMonthlyWage != nil {
						require.InEpsilon(t, *w.AverageMonthlyWage, *g.AverageMonthlyWage, 1e-9, about)
					}
					for _, count := range []int{g.PermitsIssued, g.WorkersAuthorised, g.WorkersPresent, g.PeakWorkersPresent, g.WorkersRepatriated} {
						require.False(t, 0 < count && count < k, about)
					}
				}
			}
		}
	}
}

// Permits are counted by their masks, from the register's rows as from a rollup.
func TestMasks_CountPermits(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(2, 5)), 200)
	store, secret := publishMasked(t, content, 3)
	_, permits := maskedBy(t, content, secret, 3)
	want, other := 0, false
	for _, p := range content.Permits {
		if p.IssuedOn.Known() { // else nobody knows when it was issued
			want += permits[p.ID]
			other = other || permits[p.ID] != 1
		}
	}
	require.True(t, other, "a mask counts for another number than its permit")
	release := dbtest.MustRead(t, store)
	for _, plan := range []string{"issues_by_region", "issues_by_cell", ""} {
		release.ReadBy(plan)
		rep, err := release.Ask(t.Context(), db.ReportQuery{Measures: []labour.Measure{labour.PermitsIssued}})
		require.NoError(t, err)
		totals, err := rep.Totals(t.Context(), rep.Query.Measures)
		require.NoError(t, err)
		assert.Equal(t, want, totals.PermitsIssued, plan)
	}
}

// Lists hold the true rows: they are for those alone who may read them.
func TestMasks_AreNotInLists(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(6, 5)), 60)
	store, _ := publishMasked(t, content, 10)
	release := dbtest.MustRead(t, store)
	ids := make([]string, len(content.Permits))
	for i, p := range content.Permits {
		ids[i] = p.ID
	}
	rows, err := release.Permits(t.Context(), ids)
	require.NoError(t, err)
	for i, p := range content.Permits {
		assert.Equal(t, p.Workers, rows[i].Workers)
		assert.Equal(t, p.WageMonthly, rows[i].WageMonthly)
	}
	require.NoError(t, release.Verify(t.Context()))
}

// The same row has the same mask in every release of a folder, and others in another folder; a copy without the secret
// answers alike. The secret is its owner's alone.
func TestMasks_AreDrawnFromTheSecretOfTheFolder(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(7, 5)), 100)
	q := db.ReportQuery{GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Month, Measures: []labour.Measure{labour.WorkersAuthorised}}
	rowsOf := func(store *db.Store) []db.ReportRow {
		rep, err := dbtest.MustRead(t, store).Report(t.Context(), q)
		require.NoError(t, err)
		return rep.Rows
	}
	store, secret := publishMasked(t, content, 5)
	first := rowsOf(store)
	path := filepath.Join(store.Dir(), "secret")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.Len(t, secret, confidential.SecretSize)

	content.Settings.Confidential = 5
	dbtest.MustPublish(t, store, content)
	assert.Equal(t, first, rowsOf(store), "another release of the same rows")
	another, _ := publishMasked(t, content, 5)
	assert.NotEqual(t, first, rowsOf(another), "another secret")
	assert.Equal(t, dbtest.MustRead(t, store).Info().ContentHash, dbtest.MustRead(t, another).Info().ContentHash)

	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(store.Dir())))
	require.NoError(t, os.Remove(filepath.Join(dir, "secret")))
	moved, err := db.OpenStore(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, moved.Close()) })
	assert.Equal(t, first, rowsOf(moved), "a copy without the secret")

	require.NoError(t, os.Chmod(path, 0o644))
	_, err = store.Remask(t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	assert.ErrorContains(t, err, "expected a file that its owner alone may read (mode 0600), found mode 0644")
}

// A release that protects less than is asked is not opened, and published again it is.
func TestRemask_PublishesTheSameRowsUnderMore(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(8, 5)), 60)
	plain := dbtest.MustOpen(t)
	before := dbtest.MustPublish(t, plain, content)
	require.Nil(t, before.Confidential)
	store, err := db.OpenStore(plain.Dir(), db.Confidential(10))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	_, _, err = store.Current(t.Context())
	require.ErrorIs(t, err, db.ErrExposed)
	require.ErrorContains(t, err, "Release 1 is not masked and --confidential or its settings ask for 10; `homebound releases remask --confidential 10` publishes it again under that.")
	after, err := store.Remask(t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	require.NoError(t, err)
	assert.Equal(t, 10, *after.Confidential)
	assert.Equal(t, before.Counts, after.Counts)
	assert.Equal(t, before.Note, after.Note)
	require.NoError(t, store.Refresh(t.Context()))
	assert.Equal(t, 10, dbtest.MustRead(t, store).Confidential())
	listed, err := store.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, 1, "the one that protects less is not served")

	content.Settings.Confidential = 5
	dbtest.MustPublishInto(t, plain, db.Merge, content)
	assert.Equal(t, 10, dbtest.MustRead(t, plain).Confidential(), "a later package never protects less")
}

// A release of before there were masks is opened as it is, unless its rows are real and masks are asked for. Published
// anew it has the schema of today.
func TestOpen_ReadsReleasesOfBeforeThereWereMasks(t *testing.T) {
	content := dbtest.Random(rand.New(rand.NewPCG(1, 1)), 8)
	store := earlier(t, "schema1_real.db.gz")
	release := dbtest.MustRead(t, store)
	require.NoError(t, release.Verify(t.Context()))
	assert.False(t, release.Perturbed())
	var questions []db.ReportQuery
	var answers []*db.Report
	rng := rand.New(rand.NewPCG(1, 2))
	for range testsize.Rounds(200, 50) { // by the plans of the file, which has fewer rollups with fewer dimensions
		q := anyQuestion(rng, content)
		rep, err := release.Report(t.Context(), q)
		require.NoError(t, err)
		questions, answers = append(questions, q), append(answers, rep)
	}
	release.ReadBy("")
	for i, q := range questions {
		want, err := release.Report(t.Context(), q)
		require.NoError(t, err)
		sameRows(t, want.Rows, answers[i].Rows, "%+v\n%v\n%v", q, want.SQL, answers[i].SQL)
	}
	for _, plan := range append(db.Rollups(), "") {
		release.ReadBy(plan)
		rep, err := release.Report(t.Context(), db.ReportQuery{
			Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersRepatriated}})
		require.NoError(t, err)
		require.Len(t, rep.Rows, 1)
		assert.Equal(t, len(content.Permits), rep.Rows[0].PermitsIssued)
	}
	rows, err := release.Permits(t.Context(), []string{content.Permits[0].ID})
	require.NoError(t, err)
	assert.Equal(t, content.Permits[0].Workers, rows[0].Workers)
	_, err = store.Remask(t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	require.NoError(t, err)

	_, _, err = earlier(t, "schema1_real.db.gz", db.Confidential(5)).Current(t.Context())
	require.ErrorIs(t, err, db.ErrExposed)
	assert.Zero(t, dbtest.MustRead(t, earlier(t, "schema1.db.gz", db.Confidential(5))).Confidential())
}

// A release whose package asked to withhold small counts, as before there were masks, is not opened as it is: published
// anew it is masked for as many.
func TestOpen_RefusesWhatWithheldSmallCountsUntilItIsMasked(t *testing.T) {
	for asked, k := range map[int]int{2: 3, 7: 7} {
		store := earlier(t, "schema1_real.db.gz")
		file, err := sql.Open("sqlite3", filepath.Join(store.Dir(), "releases", "0001-a9bbc07cc8fc.db"))
		require.NoError(t, err)
		_, err = file.Exec(`INSERT INTO settings VALUES ('suppressBelow', ?)`, asked)
		require.NoError(t, errors.Join(err, file.Close()))
		_, _, err = store.Current(t.Context())
		require.ErrorIs(t, err, db.ErrExposed)
		release, err := store.Remask(t.Context(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		require.NoError(t, err)
		assert.Equal(t, k, *release.Confidential)
		require.NoError(t, store.Refresh(t.Context()))
		settings, err := dbtest.MustRead(t, store).Settings(t.Context())
		require.NoError(t, err)
		assert.Equal(t, k, settings.Confidential)
	}
}
