package db

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// publish puts a finished file in its place and names it in CURRENT. Killed at any moment it leaves either the release
// that was current, or the new one whole: a file gets its name only when its bytes are on the disk. What may lack room is
// written before anything gets a name.
func (s *Store) publish(path string, number int, hash string) (string, error) {
	name := fmt.Sprintf("%04d-%s.db", number, hash[:12])
	if err := syncPath(path); err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	if err := s.prepareCurrent(name); err != nil {
		return "", err
	}
	if err := os.Rename(path, filepath.Join(s.dir, "releases", name)); err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	if err := syncPath(filepath.Join(s.dir, "releases")); err != nil {
		return "", fmt.Errorf("publish: %w", err)
	}
	return name, s.replaceCurrent()
}

// nameCurrent replaces CURRENT in one step.
func (s *Store) nameCurrent(name string) error {
	if err := s.prepareCurrent(name); err != nil {
		return err
	}
	return s.replaceCurrent()
}

// prepareCurrent writes the CURRENT that is to come beside the one that is.
func (s *Store) prepareCurrent(name string) error {
	next := filepath.Join(s.dir, currentNext)
	if err := os.WriteFile(next, []byte(name+"\n"), 0o644); err != nil {
		return errors.Join(fmt.Errorf("name the current release: %w", err), removeAll(next))
	}
	if err := syncPath(next); err != nil {
		return errors.Join(fmt.Errorf("name the current release: %w", err), removeAll(next))
	}
	return nil
}

// replaceCurrent puts what was prepared in the place of CURRENT.
func (s *Store) replaceCurrent() error {
	if err := os.Rename(filepath.Join(s.dir, currentNext), filepath.Join(s.dir, "CURRENT")); err != nil {
		return fmt.Errorf("name the current release: %w", err)
	}
	if err := syncPath(s.dir); err != nil {
		return fmt.Errorf("name the current release: %w", err)
	}
	return nil
}

// currentNext is the name of the CURRENT that is to come.
const currentNext = "CURRENT.next"

// nextNumber is one more than the highest number in use; a draft holds the lock under which it stays free.
func (s *Store) nextNumber() (int, error) {
	names, err := s.files()
	if err != nil || len(names) == 0 {
		return 1, err
	}
	last, _ := numberOf(names[len(names)-1])
	return last + 1, nil
}

// syncPath forces a file's or a folder's content to the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// removeAll removes a folder; one that is not there is no error.
func removeAll(path string) error {
	if err := os.RemoveAll(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
