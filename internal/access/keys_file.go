package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"

	"homebound/internal/atomicfile"
	"homebound/internal/labour"
	"homebound/internal/poll"
)

// Keys are the keys of a data folder, in DATA/keys.json. A server reads them while commands change them.
type Keys struct {
	path string

	mu      sync.Mutex
	read    []byte // what ring was read from
	ring    atomic.Pointer[Keyring]
	trouble atomic.Pointer[error] // why the file cannot be read; nil where it can
}

// keysFile is the form of the file.
type keysFile struct {
	Keys Keyring `json:"keys"`
}

// OpenKeys reads the keys of a data folder. Where there is no file there are none.
func OpenKeys(dir string) (*Keys, error) {
	k := &Keys{path: filepath.Join(dir, "keys.json")}
	k.ring.Store(&Keyring{})
	return k, k.Refresh()
}

// ErrUnreadable says that there is a file and it cannot be read at all, so that nobody knows which keys still count.
var ErrUnreadable = errors.New("read the keys")

// Refresh reads the file where it has changed. Where it cannot be read the error says why (ErrUnreadable), and no key counts
// until it can: one of them may have been revoked in the file. A file with a mistake in it leaves the keys as they were.
func (k *Keys) Refresh() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.refresh()
	if err != nil {
		if errors.Is(err, ErrUnreadable) {
			k.read = nil // so that it is read again, whatever it holds then
			k.ring.Store(&Keyring{})
		}
		k.trouble.Store(&err)
		return err
	}
	k.trouble.Store(nil)
	return nil
}

// Trouble returns why the keys cannot be read, nil where they can. A nil Keys has none.
func (k *Keys) Trouble() error {
	if k == nil {
		return nil
	}
	if trouble := k.trouble.Load(); trouble != nil {
		return *trouble
	}
	return nil
}

func (k *Keys) refresh() error {
	text, err := os.ReadFile(k.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if k.read != nil && bytes.Equal(text, k.read) {
		return nil
	}
	var file keysFile
	if len(text) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields() // a misspelt restriction would be none
		if err = decoder.Decode(&file); err == nil {
			err = file.Keys.check()
		}
		if err != nil {
			return fmt.Errorf("read the keys: %s: %w", k.path, err)
		}
	}
	k.read = append([]byte{}, text...) // not nil, also where there is no file
	k.ring.Store(&file.Keys)
	return nil
}

// Watch reads the file every so often until ctx ends, so that a key counts, or no longer does, without a restart.
// What goes wrong is handed to report once for as long as it stays the same.
func (k *Keys) Watch(ctx context.Context, every time.Duration, report func(error)) {
	poll.Every(ctx, every, func(context.Context) error { return k.Refresh() }, report)
}

// Current returns the keys as they stand; a nil Keys has none.
func (k *Keys) Current() Keyring {
	if k == nil {
		return nil
	}
	return *k.ring.Load()
}

// List returns all keys, expired and revoked ones too, in the order in which they were made.
func (k *Keys) List() []Key { return slices.Clone(k.Current()) }

// Add keeps a key by its name, origins, budget, end and permissions, and gives the text that its holder sends,
// which cannot be had again. It returns a Fault with BadUserInput where an active key has the name, or the name is
// none.
func (k *Keys) Add(key Key, now time.Time) (text string, err error) {
	if !keyName.MatchString(key.Name) {
		return "", labour.Faultf(labour.BadUserInput,
			"Expected a name of small letters, digits and -, at most 40, found %.60q.", key.Name)
	}
	err = k.change(func(ring Keyring) (Keyring, error) {
		if active(ring, key.Name, now) != nil {
			return nil, labour.Faultf(labour.BadUserInput,
				"There is an active key %s already: revoke it or rotate it, or take another name.", key.Name)
		}
		text = key.renew()
		key.Created = now.UTC().Truncate(time.Second)
		return append(ring, key), nil
	})
	return text, err
}

// Revoke ends all active keys of a name at once. It returns a Fault with NotFound where there is none.
func (k *Keys) Revoke(name string, now time.Time) error {
	return k.change(func(ring Keyring) (Keyring, error) {
		keys := active(ring, name, now)
		for _, key := range keys {
			at := now.UTC().Truncate(time.Second)
			key.Revoked = &at
		}
		if keys == nil {
			return nil, unknownKey(name)
		}
		return ring, nil
	})
}

// Rotate makes a new secret for the name of an active key, with all that the newest key of the name allows. Those
// before it count for as long as grace says. It returns a Fault with NotFound where there is none.
func (k *Keys) Rotate(name string, grace time.Duration, now time.Time) (text string, err error) {
	err = k.change(func(ring Keyring) (Keyring, error) {
		keys := active(ring, name, now)
		if keys == nil {
			return nil, unknownKey(name)
		}
		next := *keys[len(keys)-1]
		end := now.UTC().Truncate(time.Second).Add(grace)
		for _, key := range keys {
			if key.Expires == nil || end.Before(*key.Expires) {
				key.Expires = &end
			}
		}
		text = next.renew()
		next.Created = now.UTC().Truncate(time.Second)
		return append(ring, next), nil
	})
	return text, err
}

func unknownKey(name string) error {
	return labour.Faultf(labour.NotFound, "There is no active key %.60q; homebound keys list shows them.", name)
}

// active returns the active keys of a name, the newest last.
func active(ring Keyring, name string, now time.Time) []*Key {
	var keys []*Key
	for i := range ring {
		if ring[i].Name == name && ring[i].State(now) == "active" {
			keys = append(keys, &ring[i])
		}
	}
	return keys
}

// change replaces the file by what edit makes of its keys, as one step, while no other command does the same.
func (k *Keys) change(edit func(Keyring) (Keyring, error)) error {
	if err := os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	lock := flock.New(k.path+".lock", flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("lock the keys: %w", err)
	}
	defer lock.Unlock() //nolint:errcheck // the lock goes with the process at the latest
	if err := k.Refresh(); err != nil {
		return err
	}
	ring, err := edit(slices.Clone(k.Current()))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(keysFile{ring}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	if err := atomicfile.Write(k.path, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the keys: %w", err)
	}
	return k.Refresh()
}
