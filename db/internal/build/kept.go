package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"homebound/internal/labour"
)

// A release can be built and kept back until a day, such as that of an embargo. Its file then lies in a folder that no
// server reads, DATA/embargoed/0007-<hash>-after-0006.db, since whatever is in releases is answered by its number. It
// names the release that it was made from, so that publishing it takes back nothing that was published since.

// Kept is a release that was built and not published.
type Kept struct {
	Number, After int // After is 0 where it was made from nothing
	name          string
}

var keptFile = regexp.MustCompile(`^(\d{4,})-([0-9a-f]{12})-after-(\d{4,})\.db$`)

// ErrSuperseded says that a release was published since a kept one was made.
var ErrSuperseded = errors.New("another release was published since it was made; import it again")

func (f Folder) embargoed() string { return filepath.Join(string(f), "embargoed") }

// Kept lists the releases that are kept back, by their numbers.
func (f Folder) Kept() ([]Kept, error) {
	entries, err := os.ReadDir(f.embargoed())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the releases that are kept back: %w", err)
	}
	var kept []Kept
	for _, entry := range entries {
		if match := keptFile.FindStringSubmatch(entry.Name()); match != nil {
			number, _ := strconv.Atoi(match[1]) // the expression leaves digits alone
			after, _ := strconv.Atoi(match[3])
			kept = append(kept, Kept{number, after, entry.Name()})
		}
	}
	return kept, nil
}

// Keep derives what reports read, checks the file, and keeps the draft back as a release that ReleaseKept publishes.
func (d *Draft) Keep(ctx context.Context, now time.Time, note string) (labour.Release, error) {
	info := labour.Release{Number: d.number, PublishedAt: now.UTC().Truncate(time.Second), Note: note}
	after, err := d.folder.currentNumber()
	if err != nil {
		return info, err
	}
	if err := d.finish(ctx, &info); err != nil {
		return info, err
	}
	if err := d.closeFile(); err != nil {
		return info, fmt.Errorf("close the draft: %w", err)
	}
	if err := d.folder.keep(ctx, filepath.Join(d.path, "release.db"), d.number, after, info.ContentHash); err != nil {
		return info, fmt.Errorf("keep the release back: %w", err)
	}
	return info, d.Discard()
}

// currentNumber returns the number of the current release, 0 where there is none.
func (f Folder) currentNumber() (int, error) {
	name, err := f.ReadCurrent()
	if errors.Is(err, ErrNoRelease) {
		return 0, nil
	}
	number, _ := NumberOf(name)
	return number, err
}

func (f Folder) keep(ctx context.Context, path string, number, after int, hash string) error {
	if err := os.MkdirAll(f.embargoed(), 0o700); err != nil {
		return err
	}
	sum, err := settle(ctx, path, f.Releases())
	if err != nil {
		return err
	}
	kept := filepath.Join(f.embargoed(), fmt.Sprintf("%04d-%s-after-%04d.db", number, hash[:12], after))
	if err := WriteChecksum(kept, sum); err != nil {
		return err
	}
	if err := os.Rename(path, kept); err != nil {
		return err
	}
	return SyncPath(f.embargoed())
}

// ReleaseKept puts a release that was kept back among those that are served, and reports whether there was one. It is
// not current yet. It returns ErrSuperseded where it was made from another release than the current one, and ErrBusy
// while an import runs.
func (f Folder) ReleaseKept(number int) (there bool, err error) {
	unlock, err := f.TryLock()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	all, err := f.Kept()
	if err != nil {
		return false, err
	}
	for _, k := range all {
		if k.Number != number {
			continue
		}
		current, err := f.currentNumber()
		if err != nil {
			return true, err
		}
		if current != k.After {
			return true, fmt.Errorf("release %d was made from release %d, and release %d is current: %w", number, k.After, current, ErrSuperseded)
		}
		if err := f.placeKept(k.name); err != nil {
			return true, fmt.Errorf("publish release %d: %w", number, err)
		}
		return true, nil
	}
	return false, nil
}

// placeKept names a kept file among the releases, with the checksum of when it was made: what
// has become of it since is for the check to find.
func (f Folder) placeKept(kept string) error {
	match := keptFile.FindStringSubmatch(kept)
	path, name := filepath.Join(f.embargoed(), kept), match[1]+"-"+match[2]+".db"
	sum, err := ReadChecksum(path)
	if errors.Is(err, ErrNoChecksum) { // it was made before there were any
		if err := os.Rename(path, f.File(name)); err != nil {
			return err
		}
		return SyncPath(f.Releases())
	}
	if err != nil {
		return err
	}
	if err := f.place(path, name, sum); err != nil {
		return err
	}
	return os.Remove(path + ChecksumEnd)
}
