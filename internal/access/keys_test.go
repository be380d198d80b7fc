package access_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/eventually"
	"homebound/internal/labour"
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

func codeOf(t testing.TB, err error) labour.Code {
	t.Helper()
	var fault *labour.Fault
	require.True(t, errors.As(err, &fault), "%v", err)
	return fault.Code
}

func TestKeys_KeepHashesAlone(t *testing.T) {
	dir := t.TempDir()
	text := addKey(t, openKeys(t, dir), access.Key{Name: "partner"})
	require.Regexp(t, `^hb_[a-z2-7]{8}_[a-z2-7]{52}$`, text)

	path := filepath.Join(dir, "keys.json")
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(kept), text[12:], "the secret part")
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(dir, "keys.json.*"))
	require.NoError(t, err)
	assert.Equal(t, []string{path + ".lock"}, left, "no temporary file stays")
}

func TestKeys_NamesAreOfOneActiveKey(t *testing.T) {
	keys := openKeys(t, t.TempDir())
	addKey(t, keys, access.Key{Name: "partner"})
	_, err := keys.Add(access.Key{Name: "partner"}, noon)
	assert.Equal(t, labour.BadUserInput, codeOf(t, err))
	require.NoError(t, keys.Revoke("partner", noon))
	addKey(t, keys, access.Key{Name: "partner"})
	assert.Len(t, keys.List(), 2)

	assert.Equal(t, labour.NotFound, codeOf(t, keys.Revoke("nobody", noon)))
	_, err = keys.Rotate("nobody", 0, noon)
	assert.Equal(t, labour.NotFound, codeOf(t, err))
	for _, name := range []string{"", "Partner", "a b", "-a", strings.Repeat("a", 41)} {
		_, err := keys.Add(access.Key{Name: name}, noon)
		assert.Equal(t, labour.BadUserInput, codeOf(t, err), name)
	}
}

func TestKeys_RotateAllowsTheSameAndEndsTheOldOne(t *testing.T) {
	keys := openKeys(t, t.TempDir())
	end := noon.AddDate(1, 0, 0)
	_, err := keys.Add(access.Key{Name: "partner", Origins: []string{"https://example.org"}, Budget: access.Budget{Cost: 60, Per: time.Minute}, Rows: true, TrustedOnly: true, Expires: &end}, noon)
	require.NoError(t, err)
	_, err = keys.Rotate("partner", time.Hour, noon)
	require.NoError(t, err)

	old, renewed := keys.List()[0], keys.List()[1]
	assert.Equal(t, noon.Add(time.Hour), *old.Expires)
	assert.Equal(t, "active", old.State(noon.Add(time.Hour-1)))
	assert.Equal(t, "expired", old.State(noon.Add(time.Hour)))
	assert.Equal(t, end, *renewed.Expires)
	assert.NotEqual(t, old.Hash, renewed.Hash)
	old.ID, old.Hash, old.Expires = renewed.ID, renewed.Hash, renewed.Expires
	assert.Equal(t, old, renewed)
}

func TestKeys_ManyWritersLoseNothing(t *testing.T) {
	dir := t.TempDir()
	reader := openKeys(t, dir)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() { reader.Watch(ctx, time.Millisecond, func(err error) { t.Error(err) }) })
	var writing sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		writing.Go(func() { // each as a command of its own would
			keys, err := access.OpenKeys(dir)
			if !assert.NoError(t, err) {
				return
			}
			_, err = keys.Add(access.Key{Name: name}, time.Now())
			assert.NoError(t, err)
			_, err = keys.Rotate(name, 0, time.Now())
			assert.NoError(t, err)
		})
	}
	writing.Wait()
	eventually.True(t, func() bool { return len(reader.List()) == 16 }, 10*time.Second, time.Millisecond)
	stop()
	watching.Wait()
}

func TestKeys_AFaultyFileLeavesTheKeysAsTheyWere(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"a misspelt restriction": func(k map[string]any) { k["trusted_only"] = true },
		"a hash cut short":       func(k map[string]any) { k["hash"] = "ab" },
		"an origin with a path":  func(k map[string]any) { k["origins"] = []string{"https://example.org/page"} },
		"a budget of nothing":    func(k map[string]any) { k["budget"] = "-5/min" },
		"a name with a line":     func(k map[string]any) { k["name"] = "a\nb" },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			keys := openKeys(t, dir)
			addKey(t, keys, access.Key{Name: "partner"})
			path := filepath.Join(dir, "keys.json")
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var file map[string][]map[string]any
			require.NoError(t, json.Unmarshal(text, &file))
			change(file["keys"][0])
			text, err = json.Marshal(file)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, text, 0o600))

			require.ErrorContains(t, keys.Refresh(), "read the keys: "+path)
			assert.Len(t, keys.List(), 1)
			_, err = keys.Add(access.Key{Name: "other"}, noon)
			require.Error(t, err, "nothing is written over a file that cannot be read")
			require.NoError(t, os.Remove(path))
			require.NoError(t, keys.Refresh())
			assert.Empty(t, keys.List(), "without the file there are no keys")
		})
	}
}

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.org": "https://example.org", "https://Example.org:443/": "https://example.org", "http://example.org:80": "http://example.org",
		"http://localhost:3000": "http://localhost:3000", "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443",
		"example.org": "", "https://": "", "https://example.org/a": "", "https://a@example.org": "", "https://*.example.org": "", "null": "", "*": "",
		"ftp://example.org": "", "https://example.org?a": "",
	} {
		origin, err := access.ParseOrigin(text)
		assert.Equal(t, want, origin, text)
		assert.Equal(t, want == "", err != nil, text)
	}
}
