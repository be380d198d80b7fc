package build

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"homebound/internal/confidential"
)

// secret reads the folder's secret, which masks are drawn from, and makes one where there is none. It returns an error
// where others than its owner may read it, and where it is cut short. It is in no release: who has the two can tell a
// row from its mask.
func (f Folder) secret() ([]byte, error) {
	path := filepath.Join(string(f), "secret")
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: expected a file that its owner alone may read (mode 0600), found mode %04o", path, info.Mode().Perm())
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	if len(secret) < confidential.SecretSize {
		return nil, fmt.Errorf("%s: expected %d bytes, found %d", path, confidential.SecretSize, len(secret))
	}
	return secret, nil
}

// makeSecret writes a new secret whole: a crash leaves none, or one that nothing is masked by.
func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, confidential.SecretSize)
	rand.Read(secret) // which never fails
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	_, err = file.Write(secret)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	if err := os.Link(path+".new", path); err != nil { // which never replaces one that is there
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	if err := os.Remove(path + ".new"); err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	return secret, SyncPath(filepath.Dir(path))
}
