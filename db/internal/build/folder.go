package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"homebound/db/internal/sqlite"
	"homebound/internal/atomicfile"
	"homebound/internal/labour"
)

// Folder is a data folder: releases/0007-<hash>.db with their checksums, CURRENT, which names the one that is served, and the draft of the
// next one. It knows names and forces them to the disk; whoever changes it holds its lock.
type Folder string

// Releases returns the path of the folder that published files are in.
func (f Folder) Releases() string { return filepath.Join(string(f), "releases") }

// File returns the path of a published file.
func (f Folder) File(name string) string { return filepath.Join(f.Releases(), name) }

// TryLock locks the folder for whoever changes it. It returns ErrBusy at once where somebody else does.
func (f Folder) TryLock() (unlock func() error, err error) {
	lock := flock.New(filepath.Join(string(f), "import.lock"))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if !locked {
		return nil, ErrBusy
	}
	return lock.Unlock, nil
}

var releaseFile = regexp.MustCompile(`^(\d{4,})-([0-9a-f]{12})\.db$`)

// ErrNoRelease says that nothing has been published in the folder yet.
var ErrNoRelease = errors.New("no release has been published")

// Files lists the release files in the order of their numbers.
func (f Folder) Files() ([]string, error) {
	entries, err := os.ReadDir(f.Releases())
	if err != nil {
		return nil, fmt.Errorf("list the releases: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if releaseFile.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	SortNames(names)
	return names, nil
}

// FileOf returns the file name of release n.
func (f Folder) FileOf(n int) (string, error) {
	names, err := f.Files()
	if err != nil {
		return "", err
	}
	return FindNumber(names, n)
}

// FindNumber returns the name of release n among those of files. A Fault says that there is none.
func FindNumber(names []string, n int) (string, error) {
	for _, name := range names {
		if number, _ := NumberOf(name); number == n {
			return name, nil
		}
	}
	if len(names) == 0 {
		return "", labour.Faultf(labour.NotFound, "There is no release %d; this server holds none.", n)
	}
	first, _ := NumberOf(names[0])
	last, _ := NumberOf(names[len(names)-1])
	if first == last {
		return "", labour.Faultf(labour.NotFound, "There is no release %d; this server holds release %d alone.", n, first)
	}
	return "", labour.Faultf(labour.NotFound, "There is no release %d; this server holds releases %d to %d.", n, first, last)
}

// NumberOf reads a release's number from the name of its file.
func NumberOf(name string) (int, bool) {
	match := releaseFile.FindStringSubmatch(name)
	if match == nil {
		return 0, false
	}
	n, err := strconv.Atoi(match[1])
	return n, err == nil
}

// ReadCurrent returns the file name that CURRENT holds.
func (f Folder) ReadCurrent() (string, error) {
	text, err := os.ReadFile(f.current())
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNoRelease
	}
	if err != nil {
		return "", fmt.Errorf("read CURRENT: %w", err)
	}
	return ParseCurrent(text)
}

// ParseCurrent reads the text of CURRENT.
func ParseCurrent(text []byte) (string, error) {
	name := strings.TrimSpace(string(text))
	if !releaseFile.MatchString(name) {
		return "", fmt.Errorf("read CURRENT: expected the name of a release file, found %.80q", name)
	}
	return name, nil
}

// SortNames puts the names of release files in the order of their numbers.
func SortNames(names []string) {
	slices.SortFunc(names, func(a, b string) int {
		m, _ := NumberOf(a)
		n, _ := NumberOf(b)
		return m - n
	})
}

// publish puts a finished file in its place and names it in CURRENT. Killed at any moment it leaves either the
// release that was current, or the new one whole: a file gets its name only when its bytes and its checksum are on the
// disk. What may lack room is written before anything gets a name.
func (f Folder) publish(ctx context.Context, path string, number int, hash string) (string, error) {
	name := fmt.Sprintf("%04d-%s.db", number, hash[:12])
	sum, err := settle(ctx, path, f.Releases())
	if err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	current, err := f.prepareCurrent(name)
	if err != nil {
		return "", err
	}
	if err := f.place(path, name, sum); err != nil {
		return "", errors.Join(fmt.Errorf("publish: %w", err), current.Discard())
	}
	return name, replaceCurrent(current)
}

// settle forces a finished file to the disk, gives it the owner of the folder that it is to stand in, and returns its
// checksum.
func settle(ctx context.Context, path, folder string) (sum string, err error) {
	both, running := errgroup.WithContext(ctx)
	both.Go(func() error {
		if err := SyncPath(path); err != nil {
			return err
		}
		return atomicfile.OwnAs(path, folder)
	})
	both.Go(func() (err error) {
		sum, err = Checksum(running, path, 0)
		return err
	})
	err = both.Wait()
	return sum, err
}

// checkFinished has SQLite check a file that is whole but for the hash of what is derived, which is in no index.
func checkFinished(ctx context.Context, path string) error {
	file := sqlite.OpenWhole(path)
	defer file.Close()
	found, err := sqlite.Single[string](ctx, file, `PRAGMA quick_check(1)`)
	if err != nil || found != "ok" {
		return fmt.Errorf("check the draft: %s: %w", found, errors.Join(err, sqlite.ErrCorrupt))
	}
	return nil
}

// place writes the checksum of a settled file, then names it among the releases.
func (f Folder) place(path, name, sum string) error {
	if err := WriteChecksum(f.File(name), sum); err != nil {
		return err
	}
	if err := os.Rename(path, f.File(name)); err != nil {
		return err
	}
	return SyncPath(f.Releases())
}

// NameCurrent replaces CURRENT in one step.
func (f Folder) NameCurrent(name string) error {
	current, err := f.prepareCurrent(name)
	if err != nil {
		return err
	}
	return replaceCurrent(current)
}

// current returns the path of the file that names the release to serve.
func (f Folder) current() string { return filepath.Join(string(f), "CURRENT") }

// prepareCurrent writes the CURRENT that is to come beside the one that is.
func (f Folder) prepareCurrent(name string) (*atomicfile.Pending, error) {
	next, err := atomicfile.Prepare(f.current(), []byte(name+"\n"), 0o644)
	if err != nil {
		return nil, fmt.Errorf("name the current release: %w", err)
	}
	return next, nil
}

// replaceCurrent puts what was prepared in the place of CURRENT.
func replaceCurrent(next *atomicfile.Pending) error {
	if err := next.Commit(); err != nil {
		return fmt.Errorf("name the current release: %w", err)
	}
	return nil
}

// clear removes what was left by an interrupted import, its draft and a CURRENT that was prepared and never named, and by
// a push.
func (f Folder) clear(draft string) error {
	left, err := filepath.Glob(filepath.Join(string(f), ".CURRENT*"))
	if err != nil {
		return err
	}
	sent, err := filepath.Glob(filepath.Join(string(f), ".push-*"))
	if err != nil {
		return err
	}
	for _, path := range append(append(left, sent...), draft) {
		if err := removeAll(path); err != nil {
			return err
		}
	}
	return f.clearChecksums()
}

// nextNumber is one more than the highest number in use; a draft holds the lock under which it stays free.
func (f Folder) nextNumber() (int, error) {
	names, err := f.Files()
	if err != nil {
		return 1, err
	}
	last := 0
	if len(names) > 0 {
		last, _ = NumberOf(names[len(names)-1])
	}
	kept, err := f.Kept()
	for _, k := range kept {
		last = max(last, k.Number)
	}
	return last + 1, err
}

// SyncPath forces a file's or a folder's content to the disk.
func SyncPath(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

// removeAll removes a folder; one that is not there is no error.
func removeAll(path string) error {
	if err := os.RemoveAll(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
