//go:build linux

package test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"homebound/internal/testsize"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fileSize is the variable that bounds how large a file the program may write when it is the test binary.
const fileSize = "TEST_FILE_SIZE"

func init() {
	bound, err := strconv.ParseUint(os.Getenv(fileSize), 10, 64)
	if err != nil {
		return // nothing bounds this one
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bound, Max: bound}); err != nil {
		panic(err)
	}
}

// mustFail runs a command that may write files of so many bytes at most, 0 for any, and returns what it says at its
// end.
func mustFail(t *testing.T, bound int64, args ...string) string {
	t.Helper()
	cmd := program(context.WithoutCancel(t.Context()), args...)
	if bound > 0 {
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", fileSize, bound))
	}
	var said strings.Builder
	cmd.Stderr = &said
	var exited *exec.ExitError
	require.ErrorAs(t, cmd.Run(), &exited, "with files of %d bytes at most", bound)
	require.Equal(t, 1, exited.ExitCode(), said.String())
	return said.String()
}

// mustHold checks what a folder holds, in order, and nothing else.
func mustHold(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	held := []string{}
	for _, entry := range entries {
		held = append(held, entry.Name())
	}
	assert.Equal(t, append([]string{}, names...), held, dir)
}

// mustServeStill asks a server for its release, which must be the one that was, and verifies the folder.
func mustServeStill(t *testing.T, server *served, data string, was whole) {
	t.Helper()
	var now whole
	require.NoError(t, query(t.Context(), server.url+"/graphql", askWhole, &now))
	assert.Equal(t, was, now, "the last release is served on")
	for line := range strings.Lines(mustRun(t, "releases", "verify", "--data", data)) {
		assert.Regexp(t, `^release \d+: clean\n$`, line)
	}
}

// noRoom is the one sentence that an import ends with where it cannot write; it names what was under way.
const noRoom = `^homebound: ([a-z]+) [a-z_ ]+: the disk is full, or a file may not grow further\n$`

func TestImport_WhereAFileMayNotGrowLeavesTheLastReleaseWhole(t *testing.T) {
	testsize.Long(t)
	testsize.OneOfMany(t)
	t.Parallel()
	data, apart := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "data")
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	large, huge := writePackage(t, 8_000), writePackage(t, 250_000)
	mustRun(t, "import", "--data", apart, large)
	files, err := filepath.Glob(filepath.Join(apart, "releases", "*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	release, err := os.Stat(files[0])
	require.NoError(t, err)

	server := mustServe(t, "--data", data, "--anonymous-budget", "0")
	var was whole
	require.NoError(t, query(t.Context(), server.url+"/graphql", askWhole, &was))

	const mostThatFitsInMemory = 8 << 20 // and more than the tables that come before the permits
	steps := map[string]int{}
	strike := func(bound int64, dir string) {
		said := mustFail(t, bound, "import", "--data", data, "--mode", "replace", dir)
		if assert.Regexp(t, noRoom, said, "with files of %d bytes at most", bound) {
			steps[strings.Fields(said)[1]]++
		}
		mustHold(t, data, "CURRENT", "import.lock", "releases")
		mustServeStill(t, server, data, was)
	}
	for _, percent := range []int64{5, 20, 35, 45, 55, 65, 75, 82, 88, 92, 96, 99} {
		strike(release.Size()*percent/100, large)
	}
	strike(mostThatFitsInMemory, huge)
	t.Logf("struck by what was under way: %v", steps)
	// What is derived is built in a file of its own, a tenth of the release, and taken over from there.
	for _, step := range []string{"stage", "merge", "index", "take"} {
		assert.NotZero(t, steps[step], "no bound strikes while it does %s", step)
	}

	assert.Contains(t, mustRun(t, "import", "--data", data, "--mode", "replace", large), "published release 2")
	mustHold(t, data, "CURRENT", "import.lock", "releases")
	require.NoError(t, server.stop(syscall.SIGTERM))
	assert.NotContains(t, server.output.String(), "ERROR")
}

func TestImport_OnAFullDiskLeavesTheLastReleaseWhole(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	small, large := writePackage(t, 500), writePackage(t, 8_000)
	for name, one := range map[string]struct {
		room string // as mount takes it
		says string
	}{
		"no room for the rows": {"size=9m", noRoom},
		// The disk, the data folder, CURRENT, the lock, the releases and one of them with its checksum, the draft and
		// its three files: there is none for the next CURRENT.
		"no room for a name": {"size=64m,nr_inodes=11", `^homebound: name the current release: open [^ ]*/\.CURRENT[0-9]+: no space left on device\n$`},
	} {
		t.Run(name, func(t *testing.T) {
			disk := t.TempDir()
			if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, one.room); err != nil {
				t.Skipf("mounting a small disk: %v", err) // which takes an administrator
			}
			t.Cleanup(func() { assert.NoError(t, syscall.Unmount(disk, syscall.MNT_DETACH)) })
			data := filepath.Join(disk, "data")
			mustRun(t, "import", "--data", data, small)
			server := mustServe(t, "--data", data, "--anonymous-budget", "0")
			var was whole
			require.NoError(t, query(t.Context(), server.url+"/graphql", askWhole, &was))

			assert.Regexp(t, one.says, mustFail(t, 0, "import", "--data", data, "--mode", "replace", large))
			mustHold(t, data, "CURRENT", "import.lock", "releases")
			mustServeStill(t, server, data, was)

			require.NoError(t, syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=64m,nr_inodes=1000"))
			assert.Contains(t, mustRun(t, "import", "--data", data, "--mode", "replace", large), "published release")
			mustHold(t, data, "CURRENT", "import.lock", "releases")
			require.NoError(t, server.stop(syscall.SIGTERM))
		})
	}
}

func TestExport_OnAFullDiskLeavesNothing(t *testing.T) {
	testsize.Long(t)
	data, out := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "out")
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	for _, bound := range []int64{4 << 10, 512 << 10} {
		said := mustFail(t, bound, "export", "--data", data, "--package", out)
		assert.Regexp(t, `^homebound: export [a-z_]+: write [^ ]*/[a-z_]+.csv: file too large\n$`, said)
		mustHold(t, out)
	}
	mustRun(t, "export", "--data", data, "--package", out)
}

func TestImport_WithNoRoomForTheRejectsPublishesNothing(t *testing.T) {
	testsize.Long(t)
	const rows = 3_000
	dir := t.TempDir()
	table := "code,name,remark\nKP,the one good row,\n" + strings.Repeat("kp,faulty,"+strings.Repeat("x", 700)+"\n", rows)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "countries.csv"), []byte(table), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "datapackage.json"), []byte(`{"resources": [{"path": "countries.csv"}]}`), 0o644))
	data := filepath.Join(t.TempDir(), "data")

	said := strings.SplitAfter(mustFail(t, 1<<20, "import", "--data", data, "--on-error", "quarantine", "--max-rejected", "100%", dir), "\n")
	assert.Regexp(t, `^homebound: keep the rejected rows: [^\n]*write [^ ]*/rejects/0001/countries.csv: file too large\n$`, said[len(said)-2], "after the faults that it tells")
	assert.NoFileExists(t, filepath.Join(data, "CURRENT"))
	assert.NoDirExists(t, filepath.Join(data, "draft"))
	assert.NoDirExists(t, filepath.Join(data, "rejects", "0001"), "half of the rejects would pass for all")
	assert.Contains(t, mustRun(t, "import", "--data", data, "--on-error", "quarantine", "--max-rejected", "100%", dir), "published release 1")
}
