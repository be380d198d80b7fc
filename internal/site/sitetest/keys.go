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

var Noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func OpenKeys(t testing.TB, dir string) *access.Keys {
	t.Helper()
	keys, err := access.OpenKeys(dir)
	require.NoError(t, err)
	return keys
}

func AddKey(t testing.TB, keys *access.Keys, key access.Key) string {
	t.Helper()
	text, err := keys.Add(key, time.Now())
	require.NoError(t, err)
	return text
}

func Sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Pages of other sites: one that has a key, and one that has none.
const (
	Partner  = "https://partner.example"
	Stranger = "https://stranger.example"
)

// guarded starts a server with keys, and gives these.
func Guarded(t testing.TB, access web.Access) (*Site, *access.Keys) {
	t.Helper()
	keys := OpenKeys(t, t.TempDir())
	access.Keys = keys
	return WithRelease(t, func(c *web.Config) { c.Access, c.CacheBytes = access, 1<<20 }), keys
}

const NumberQuery = "{release{number}}"
