package db

import (
	"context"
	"errors"
	"fmt"
	"os"

	"homebound/db/internal/build"
	"homebound/internal/labour"
)

// place is where published releases are: a data folder, or an object storage. Releases are named by their files. Both
// promise the same: a file that has its name is whole and never changes, a number names one release for good, and the
// name of the current one is replaced in one step. placeContract in the tests holds both to it.
type place interface {
	// list returns the releases, in the order of their numbers.
	list(ctx context.Context) ([]string, error)
	// describe returns what a release says of itself, where that can be had without its file.
	describe(ctx context.Context, name string) (info labour.Release, known bool, err error)
	// current returns the name of the current release, or ErrNoRelease.
	current(ctx context.Context) (string, error)
	// fetch returns the path of a release's file on this machine; one that was fetched is whole and checked.
	fetch(ctx context.Context, name string) (string, error)
	// publish copies a release out of a data folder, checked; it is not current yet. One that is there already and the
	// same is let be, and a Fault says that the number is another release's.
	publish(ctx context.Context, from build.Folder, name string, info labour.Release) error
	// makeCurrent names a release that is there in the place of another, "" where none was. It returns ErrMoved where
	// another one is named by now.
	makeCurrent(ctx context.Context, name, before string) error
	// remove removes a release.
	remove(ctx context.Context, name string) error
}

// folderPlace is a data folder as a place.
type folderPlace struct{ folder build.Folder }

func (p folderPlace) list(context.Context) ([]string, error) { return p.folder.Files() }

func (p folderPlace) describe(context.Context, string) (info labour.Release, known bool, err error) {
	return info, false, nil
}

func (p folderPlace) current(context.Context) (string, error) { return p.folder.ReadCurrent() }

func (p folderPlace) fetch(_ context.Context, name string) (string, error) {
	return p.folder.File(name), nil
}

func (p folderPlace) publish(ctx context.Context, from build.Folder, name string, _ labour.Release) error {
	return p.locked(func() error {
		if err := sameNumber(ctx, p, name); err != nil {
			return err
		}
		_, err := from.CopyRelease(ctx, p.folder, name, prove)
		return err
	})
}

func (p folderPlace) makeCurrent(ctx context.Context, name, before string) error {
	return p.locked(func() error {
		if err := isThere(ctx, p, name); err != nil {
			return err
		}
		now, err := p.folder.ReadCurrent()
		if err != nil && !errors.Is(err, ErrNoRelease) {
			return err
		}
		if now != before {
			return superseded(now)
		}
		return p.folder.NameCurrent(name)
	})
}

func (p folderPlace) remove(_ context.Context, name string) error {
	return p.locked(func() error {
		if err := p.folder.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return build.SyncPath(p.folder.Releases())
	})
}

// locked runs what changes the folder while nobody else does; it returns ErrBusy where somebody else does.
func (p folderPlace) locked(change func() error) error {
	unlock, err := p.folder.TryLock()
	if err != nil {
		return err
	}
	return errors.Join(change(), unlock())
}

// sameNumber returns a Fault where a place has another release of the same number.
func sameNumber(ctx context.Context, p place, name string) error {
	names, err := p.list(ctx)
	if err != nil {
		return err
	}
	number, _ := build.NumberOf(name)
	for _, other := range names {
		if n, _ := build.NumberOf(other); n == number && other != name {
			return anotherOf(number, name, other)
		}
	}
	return nil
}

func anotherOf(number int, name, other string) error {
	return labour.Faultf(labour.BadUserInput,
		"Release %d is %s here and %s there: a number names one release for good.", number, name, other)
}

// isThere returns a Fault with NotFound where a place lacks a release.
func isThere(ctx context.Context, p place, name string) error {
	names, err := p.list(ctx)
	if err != nil {
		return err
	}
	number, _ := build.NumberOf(name)
	found, err := build.FindNumber(names, number)
	if err == nil && found != name {
		err = anotherOf(number, name, found)
	}
	return err
}

// superseded says that another release was made current meanwhile.
func superseded(now string) error {
	if now == "" {
		return fmt.Errorf("%w: none is current", ErrMoved)
	}
	return fmt.Errorf("%w: %s is current", ErrMoved, now)
}

// ErrMoved says that another release was made the current one since it was looked at.
var ErrMoved = errors.New("somebody else has published meanwhile")
