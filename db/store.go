// Package db keeps releases: immutable SQLite files that are built whole, published atomically and read by many.
// It is the only package that knows SQL.
package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"homebound/db/internal/build"
	"homebound/internal/labour"
	"homebound/internal/poll"
)

// Store is a folder of releases: DATA/releases/0007-<hash>.db and DATA/CURRENT, which names the one that is served.
type Store struct {
	folder       build.Folder // for an object storage, where what was fetched is kept
	place        place
	stored       stored // nil where the folder is the place
	confidential int    // the size that releases with real rows protect at least

	mu      sync.Mutex
	open    map[string]*handle // by file name
	current *handle
	trouble error // why current is not what CURRENT names, by the last refresh
	closed  bool

	refused  map[string]refusal // by file name: see Guard
	editions map[string]int     // how often a file was refused

	listeners map[chan labour.Release]struct{}
	room      *semaphore.Weighted // for the rows of large reports, of all releases together

	opening    singleflight.Group // of files, by name: the lock is not held meanwhile
	refreshing chan struct{}      // holds one value while somebody looks at CURRENT
	openFile   func(ctx context.Context, path string, least int) (*Release, error)
}

// handle counts the readers of an open release; the store itself is one while the release is current or kept.
type handle struct {
	release *Release
	readers int
	used    time.Time
	checked os.FileInfo // the file as Guard has compared it with its checksum; for Guard alone
	refused bool        // so that it is closed by its last reader
}

// keptOpen is how many releases besides the current one stay open for /releases/N after their last reader has gone.
const keptOpen = 4

// Option sets how a store's releases are read.
type Option func(*Store)

// Confidential masks the real rows of what is published so that groups of k workers are protected, and opens no
// release with real rows that protects less; 0 asks for nothing. A release whose settings ask for more has that.
func Confidential(k int) Option { return func(s *Store) { s.confidential = k } }

// OpenStore opens a folder of releases, and makes it where there is none. Close ends it.
func OpenStore(dir string, options ...Option) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "releases"), 0o755); err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	s := &Store{
		folder: build.Folder(dir), place: folderPlace{build.Folder(dir)}, open: map[string]*handle{}, listeners: map[chan labour.Release]struct{}{},
		refused: map[string]refusal{}, editions: map[string]int{},
		room:       semaphore.NewWeighted(sharedCells),
		refreshing: make(chan struct{}, 1), openFile: openRelease,
	}
	for _, set := range options {
		set(s)
	}
	return s, nil
}

// Dir returns the folder.
func (s *Store) Dir() string { return string(s.folder) }

// Close closes every release, once its last reader has gone.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.current = nil
	for listener := range s.listeners {
		close(listener)
		delete(s.listeners, listener)
	}
	err := s.closeIdle(0)
	if place, is := s.place.(io.Closer); is {
		err = errors.Join(err, place.Close())
	}
	return err
}

// Current acquires the release that CURRENT names; the caller calls done when it has read all it wants.
// It returns ErrNoRelease where nothing is published, and ErrCorrupt (wrapped) where the file is damaged.
func (s *Store) Current(ctx context.Context) (release *Release, done func(), err error) {
	for {
		s.mu.Lock()
		h := s.current
		if h != nil {
			h.readers++
		}
		closed := s.closed
		s.mu.Unlock()
		switch {
		case closed && h == nil:
			return nil, nil, fs.ErrClosed
		case h != nil:
			return h.release, s.doneWith(h), nil
		}
		if err := s.Trouble(); err != nil && s.stored != nil {
			return nil, nil, err // a storage that is away is looked for by Watch, and not by every question
		}
		if err := s.Refresh(ctx); err != nil {
			return nil, nil, err
		}
	}
}

