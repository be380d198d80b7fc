package db

import (
	"errors"
	"fmt"

	"homebound/db/internal/build"
	"homebound/internal/labour"
)

// Prune removes the files of releases but for the keep highest-numbered ones and the one that CURRENT names, and
// gives the numbers of those that it removed, in order. Whoever has such a file open reads on to the end, on
// systems that let an open file be unlinked. It returns ErrBusy while an import runs, and a Fault, BadUserInput,
// where keep is below 1: numbers are counted on from the highest that is there.
func (s *Store) Prune(keep int) (removed []int, err error) {
	if keep < 1 {
		return nil, labour.Faultf(labour.BadUserInput, "Expected at least 1 release to keep, found %d.", keep)
	}
	if s.stored != nil {
		return nil, ErrStored
	}
	unlock, err := s.folder.TryLock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	current, err := s.folder.ReadCurrent()
	if err != nil {
		return nil, fmt.Errorf("prune: %w", err)
	}
	names, err := s.folder.Files()
	if err != nil {
		return nil, err
	}
	if removed, err = pruned(names, current, keep, s.folder.Remove); err != nil {
		return removed, err
	}
	return removed, build.SyncPath(s.folder.Releases())
}

// pruned removes all releases but the keep newest and the current one, and returns their numbers.
func pruned(names []string, current string, keep int, remove func(name string) error) (removed []int, err error) {
	for _, name := range names[:max(0, len(names)-keep)] {
		if name == current {
			continue
		}
		if err := remove(name); err != nil {
			return removed, fmt.Errorf("prune: %w", err)
		}
		number, _ := build.NumberOf(name)
		removed = append(removed, number)
	}
	return removed, nil
}
