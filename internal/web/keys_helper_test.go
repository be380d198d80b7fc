package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/access"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func openKeys(t testing.TB, dir string) *access.Keys {
	t.Helper()
	keys, err := access.OpenKeys(dir)
	require.NoError(t, err)
	return keys
}

func addKey(t testing.TB, keys *access.Keys, key access.Key) string {
	t.Helper()
	text, err := keys.Add(key, time.Now())
	require.NoError(t, err)
	return text
}

func sha256Of(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