// Numbered acquires release n. It returns a Fault with NotFound where there is none.
func (s *Store) Numbered(ctx context.Context, n int) (release *Release, done func(), err error) {
	names, err := s.place.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	name, err := build.FindNumber(names, n)
	if err != nil {
		return nil, nil, err
	}
	h, err := s.acquire(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	return h.release, s.doneWith(h), nil
}

// openLimit bounds how long a file may take to be opened.
const openLimit = time.Minute

// acquire returns the open release of a file with one more reader, and opens it where it is not. A file is opened once
// for all who wait for it, and without the lock, so that a reader of an old release holds nobody up who reads the
// current one. Whoever gives up waiting leaves the others to it.
func (s *Store) acquire(ctx context.Context, name string) (*handle, error) {
	if err := s.refusalOf(name); err != nil {
		return nil, err
	}
	for {
		s.mu.Lock()
		h, isOpen := s.open[name]
		if isOpen && !s.closed {
			h.readers++
		}
		closed := s.closed
		s.mu.Unlock()
		switch {
		case closed:
			return nil, fs.ErrClosed
		case isOpen:
			return h, nil
		}
		select {
		case opened := <-s.opening.DoChan(name, func() (any, error) {
			return nil, s.openNamed(context.WithoutCancel(ctx), name)
		}):
			if opened.Err != nil {
				return nil, opened.Err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// openNamed opens a file and keeps it open, unless it is already or the store is closed meanwhile.
func (s *Store) openNamed(ctx context.Context, name string) error {
	s.mu.Lock()
	_, isOpen := s.open[name]
	s.mu.Unlock()
	if isOpen {
		return nil
	}
	release, err := s.openFrom(ctx, name)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.Join(fs.ErrClosed, release.close())
	}
	release.edition, release.room = s.editions[name], s.room
	s.open[name] = &handle{release: release, used: time.Now()}
	return nil
}

// openFrom opens a release where it is, or on this machine once it has been fetched.
func (s *Store) openFrom(ctx context.Context, name string) (*Release, error) {
	there, is := s.place.(interface {
		open(ctx context.Context, name string, least int) (*Release, error)
	})
	path := ""
	if !is {
		var err error
		if path, err = s.place.fetch(ctx, name); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	if is {
		return there.open(ctx, name, s.confidential)
	}
	return s.openFile(ctx, path, s.confidential)
}

// doneWith returns what a reader calls at its end.
func (s *Store) doneWith(h *handle) func() {
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.readers--
		h.used = time.Now()
		if h.readers == 0 && h.refused {
			_ = h.release.close()
		}
		kept := keptOpen
		if s.closed {
			kept = 0
		}
		_ = s.closeIdle(kept) // a reader has no use for the error of closing a file that it has read
	})
}

// closeIdle closes releases that nobody reads, the longest unused first, until kept are left; s.mu is held.
func (s *Store) closeIdle(kept int) error {
	var idle []string
	for name, h := range s.open {
		if h.readers == 0 && h != s.current {
			idle = append(idle, name)
		}
	}
	slices.SortFunc(idle, func(a, b string) int { return s.open[b].used.Compare(s.open[a].used) })
	var failed error
	for _, name := range idle[min(kept, len(idle)):] {
		failed = errors.Join(failed, s.open[name].release.close())
		delete(s.open, name)
	}
	return failed
}

// Refresh reads CURRENT and swaps to the release that it names. Readers of the old one keep it until they are done.
// Where the new file cannot be opened, the old one stays current and the error says why.
func (s *Store) Refresh(ctx context.Context) error {
	select {
	case s.refreshing <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.refreshing }()
	err := s.refresh(ctx)
	if ctx.Err() == nil {
		s.mu.Lock()
		s.trouble = err
		s.mu.Unlock()
	}
	return err
}

func (s *Store) refresh(ctx context.Context) error {
	if s.stored != nil {
		if err := s.stored.fetchKeys(ctx); err != nil {
			return err
		}
	}
	name, err := s.place.current(ctx)
	if err != nil {
		return err
	}
	h, err := s.acquire(ctx, name)
	if err != nil {
		return err
	}
	defer s.doneWith(h)()
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.current
	if before == h || s.closed {
		return nil
	}
	s.current = h
	if before != nil {
		for listener := range s.listeners {
			select {
			case listener <- h.release.Info():
			default: // a listener that does not keep up misses this one and hears of the next
			}
		}
	}
	return s.closeIdle(keptOpen)
}

// Watch looks at CURRENT every so often until ctx ends, and swaps when it names another release.
// What goes wrong is handed to report once for as long as it stays the same.
func (s *Store) Watch(ctx context.Context, every time.Duration, report func(error)) {
	poll.Every(ctx, every, func(ctx context.Context) error {
		err := s.Refresh(ctx)
		if errors.Is(err, build.ErrNoRelease) {
			return nil
		}
		return err
	}, report)
}

// Published returns a channel on which every newly published release arrives, until ctx ends or the store closes.
func (s *Store) Published(ctx context.Context) <-chan labour.Release {
	listener := make(chan labour.Release, 8)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		close(listener)
		return listener
	}
	s.listeners[listener] = struct{}{}
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, open := s.listeners[listener]; open {
			delete(s.listeners, listener)
			close(listener)
		}
	})
	return listener
}

