package bench

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

func TestZZImport(t *testing.T) {
	dir := t.TempDir()
	pkg, err := datapackage.Open(t.Context(), os.Getenv("ZZPKG"), datapackage.Limits{UnpackedBytes: 1 << 36})
	require.NoError(t, err)
	defer pkg.Close()
	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	_, err = exchange.Import(t.Context(), store, pkg, exchange.Options{Mode: db.Replace, Now: time.Now()})
	require.NoError(t, errors.Join(err, store.Close()))
}
