package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"homebound/db/internal/sqlite"
	"homebound/internal/atomicfile"
	"homebound/internal/labour"
)

// Copied says what became of one release when a folder was copied.
type Copied struct {
	Number int
	Was    bool  // whether it was there already, and sound
	Err    error // why it was not copied
}

// CopyTo copies the releases to another data folder, and names the one that is current here in CURRENT there. Both may
// be in use: each file is written under a name that nobody reads, checked against its checksum, forced to the disk and
// only then put in its place. Releases that the other folder has and this one lacks stay there.
//
// A release of before there were checksums is handed to prove. One that is not what was published is not copied, and
// the error names it; CURRENT changes where the release that it is to name was copied. It returns ErrBusy while the
// other folder is being written.
func (f Folder) CopyTo(ctx context.Context, to Folder, prove func(ctx context.Context, path string) error,
	report func(Copied)) (err error) {
	current, err := f.ReadCurrent()
	if err != nil {
		return err
	}
	names, err := f.Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to.Releases(), 0o755); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	unlock, err := to.TryLock()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := f.mayCopyTo(to, names); err != nil {
		return err
	}
	if err := to.clearChecksums(); err != nil {
		return fmt.Errorf("clear what was left: %w", err)
	}
	var failed error
	for _, name := range names {
		c := Copied{}
		c.Number, _ = NumberOf(name)
		c.Was, c.Err = f.CopyRelease(ctx, to, name, prove)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(c.Err, fs.ErrNotExist) && name != current {
			continue // it was pruned meanwhile
		}
		report(c)
		if c.Err != nil {
			failed = errors.Join(failed, fmt.Errorf("copy release %d: %w", c.Number, c.Err))
			if name == current {
				return failed
			}
		}
	}
	return errors.Join(to.NameCurrent(current), failed)
}

// mayCopyTo returns a Fault where the folders are one, or a number is another release there.
func (f Folder) mayCopyTo(to Folder, names []string) error {
	here, err := os.Stat(string(f))
	if err != nil {
		return err
	}
	there, err := os.Stat(string(to))
	if err != nil {
		return err
	}
	if os.SameFile(here, there) {
		return labour.Faultf(labour.BadUserInput, "Expected two folders, found %s twice.", to)
	}
	others, err := to.Files()
	if err != nil {
		return err
	}
	numbers := map[int]string{}
	for _, name := range others {
		number, _ := NumberOf(name)
		numbers[number] = name
	}
	for _, name := range names {
		number, _ := NumberOf(name)
		if other, has := numbers[number]; has && other != name {
			return labour.Faultf(labour.BadUserInput, "Release %d is %s in %s and %s in %s: a number names one release for good. Copy to an empty folder.",
				number, name, f, other, to)
		}
	}
	return nil
}

// CopyRelease copies one file and its checksum, unless the same is there and sound; the caller holds the lock of the
// other folder.
func (f Folder) CopyRelease(ctx context.Context, to Folder, name string,
	prove func(ctx context.Context, path string) error) (was bool, err error) {
	want, err := ReadChecksum(f.File(name))
	lacks := errors.Is(err, ErrNoChecksum)
	if err != nil && !lacks {
		return false, err
	}
	if there, err := Checksum(ctx, to.File(name), 0); err == nil {
		if lacks {
			if want, err = Checksum(ctx, f.File(name), 0); err != nil {
				return false, err
			}
		}
		if there == want && CheckFile(ctx, to.File(name), 0) == nil {
			return true, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	path, found, err := f.copyFile(ctx, to, name)
	if err != nil {
		return false, err
	}
	defer os.Remove(path) // in vain once it has its name
	if lacks {
		err = prove(ctx, path)
	} else if found != want {
		err = fmt.Errorf("%w: expected the SHA-256 of %s to be %s, found %s", sqlite.ErrCorrupt, name, want, found)
	}
	if err != nil {
		return false, err
	}
	return false, to.place(path, name, found)
}

// copyFile writes a copy under a name that nobody reads, forces it to the disk, and returns its checksum.
func (f Folder) copyFile(ctx context.Context, to Folder, name string) (path, sum string, err error) {
	from, err := os.Open(f.File(name))
	if err != nil {
		return "", "", err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return "", "", err
	}
	copied, err := os.CreateTemp(to.Releases(), "."+name+".*")
	if err != nil {
		return "", "", err
	}
	hash := sha256.New()
	err = copyPaced(ctx, io.MultiWriter(copied, hash), from, 0)
	err = errors.Join(err, copied.Chmod(info.Mode().Perm()), copied.Sync(), copied.Close())
	if err == nil {
		err = atomicfile.OwnAs(copied.Name(), to.Releases())
	}
	if err != nil {
		return "", "", errors.Join(err, os.Remove(copied.Name()))
	}
	return copied.Name(), hex.EncodeToString(hash.Sum(nil)), nil
}

// Receive writes a release that comes from elsewhere: fill writes its bytes, which are checked, forced to the disk and
// put in their place.
func (f Folder) Receive(name, sum string, fill func(io.Writer) error) error {
	file, err := os.CreateTemp(f.Releases(), "."+name+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // in vain once it has its name
	hash := sha256.New()
	if err := errors.Join(fill(io.MultiWriter(file, hash)), file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		return err
	}
	if found := hex.EncodeToString(hash.Sum(nil)); found != sum {
		return fmt.Errorf("%w: expected the SHA-256 of %s to be %s, found %s", sqlite.ErrCorrupt, name, sum, found)
	}
	return f.place(file.Name(), name, sum)
}
