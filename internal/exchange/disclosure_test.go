package exchange_test

import (
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

// What a package says of small counts goes into the release, and out with it again.
func TestSuppressBelow_IsContent(t *testing.T) {
	store := mustStore(t)
	pkg := mustOpen(t, fstest.MapFS{
		"datapackage.json": {Data: []byte(`{"homebound": {"suppressBelow": 7}, "resources": [{"path": "countries.csv"}]}`)},
		"countries.csv":    {Data: []byte("code,name\nKP,North Korea\n")},
	})
	first, err := exchange.Import(t.Context(), store, pkg, exchange.Options{Now: now})
	require.NoError(t, err)
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	defer done()
	assert.Equal(t, 7, release.SuppressBelow())

	dir := filepath.Join(t.TempDir(), "out")
	require.NoError(t, exchange.Export(t.Context(), release, dir))
	out, err := datapackage.Open(t.Context(), dir, datapackage.Limits{})
	require.NoError(t, err)
	defer out.Close()
	assert.Equal(t, 7, out.Manifest().SuppressBelow)
	second, err := exchange.Import(t.Context(), mustStore(t), out, exchange.Options{Mode: db.Replace, Now: now})
	require.NoError(t, err)
	assert.Equal(t, first.Release.ContentHash, second.Release.ContentHash)
}
