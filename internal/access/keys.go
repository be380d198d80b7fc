// Package access says who may ask: keys, their file, and how much each client may still spend. It knows no requests.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"homebound/internal/labour"
)

// Key is what an operator has granted to one client. Its secret is not kept, only a hash of it: 256 random bits
// cannot be guessed, so that one round of SHA-256 keeps them as well as a slow hash would keep a password.
type Key struct {
	ID          string     `json:"id"` // the public part, by which a key is found
	Name        string     `json:"name"`
	Hash        string     `json:"hash"`              // SHA-256 of the secret part, in hex
	Origins     []string   `json:"origins,omitempty"` // of the pages that may send it; none: no page
	Budget      Budget     `json:"budget"`
	Rows        bool       `json:"rows,omitempty"`        // whether it may read single permits and repatriations
	TrustedOnly bool       `json:"trustedOnly,omitempty"` // whether it may send trusted documents alone
	Created     time.Time  `json:"created"`
	Expires     *time.Time `json:"expires,omitempty"` // nil: never
	Revoked     *time.Time `json:"revoked,omitempty"`
}

// State says whether a key counts: active, expired or revoked.
func (k *Key) State(now time.Time) string {
	switch {
	case k.Revoked != nil:
		return "revoked"
	case k.Expires != nil && !now.Before(*k.Expires):
		return "expired"
	}
	return "active"
}

var (
	keyEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	keyText     = regexp.MustCompile(`\bhb_([a-z2-7]{8})_([a-z2-7]{52})\b`)
	keyName     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)
)

// renew returns the key a new id and secret, and returns the text that its holder sends: hb_<id>_<secret>. It
// cannot be had again.
func (k *Key) renew() string {
	random := make([]byte, 5+32)
	_, _ = rand.Read(random) // never fails
	id, secret := keyEncoding.EncodeToString(random[:5]), keyEncoding.EncodeToString(random[5:])
	k.ID, k.Hash = id, secretHash(secret)
	return "hb_" + id + "_" + secret
}

// Keyring is a set of keys at one time. It is not changed once it is made.
type Keyring []Key

// Find returns the key that a text stands for. A Fault with Unauthenticated says why there is none: to the holder
// of the secret alone it tells of a key that has expired or was revoked.
func (ring Keyring) Find(text string, now time.Time) (*Key, error) {
	parts := keyText.FindStringSubmatch(text)
	if parts == nil || parts[0] != text {
		return nil, labour.Faultf(labour.Unauthenticated,
			"The key has not the form of one: expected hb_, 8 letters, _ and 52 letters.")
	}
	hash := []byte(secretHash(parts[2]))
	for i := range ring {
		k := &ring[i]
		if k.ID != parts[1] || subtle.ConstantTimeCompare(hash, []byte(k.Hash)) != 1 {
			continue
		}
		switch k.State(now) {
		case "revoked":
			return nil, labour.Faultf(labour.Unauthenticated, "The key was revoked.")
		case "expired":
			return nil, labour.Faultf(labour.Unauthenticated, "The key expired on %s.",
				k.Expires.UTC().Format("2006-01-02 15:04 UTC"))
		}
		return k, nil
	}
	return nil, labour.Faultf(labour.Unauthenticated, "The key is not known.")
}

// check says what a keys file, which may be written by hand, has wrong.
func (ring Keyring) check() error {
	ids := map[string]bool{}
	for i, k := range ring {
		sum, err := hex.DecodeString(k.Hash)
		switch {
		case !keyName.MatchString(k.Name):
			return fmt.Errorf("key %d: expected a name of small letters, digits and -, at most 40, found %.60q", i+1,
				k.Name)
		case err != nil || len(sum) != sha256.Size:
			return fmt.Errorf("key %s: expected a hash of 64 hexadecimal digits, found %.80q", k.Name, k.Hash)
		case len(k.ID) != 8 || ids[k.ID]:
			return fmt.Errorf("key %s: expected an id of 8 letters that no other key has, found %.20q", k.Name, k.ID)
		}
		ids[k.ID] = true
		for _, o := range k.Origins {
			if clean, err := ParseOrigin(o); err != nil || clean != o {
				return fmt.Errorf("key %s: expected an origin such as https://example.org, found %.100q", k.Name, o)
			}
		}
	}
	return nil
}

// AllowsOrigin reports whether any active key may be sent by pages of an origin.
func (ring Keyring) AllowsOrigin(origin string, now time.Time) bool {
	return slices.ContainsFunc(ring, func(k Key) bool {
		return k.State(now) == "active" && slices.Contains(k.Origins, origin)
	})
}

// ParseOrigin reads the origin of web pages: a scheme and a host, as browsers write it.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(u.Host, "*;,") {
		return "", fmt.Errorf("expected an origin such as https://example.org, found %.100q", text)
	}
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"https": ":443", "http": ":80"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	return u.Scheme + "://" + host, nil
}

// mostEncodings is how often a text is looked at decoded: proxies and forms encode what is encoded.
const mostEncodings = 5

// ContainsKey reports whether a text has a key in it, be it percent-encoded, several times over.
func ContainsKey(text string) bool {
	// Every key has this sign in it, and hardly an address does: most are not looked through twice.
	if !strings.Contains(text, "_") && !strings.Contains(text, "5F") && !strings.Contains(text, "5f") {
		return false
	}
	if keyText.MatchString(text) {
		return true
	}
	for range mostEncodings {
		plain, err := url.QueryUnescape(text)
		if err != nil || plain == text {
			return false
		}
		if keyText.MatchString(plain) {
			return true
		}
		text = plain
	}
	return false
}

// secretHash returns the SHA-256 of the secret part of a key, in hex.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
