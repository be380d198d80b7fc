package test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"homebound/internal/testsize"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A backup and restores beside a running server disturb nobody: every file comes under a new name and is put in the
// place of the old one in one step, however many readers that has.
func TestRestore_BesideARunningServerDisturbsNobody(t *testing.T) {
	testsize.Long(t)
	testsize.OneOfMany(t)
	t.Parallel()
	data, backup := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup")
	mustRun(t, "import", "--data", data, writePackage(t, 2_000))
	mustRun(t, "import", "--data", data, "--mode", "replace", writePackage(t, 3_000))
	assert.Equal(t, "release 1: copied and checked\nrelease 2: copied and checked\n", mustRun(t, "backup", "--data", data, backup))
	assert.Equal(t, "release 1: sound, and there already\nrelease 2: sound, and there already\n",
		mustRun(t, "backup", "--data", data, backup))

	server := mustServe(t, "--data", data, "--anonymous-budget", "0", "--cache-mb", "0")
	underLoad(t, server.url+"/graphql", func(whole) error { return nil }, func() {
		for range testsize.Rounds(5, 2) {
			sums, err := filepath.Glob(filepath.Join(data, "releases", "*.sha256"))
			require.NoError(t, err)
			require.Len(t, sums, 2)
			for _, sum := range sums {
				require.NoError(t, os.Remove(sum)) // so that every file is copied anew
			}
			assert.Equal(t, "release 1: copied and checked\nrelease 2: copied and checked\n",
				mustRun(t, "restore", "--data", data, backup))
			mustRun(t, "backup", "--data", data, backup)
		}
	})
	require.NoError(t, server.stop(syscall.SIGTERM))
	assert.NotContains(t, server.output.String(), "ERROR")
	assert.Equal(t, "release 1: clean\nrelease 2: clean\n", mustRun(t, "releases", "verify", "--data", data))
}
