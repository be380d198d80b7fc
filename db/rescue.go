package db

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"homebound/db/internal/build"
	"homebound/internal/labour"
)

// Rescue makes the highest-numbered release that can be opened the one that is lent, for a server that starts where
// CURRENT names none that can. CURRENT stays as it is: Refresh goes on trying the release that it names, and
// Trouble says so until then. It returns ErrNoRelease where the folder holds no release, and why each failed where
// none can be opened.
func (s *Store) Rescue(ctx context.Context) (labour.Release, error) {
	names, err := s.folder.Files()
	if err != nil {
		return labour.Release{}, err
	}
	if len(names) == 0 {
		return labour.Release{}, build.ErrNoRelease
	}
	if name, err := s.folder.ReadCurrent(); err == nil && s.stored != nil { // what was served before
		names = append(names, name)
	}
	var failed error
	for _, name := range slices.Backward(names) {
		h, err := s.acquire(ctx, name)
		if err == nil {
			defer s.doneWith(h)()
			s.mu.Lock()
			defer s.mu.Unlock()
			s.current = h
			return h.release.Info(), nil
		}
		if ctx.Err() != nil {
			return labour.Release{}, ctx.Err()
		}
		failed = errors.Join(failed, fmt.Errorf("%s: %w", name, err))
	}
	return labour.Release{}, failed
}

// Trouble tells why the release that is lent is not the one that CURRENT names; nil where it is.
func (s *Store) Trouble() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble
}
