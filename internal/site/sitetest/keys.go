package sitetest

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/web"
)

// Noon is a fixed moment.
var Noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// OpenKeys opens the keys of a folder.
func OpenKeys(t testing.TB, dir string) *access.Keys {
	t.Helper()
	keys, err := access.OpenKeys(dir)
	require.NoError(t, err)
	return keys
}

// AddKey adds a key and returns the text that its holder sends.
func AddKey(t testing.TB, keys *access.Keys, key access.Key) string {
	t.Helper()
	text, err := keys.Add(key, time.Now())
	require.NoError(t, err)
	return text
}

// Sha256Of returns the SHA-256 of a text in hex.
func Sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Pages of other sites: one that has a key, and one that has none.
const (
	Partner  = "https://partner.example"
	Stranger = "https://stranger.example"
)

// Guarded starts a server with keys, and gives these.
func Guarded(t testing.TB, access web.Access) (*Site, *access.Keys) {
	t.Helper()
	keys := OpenKeys(t, t.TempDir())
	access.Keys = keys
	return WithRelease(t, func(c *web.Config) { c.Access, c.CacheBytes = access, 1<<20 }), keys
}

// NumberQuery asks for the number of the release.
const NumberQuery = "{release{number}}"
