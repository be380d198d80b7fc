package db

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"homebound/db/internal/build"
	"homebound/db/internal/postgres"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ReadBy makes a release answer from one rollup wherever that covers the question, and gives the names of those that do
// for a kind of facts and some dimensions. "" stands for the register's rows, where there is such a plan, and "fewest rows" for
// what a release reads by itself.
func (r *Release) ReadBy(name string) {
	if name == "fewest rows" {
		r.planner = r.smallest
		return
	}
	r.planner = func(facts string, dimensions []labour.Dimension) (build.Rollup, bool) {
		for _, candidate := range build.Rollups {
			if candidate.Name == name && candidate.Facts == facts && candidate.Covers(dimensions) &&
				candidate.IsIn(r.schema, dimensions) {
				return candidate, true
			}
		}
		if facts == build.StockFacts {
			return build.Smallest(r.schema, facts, dimensions) // the stock is read from rollups alone
		}
		return build.Rollup{}, false
	}
}

// ForgetSums makes a release one of before the days of its register were summed up.
func (r *Release) ForgetSums() {
	r.schema = maps.Clone(r.schema)
	delete(r.schema, build.SpansTable)
}

// Rollups names every rollup.
func Rollups() []string {
	var names []string
	for _, r := range build.Rollups {
		names = append(names, r.Name)
	}
	return names
}

// Grind runs a statement on a release that would take for ever.
func Grind(ctx context.Context, r *Release) error {
	_, err := sqlite.Single[int64](ctx, r.file, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`)
	return err
}

// OpenWith lets a test come between a store and its files: before runs whenever one is about to be opened.
func (s *Store) OpenWith(before func(path string)) {
	open := s.openFile
	s.openFile = func(ctx context.Context, path string, least int) (*Release, error) {
		before(path)
		return open(ctx, path, least)
	}
}

// CheckFiles does what Guard does every so often.
func (s *Store) CheckFiles(ctx context.Context) error { return s.checkFiles(ctx, 0) }

// Place is a place of releases, for the contract that all of them are held to.
type Place struct{ p place }

// FolderPlace is a data folder as a place.
func FolderPlace(dir string) Place { return Place{folderPlace{build.Folder(dir)}} }

// BucketPlace is an object storage as a place, with a folder for what is fetched of it.
func BucketPlace(address, cache string, most int64) (Place, error) {
	p, err := newBucketPlace(address, cache, most)
	return Place{p}, err
}

func (p Place) List(ctx context.Context) ([]string, error)             { return p.p.list(ctx) }
func (p Place) Current(ctx context.Context) (string, error)            { return p.p.current(ctx) }
func (p Place) Fetch(ctx context.Context, name string) (string, error) { return p.p.fetch(ctx, name) }
func (p Place) MakeCurrent(ctx context.Context, name, before string) error {
	return p.p.makeCurrent(ctx, name, before)
}
func (p Place) Remove(ctx context.Context, name string) error { return p.p.remove(ctx, name) }

// Publish copies a release of a store to a place.
func (p Place) Publish(ctx context.Context, from *Store, name string) error {
	number, _ := build.NumberOf(name)
	release, done, err := from.Numbered(ctx, number)
	if err != nil {
		return err
	}
	defer done()
	return p.p.publish(ctx, from.folder, name, release.Info())
}

// PushTo is Push to a place.
func (s *Store) PushTo(ctx context.Context, to Place, n, keep int) (Pushed, error) {
	return s.push(ctx, to.p, n, keep)
}

// PostgresPlace is a PostgreSQL as a place.
func PostgresPlace(address string) (Place, error) {
	p, err := newPostgresPlace([]string{address}, "")
	return Place{p}, err
}

// Close ends what a place holds open.
func (p Place) Close() { closePlace(p.p) }

// Mirror has a store of files be read from a PostgreSQL: what is published in its folder is copied there when it is first
// asked for. It is what holds the engine to the contract.
func (s *Store) Mirror(ctx context.Context, address string, options ...PushOption) error {
	if _, err := Prepare(ctx, address); err != nil {
		return err
	}
	p, err := newPostgresPlace([]string{address}, "")
	for _, option := range options {
		err = errors.Join(err, option(p))
	}
	s.place = mirror{folderPlace{s.folder}, p}
	return err
}

// CitusBy is Citus with other keys.
func CitusBy(keys map[string]string) PushOption {
	return func(to stored) error {
		to.(*postgresPlace).shards = &postgres.Sharding{Keys: keys}
		return nil
	}
}

type mirror struct {
	folderPlace
	there *postgresPlace
}

func (m mirror) open(ctx context.Context, name string, least int) (*Release, error) {
	file, err := openRelease(ctx, m.folder.File(name), least)
	if err != nil {
		return nil, err
	}
	defer file.close()
	if err := m.there.publish(ctx, m.folder, name, file.info); err != nil {
		return nil, err
	}
	if err := m.there.cluster.Look(ctx); err != nil {
		return nil, err
	}
	return m.there.open(ctx, name, least)
}

func (m mirror) Close() error { return m.there.Close() }

// HasNoFiles tells whether a place's releases are read where they are.
func (p Place) HasNoFiles() bool {
	_, is := p.p.(*postgresPlace)
	return is
}

// TakeRoom takes all room that large reports share, until leave is called.
func TakeRoom(t testing.TB, s *Store) (leave func()) {
	require.NoError(t, s.room.Acquire(t.Context(), sharedCells))
	return func() { s.room.Release(sharedCells) }
}
