package atomicfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/atomicfile"
)

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Mode().Perm()
}

func names(t *testing.T, folder string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestWrite_KeepsModeAndLeavesNothingBeside(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "keys.json")
	require.NoError(t, atomicfile.Write(path, []byte("one"), 0o600))
	assert.Equal(t, fs.FileMode(0o600), mode(t, path))
	require.NoError(t, os.Chmod(path, 0o640))
	require.NoError(t, atomicfile.Write(path, []byte("two"), 0o600))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "two", string(text))
	assert.Equal(t, fs.FileMode(0o640), mode(t, path), "as it was")
	assert.Equal(t, []string{"keys.json"}, names(t, folder))
}

func TestPrepare_ShowsNothingBeforeCommit(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "CURRENT")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	p, err := atomicfile.Prepare(path, []byte("new"), 0o644)
	require.NoError(t, err)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "old", string(text))
	require.NoError(t, p.Discard())
	assert.Equal(t, []string{"CURRENT"}, names(t, folder))

	p, err = atomicfile.Prepare(path, []byte("new"), 0o644)
	require.NoError(t, err)
	require.NoError(t, p.Commit())
	require.NoError(t, p.Discard(), "which does nothing any more")
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "new", string(text))
}

func TestWrite_ByRootBelongsToWhoeverTheOtherFileOrTheFolderBelongsTo(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root writes files for others")
	}
	owner := func(path string) int {
		info, err := os.Stat(path)
		require.NoError(t, err)
		return int(info.Sys().(*syscall.Stat_t).Uid)
	}
	folder := t.TempDir()
	require.NoError(t, os.Chown(folder, 12345, 12345))
	path := filepath.Join(folder, "keys.json")
	require.NoError(t, atomicfile.Write(path, []byte("one"), 0o600))
	assert.Equal(t, 12345, owner(path), "a new file is the folder's owner's")
	require.NoError(t, os.Chown(path, 23456, 23456))
	require.NoError(t, atomicfile.Write(path, []byte("two"), 0o600))
	assert.Equal(t, 23456, owner(path), "one that replaces another is that one's owner's")
}
