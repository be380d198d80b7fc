package db

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"homebound/db/internal/build"
	"homebound/db/internal/objects"
	"homebound/internal/labour"
)

// ErrStored says that releases are made in a data folder and pushed, and not in an object storage.
var ErrStored = errors.New("releases of an object storage are read here: make them in a data folder, and push them")

// newBucketPlace opens an object storage by its address, s3://bucket/prefix.
func newBucketPlace(address, cache string, most int64) (*bucketPlace, error) {
	bucket, err := objects.Open(address)
	if err != nil {
		return nil, err
	}
	return &bucketPlace{bucket: bucket, cache: build.Folder(cache), most: most, known: map[string]described{}}, nil
}

// OpenStored opens the releases of an object storage, at s3://bucket/prefix, for reading. What is fetched is kept in a
// folder, which may be empty or hold what an earlier process has fetched, and takes at most so many bytes beside the
// current release. It asks the storage nothing yet. The key file of the storage comes with Refresh.
func OpenStored(address, cache string, most int64, options ...Option) (*Store, error) {
	s, err := OpenStore(cache, options...)
	if err != nil {
		return nil, err
	}
	stored, err := newBucketPlace(address, cache, most)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.place, s.stored = stored, stored
	return s, nil
}

// Pushed says what Push did.
type Pushed struct {
	Release labour.Release
	Current bool  // whether it was current already
	Removed []int // the numbers of older releases that were removed
}

// Push copies release n, the current one for 0, to an object storage, names it the current one there, and removes all
// but the keep newest where keep is above 0. It returns ErrMoved (wrapped) where somebody else has pushed meanwhile: the
// file is there then, and the other release is current.
func (s *Store) Push(ctx context.Context, address string, n, keep int) (Pushed, error) {
	to, err := newBucketPlace(address, "", 0)
	if err != nil {
		return Pushed{}, err
	}
	return s.push(ctx, to, n, keep)
}

func (s *Store) push(ctx context.Context, to place, n, keep int) (p Pushed, err error) {
	before, err := to.current(ctx) // before anything is sent, so that who pushes meanwhile is noticed
	if err != nil && !errors.Is(err, ErrNoRelease) {
		return p, err
	}
	if n == 0 {
		name, err := s.folder.ReadCurrent()
		if err != nil {
			return p, err
		}
		n, _ = build.NumberOf(name)
	}
	if _, err := s.Verify(ctx, n); err != nil {
		return p, err
	}
	release, done, err := s.Numbered(ctx, n)
	if err != nil {
		return p, err
	}
	defer done()
	p.Release = release.Info()
	name, err := s.folder.FileOf(n)
	if err != nil {
		return p, err
	}
	if err := to.publish(ctx, s.folder, name, p.Release); err != nil {
		return p, fmt.Errorf("push release %d: %w", n, err)
	}
	if p.Current = before == name; !p.Current {
		if err := to.makeCurrent(ctx, name, before); err != nil {
			return p, fmt.Errorf("name release %d the current one: %w", n, err)
		}
	}
	if keep > 0 {
		names, err := to.list(ctx)
		if err != nil {
			return p, err
		}
		p.Removed, err = pruned(names, name, keep, func(name string) error { return to.remove(ctx, name) })
		return p, err
	}
	return p, nil
}

// FetchKeys takes the key file of the object storage over into the cache, as Refresh does, without waiting for a release:
// the first request is let in by the keys of today. A store of files has nothing to fetch.
func (s *Store) FetchKeys(ctx context.Context) error {
	if s.stored == nil {
		return nil
	}
	return s.stored.fetchKeys(ctx)
}

// PushKeys copies the key file of the data folder to an object storage, whose readers take it over.
func (s *Store) PushKeys(ctx context.Context, address string) error {
	bucket, err := objects.Open(address)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(s.Dir(), keysObject))
	if err != nil {
		return fmt.Errorf("push the keys: %w", err)
	}
	if err := bucket.Overwrite(ctx, keysObject, text); err != nil {
		return fmt.Errorf("push the keys: %w", err)
	}
	return nil
}
