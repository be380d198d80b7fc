package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"homebound/db/internal/build"
	"homebound/db/internal/objects"
	"homebound/db/internal/postgres"
	"homebound/internal/labour"
)

// ErrStored says that releases are made in a data folder and pushed, and not where they are read from.
var ErrStored = errors.New("releases of a store are read here: make them in a data folder, and push them")

// stored is a place that is not this machine's: its key file is taken over into a folder here.
type stored interface {
	place
	fetchKeys(ctx context.Context) error
	writeKeys(ctx context.Context, text []byte) error
}

// newBucketPlace opens an object storage by its address, s3://bucket/prefix.
func newBucketPlace(address, cache string, most int64) (*bucketPlace, error) {
	bucket, err := objects.Open(address)
	if err != nil {
		return nil, err
	}
	return &bucketPlace{bucket: bucket, cache: build.Folder(cache), most: most, known: map[string]described{}}, nil
}

// newStored opens an object storage or a PostgreSQL by its address. Several addresses are of one PostgreSQL.
func newStored(addresses []string, cache string, most int64) (stored, error) {
	if len(addresses) > 0 && postgres.IsAddress(addresses[0]) {
		return newPostgresPlace(addresses, cache)
	}
	if len(addresses) != 1 {
		return nil, fmt.Errorf("expected the address of one object storage, or those of one PostgreSQL, found %d", len(addresses))
	}
	return newBucketPlace(addresses[0], cache, most)
}

// OpenStored opens the releases of an object storage, at s3://bucket/prefix, or of a PostgreSQL, at postgres://host/database,
// for reading. What is fetched of a storage is kept in a folder, which may be empty or hold what an earlier process has
// fetched, and takes at most so many bytes beside the current release. It asks nothing yet. The key file that was pushed comes
// with Refresh.
func OpenStored(addresses []string, cache string, most int64, options ...Option) (*Store, error) {
	s, err := OpenStore(cache, options...)
	if err != nil {
		return nil, err
	}
	stored, err := newStored(addresses, cache, most)
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

// Push copies release n, the current one for 0, to an object storage or a PostgreSQL, names it the current one there, and removes all
// but the keep newest where keep is above 0. It returns ErrMoved (wrapped) where somebody else has pushed meanwhile: the
// file is there then, and the other release is current.
func (s *Store) Push(ctx context.Context, address string, n, keep int, options ...PushOption) (Pushed, error) {
	to, err := newStored([]string{address}, "", 0)
	if err != nil {
		return Pushed{}, err
	}
	defer closePlace(to)
	for _, option := range options {
		if err := option(to); err != nil {
			return Pushed{}, err
		}
	}
	return s.push(ctx, to, n, keep)
}

// PushOption changes how Push copies.
type PushOption func(stored) error

// Citus distributes the copy over the servers of a Citus cluster. Push returns an error (wrapped) where the address is not of
// a PostgreSQL with the extension.
func Citus(to stored) error {
	place, is := to.(*postgresPlace)
	if !is {
		return errors.New("--citus: expected the address of a PostgreSQL, postgres://..., found that of an object storage")
	}
	place.shards = sharding
	return nil
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
	if err := s.provePushed(ctx, to, n); err != nil {
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
	p.Current = before == name
	if err := s.send(ctx, to, name, before, p.Release); err != nil {
		return p, err
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

// provePushed proves a release before it is sent. Of a copy whose content is read back and hashed it is enough that the
// file is the one whose checksum was written as it was published: the content is not read twice.
func (s *Store) provePushed(ctx context.Context, to place, n int) error {
	if _, readBack := to.(*postgresPlace); readBack {
		if _, _, proof, err := s.proveFile(ctx, n); err != nil || proof.Checksum {
			return err
		}
	}
	_, err := s.Verify(ctx, n)
	return err
}

// send copies a release to a place and makes it current there in the place of another: at once where the place can.
func (s *Store) send(ctx context.Context, to place, name, before string, info labour.Release) error {
	atOnce, can := to.(interface {
		push(ctx context.Context, from build.Folder, name string, info labour.Release, before *string) error
	})
	if can && before != name {
		if err := atOnce.push(ctx, s.folder, name, info, &before); err != nil {
			return fmt.Errorf("push release %d: %w", info.Number, err)
		}
		return nil
	}
	if err := to.publish(ctx, s.folder, name, info); err != nil {
		return fmt.Errorf("push release %d: %w", info.Number, err)
	}
	if before == name {
		return nil
	}
	if err := to.makeCurrent(ctx, name, before); err != nil {
		return fmt.Errorf("name release %d the current one: %w", info.Number, err)
	}
	return nil
}

// closePlace closes a place that was opened for a push.
func closePlace(p place) {
	if open, is := p.(io.Closer); is {
		_ = open.Close() // whatever was sent has been answered for
	}
}

// Prepare makes the catalogue of releases in a PostgreSQL and the role that may read there, and returns the role's name.
func Prepare(ctx context.Context, address string) (reader string, err error) {
	if !postgres.IsAddress(address) {
		return "", fmt.Errorf("--init: expected the address of a PostgreSQL, postgres://..., found %.80q", address)
	}
	cluster, err := postgres.Connect(address)
	if err != nil {
		return "", err
	}
	defer cluster.Close()
	return cluster.Reader(), cluster.Init(ctx)
}

// FetchKeys takes the key file of the object storage over into the cache, as Refresh does, without waiting for a release:
// the first request is let in by the keys of today. A store of files has nothing to fetch.
func (s *Store) FetchKeys(ctx context.Context) error {
	if s.stored == nil {
		return nil
	}
	return s.stored.fetchKeys(ctx)
}

// PushKeys copies the key file of the data folder to an object storage or a PostgreSQL, whose readers take it over.
func (s *Store) PushKeys(ctx context.Context, address string) error {
	to, err := newStored([]string{address}, "", 0)
	if err != nil {
		return err
	}
	defer closePlace(to)
	text, err := os.ReadFile(filepath.Join(s.Dir(), keysObject))
	if err != nil {
		return fmt.Errorf("push the keys: %w", err)
	}
	if err := to.writeKeys(ctx, text); err != nil {
		return fmt.Errorf("push the keys: %w", err)
	}
	return nil
}
