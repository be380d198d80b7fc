package db

import (
	"context"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ReadBy makes a release answer from one rollup wherever that covers the question, and gives the names of those that do
// for a kind of facts and some dimensions. "" stands for the register's rows, where there is such a plan.
func (r *Release) ReadBy(name string) {
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
