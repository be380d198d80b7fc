package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"homebound/db/internal/build"
	"homebound/internal/labour"
	"homebound/internal/poll"
)

// A file may go bad after it was published: a disk forgets a bit, somebody copies over it. SQLite notices little of that,
// and would answer other figures. Guard therefore compares the files of open releases with their checksums, beside the
// questions. A file that differs is refused from then on, by its number too, until another stands in its place.

// refusal says which file is refused and why.
type refusal struct {
	file os.FileInfo
	err  error
}

// ErrRefused says that a release's file is not what was published, and that the release is not served therefore.
var ErrRefused = errors.New("a release that is refused")

// Guard checks the files of open releases every so often until ctx ends: each once after it was opened, and again where
// it has changed since. It reads at most perSecond bytes a second, and holds nobody up. Each refusal goes to report.
func (s *Store) Guard(ctx context.Context, every time.Duration, perSecond int64, report func(error)) {
	poll.Every(ctx, every, func(ctx context.Context) error { return s.checkFiles(ctx, perSecond) }, report)
}

// checkFiles checks what is open and unchecked, the current release first, and returns what it refuses.
func (s *Store) checkFiles(ctx context.Context, perSecond int64) error {
	s.allowRestored()
	var failed error
	for _, name := range s.openNames() {
		s.mu.Lock()
		h, isOpen := s.open[name]
		s.mu.Unlock()
		if !isOpen {
			continue
		}
		path := s.folder.File(name)
		before, err := os.Stat(path)
		if err != nil || sameFile(h.checked, before) {
			continue // what was removed may be read to its end by those who have it open
		}
		err = build.CheckFile(ctx, path, perSecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if after, stat := os.Stat(path); stat != nil || !sameFile(before, after) {
			continue // it was replaced meanwhile
		}
		h.checked = before
		if err == nil || errors.Is(err, build.ErrNoChecksum) {
			continue
		}
		failed = errors.Join(failed, s.refuse(name, h, before, err))
	}
	return failed
}

// openNames lists the files that are open, that of the current release first.
func (s *Store) openNames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := slices.Sorted(maps.Keys(s.open))
	slices.SortStableFunc(names, func(a, b string) int {
		switch s.current {
		case s.open[a]:
			return -1
		case s.open[b]:
			return 1
		}
		return 0
	})
	return names
}

// refuse takes a release out of those that are lent. Whoever reads it reads to the end.
func (s *Store) refuse(name string, h *handle, file os.FileInfo, cause error) error {
	number, _ := build.NumberOf(name)
	err := fmt.Errorf("%w: %w: %w", ErrRefused, labour.Faultf(labour.Unavailable,
		"Release %d is refused: its file is not what was published, and has to be restored from a backup.", number), cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused[name], h.refused = refusal{file, err}, true
	s.editions[name]++
	if s.open[name] == h {
		delete(s.open, name)
	}
	if s.current == h {
		s.current, s.trouble = nil, err
	}
	if s.stored != nil { // where it is fetched again from
		err = errors.Join(err, s.folder.Remove(name))
	}
	if h.readers == 0 {
		err = errors.Join(err, h.release.close())
	}
	return err
}

// allowRestored forgets refusals of files in whose place another stands.
func (s *Store) allowRestored() {
	s.mu.Lock()
	refused := maps.Clone(s.refused)
	s.mu.Unlock()
	for name, r := range refused {
		if file, err := os.Stat(s.folder.File(name)); errors.Is(err, fs.ErrNotExist) || err == nil && !sameFile(r.file, file) {
			s.mu.Lock()
			delete(s.refused, name)
			s.mu.Unlock()
		}
	}
}

// refusalOf returns why a file is refused; nil where it is not, or another stands in its place.
func (s *Store) refusalOf(name string) error {
	s.mu.Lock()
	r, isRefused := s.refused[name]
	s.mu.Unlock()
	if !isRefused {
		return nil
	}
	if file, err := os.Stat(s.folder.File(name)); err == nil && sameFile(r.file, file) {
		return r.err
	}
	s.mu.Lock()
	delete(s.refused, name)
	s.mu.Unlock()
	return nil
}

// Refused lists the numbers of releases that are refused.
func (s *Store) Refused() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := make([]int, 0, len(s.refused))
	for name := range s.refused {
		number, _ := build.NumberOf(name)
		numbers = append(numbers, number)
	}
	slices.Sort(numbers)
	return numbers
}

// sameFile tells whether a file is still the one that was looked at, and unchanged since. Nil is none.
func sameFile(before, now os.FileInfo) bool {
	return before != nil && os.SameFile(before, now) && before.Size() == now.Size() &&
		before.ModTime().Equal(now.ModTime())
}

// Proof says how a release was verified, beside its hashes.
type Proof struct {
	Checksum bool // whether a checksum stood beside it
	Written  bool // whether there was none, and now is
}

// Verify proves a release: its file against its checksum, then the file's structure, content and what is derived. It
// returns ErrCorrupt (wrapped) where any of it is not what was published. A release of before there were checksums is
// given one, once its hashes are proven, where its folder can be written.
func (s *Store) Verify(ctx context.Context, n int) (Proof, error) {
	path, sum, proof, err := s.proveFile(ctx, n)
	if err != nil {
		return proof, err
	}
	release, done, err := s.Numbered(ctx, n)
	if err != nil {
		return proof, err
	}
	defer done()
	if err := release.Verify(ctx); err != nil {
		return proof, err
	}
	proof.Written = !proof.Checksum && build.WriteChecksum(path, sum) == nil
	return proof, nil
}

// proveFile compares the file of a release with the checksum beside it, where there is one.
func (s *Store) proveFile(ctx context.Context, n int) (path, sum string, proof Proof, err error) {
	name, err := s.folder.FileOf(n)
	if err != nil {
		return "", "", proof, err
	}
	path = s.folder.File(name)
	if sum, err = build.Checksum(ctx, path, 0); err != nil {
		return path, "", proof, err
	}
	want, err := build.ReadChecksum(path)
	switch {
	case errors.Is(err, build.ErrNoChecksum):
		return path, sum, proof, nil
	case err != nil:
		return path, sum, proof, fmt.Errorf("verify release %d: %w", n, err)
	}
	proof.Checksum = true
	if sum != want {
		err = fmt.Errorf("verify release %d: %w: expected the file's SHA-256 to be %s, found %s", n, ErrCorrupt, want, sum)
	}
	return path, sum, proof, err
}