// List describes every published release that is served, the oldest first: those that protect
// less than is asked are left out, and those that are refused.
func (s *Store) List(ctx context.Context) ([]labour.Release, error) {
	names, err := s.place.list(ctx)
	if err != nil {
		return nil, err
	}
	releases := make([]labour.Release, 0, len(names))
	for _, name := range names {
		info, known, err := s.place.describe(ctx, name)
		if err == nil && known && (!info.Factual || s.confidential == 0) {
			releases = append(releases, info)
			continue
		}
		number, _ := build.NumberOf(name)
		release, done, err := s.Numbered(ctx, number)
		if errors.Is(err, ErrExposed) || errors.Is(err, ErrRefused) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("release %d: %w", number, err)
		}
		releases = append(releases, release.Info())
		done()
	}
	return releases, nil
}

// Numbers lists the numbers of the published releases, in order.
func (s *Store) Numbers() ([]int, error) {
	names, err := s.folder.Files()
	if err != nil {
		return nil, err
	}
	numbers := make([]int, len(names))
	for i, name := range names {
		numbers[i], _ = build.NumberOf(name)
	}
	return numbers, nil
}

// MakeCurrent names a published release in CURRENT, so that it is served again. It returns a Fault with NotFound where
// there is none of that number.
func (s *Store) MakeCurrent(n int) error {
	if s.stored != nil {
		return ErrStored
	}
	name, err := s.folder.FileOf(n)
	if err != nil {
		return err
	}
	return s.folder.NameCurrent(name)
}

// Kept lists the releases that were built and are kept back.
func (s *Store) Kept() ([]KeptRelease, error) { return s.folder.Kept() }

// ReleaseKept puts a release that was kept back among those that are served; see build.Folder.ReleaseKept.
func (s *Store) ReleaseKept(number int) (there bool, err error) { return s.folder.ReleaseKept(number) }

// Draft starts a release. Only one can be in the making at a time: it returns ErrBusy while another process has one.
func (s *Store) Draft(ctx context.Context, mode build.Mode) (*build.Draft, error) {
	if s.stored != nil {
		return nil, ErrStored
	}
	return build.Start(ctx, s.folder, mode, s.confidential)
}

// Remask publishes the current release again, with the same rows and masks for the size that is asked for.
func (s *Store) Remask(ctx context.Context, now time.Time) (labour.Release, error) {
	draft, err := s.Draft(ctx, build.Remask)
	if err != nil {
		return labour.Release{}, err
	}
	defer draft.Discard() // after Publish there is nothing to discard
	return draft.Publish(ctx, now, draft.Note())
}
