// Package atomicfile replaces files so that a crash at any moment leaves the old one or the new one, whole and on the
// disk, and so that whoever could read the old one can read the new one.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// Pending is a file that is written and forced to the disk, and has no name yet.
type Pending struct {
	file   *renameio.PendingFile
	folder string
}

// Prepare writes the text of a file that is to stand at path. What may lack room is done here: Commit only gives the
// name. A file that replaces another keeps its mode and owner. A new one has the mode that is given, and, written by
// root, the owner of its folder: so a command that root runs beside the server of another user leaves nothing that the
// server cannot read.
func Prepare(path string, text []byte, mode fs.FileMode) (*Pending, error) {
	folder := filepath.Dir(path)
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(folder), renameio.WithPermissions(mode),
		renameio.WithExistingPermissions())
	if err != nil {
		return nil, err
	}
	p := &Pending{file, folder}
	if _, err := file.Write(text); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	if err := keepOwner(file.File, path, folder); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	if err := file.Sync(); err != nil {
		return nil, errors.Join(err, p.Discard())
	}
	return p, nil
}

// Commit renames the file into place, in one step, and forces the folder to the disk.
func (p *Pending) Commit() error {
	if err := p.file.CloseAtomicallyReplace(); err != nil {
		return errors.Join(err, p.file.Cleanup())
	}
	folder, err := os.Open(p.folder)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Discard removes the file again. After Commit it does nothing.
func (p *Pending) Discard() error { return p.file.Cleanup() }

// Write is Prepare and Commit.
func Write(path string, text []byte, mode fs.FileMode) error {
	p, err := Prepare(path, text, mode)
	if err != nil {
		return err
	}
	return p.Commit()
}

// OwnAs changes the owner of a file that root has written to that of another. For anybody else it does nothing.
func OwnAs(path, model string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return chown(file, model)
}

// keepOwner sets the owner of a file to that of the one that it replaces, else, where root writes it, of its folder.
func keepOwner(file *os.File, path, folder string) error {
	switch _, err := os.Stat(path); {
	case err == nil:
		return chown(file, path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if os.Geteuid() != 0 {
		return nil
	}
	return chown(file, folder)
}

// chown sets the owner of a file to that of another. Where that is not allowed, it returns an error for a file that the other's
// owner could not read, and lets one be that everybody may read.
func chown(file *os.File, model string) error {
	like, err := os.Stat(model)
	if err != nil {
		return err
	}
	now, err := file.Stat()
	if err != nil {
		return err
	}
	own, is := like.Sys().(*syscall.Stat_t), now.Sys().(*syscall.Stat_t)
	if own.Uid == is.Uid && own.Gid == is.Gid {
		return nil
	}
	err = file.Chown(int(own.Uid), int(own.Gid))
	if errors.Is(err, fs.ErrPermission) && now.Mode()&0o004 != 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s belongs to another user, who could not read the new one: %w", model, err)
	}
	return nil
}
