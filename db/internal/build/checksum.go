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
	"path/filepath"
	"regexp"
	"time"

	"homebound/db/internal/sqlite"
	"homebound/internal/atomicfile"
)

// Beside each release stands the checksum of its whole file, 0007-<hash>.db.sha256, as sha256sum writes and checks it. It
// finds every change of the file, whatever SQLite makes of it. A release gets its checksum before it gets its name, so
// that a crash leaves no release without one; a checksum without a release is cleared by the next import.

// ErrNoChecksum says that a release, of before there were any, has no checksum beside it.
var ErrNoChecksum = errors.New("no checksum stands beside the release's file")

// checksumEnd is what the name of a checksum's file has after that of the release's.
const checksumEnd = ".sha256"

var checksumLine = regexp.MustCompile(`^([0-9a-f]{64}) [ *]([^\n]*)\n?$`)

// ReadChecksum returns the checksum, in hex, that stands beside a release's file. It returns ErrNoChecksum where there
// is none, and ErrCorrupt (wrapped) for one that cannot be read as a line of sha256sum.
func ReadChecksum(path string) (string, error) {
	text, err := os.ReadFile(path + checksumEnd)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNoChecksum
	}
	if err != nil {
		return "", fmt.Errorf("read the checksum: %w", err)
	}
	match := checksumLine.FindSubmatch(text)
	if match == nil || string(match[2]) != filepath.Base(path) {
		return "", fmt.Errorf("read the checksum: %w: expected a line of sha256sum for %s, found %.120q",
			sqlite.ErrCorrupt, filepath.Base(path), text)
	}
	return string(match[1]), nil
}

// WriteChecksum puts a checksum beside a release's file, forced to the disk.
func WriteChecksum(path, sum string) error {
	p, err := prepareChecksum(path, sum)
	if err != nil {
		return err
	}
	return commitChecksum(p)
}

func prepareChecksum(path, sum string) (*atomicfile.Pending, error) {
	p, err := atomicfile.Prepare(path+checksumEnd, []byte(sum+"  "+filepath.Base(path)+"\n"), 0o644)
	if err != nil {
		return nil, fmt.Errorf("write the checksum: %w", err)
	}
	return p, nil
}

func commitChecksum(p *atomicfile.Pending) error {
	if err := p.Commit(); err != nil {
		return fmt.Errorf("write the checksum: %w", err)
	}
	return nil
}

// CheckFile computes the checksum of a release's file, at most perSecond bytes a second (0 sets no bound), and compares
// it with the one beside it. It returns ErrCorrupt (wrapped) where they differ, and ErrNoChecksum where there is none.
func CheckFile(ctx context.Context, path string, perSecond int64) error {
	want, err := ReadChecksum(path)
	if err != nil {
		return err
	}
	found, err := Checksum(ctx, path, perSecond)
	if err != nil {
		return err
	}
	if found != want {
		return fmt.Errorf("%w: expected the SHA-256 of %s to be %s, found %s", sqlite.ErrCorrupt, filepath.Base(path),
			want, found)
	}
	return nil
}

// Checksum returns the SHA-256 of a file in hex, read at most at perSecond bytes a second; 0 sets no bound.
func Checksum(ctx context.Context, path string, perSecond int64) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("compute the checksum: %w", err)
	}
	defer file.Close()
	sum := sha256.New()
	if err := copyPaced(ctx, sum, file, perSecond); err != nil {
		return "", fmt.Errorf("compute the checksum: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// copyPaced copies a file, until ctx ends, at most at perSecond bytes a second; 0 sets no bound.
func copyPaced(ctx context.Context, to io.Writer, from io.Reader, perSecond int64) error {
	const step = 1 << 20
	buffer := make([]byte, step)
	began, copied := time.Now(), int64(0)
	for {
		n, err := io.ReadFull(from, buffer)
		if _, err := to.Write(buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		copied += int64(n)
		ahead := time.Duration(0)
		if perSecond > 0 {
			ahead = time.Duration(float64(copied)/float64(perSecond)*float64(time.Second)) - time.Since(began)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(0, ahead)):
		}
	}
}

// Remove removes a release and its checksum, in this order: a checksum that is left over is cleared by the next import,
// and a release without one could no longer be checked.
func (f Folder) Remove(name string) error {
	if err := os.Remove(f.File(name)); err != nil {
		return err
	}
	if err := os.Remove(f.File(name) + checksumEnd); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// clearChecksums removes checksums without a release, and files that never got their names.
func (f Folder) clearChecksums() error {
	for _, dir := range []string{f.Releases(), f.embargoed()} {
		sums, err := filepath.Glob(filepath.Join(dir, "*"+checksumEnd))
		if err != nil {
			return err
		}
		for _, sum := range sums {
			if _, err := os.Stat(sum[:len(sum)-len(checksumEnd)]); errors.Is(err, fs.ErrNotExist) {
				if err := os.Remove(sum); err != nil {
					return err
				}
			}
		}
		half, err := filepath.Glob(filepath.Join(dir, ".*.db*"))
		if err != nil {
			return err
		}
		for _, path := range half {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
