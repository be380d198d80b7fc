package test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/eventually"
	"homebound/internal/testsize"
)

// Of three readers of one storage any two are killed at any time, and started anew; the storage goes away and comes back, and
// a release is pushed meanwhile. Whoever asks the balancer that docs/SCALING.md sets up sees no failed request.
func TestServe_ThreeReadersBehindABalancer(t *testing.T) {
	testsize.Long(t)
	testsize.OneOfMany(t)
	away := startStorage(t)
	const address = "s3://homebound/public"
	data, caches := filepath.Join(t.TempDir(), "data"), t.TempDir()
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	mustRun(t, "push", "--data", data, address)
	listening, readers := [3]string{}, [3]*served{}
	start := func(i int) {
		readers[i] = mustServe(t, "--store", address, "--cache-dir", filepath.Join(caches, fmt.Sprint(i)), "--addr", listening[i],
			"--anonymous-budget", "0")
	}
	for i := range readers {
		listening[i] = freeAddress(t)
		start(i)
	}
	t.Cleanup(func() {
		for _, r := range readers {
			if t.Failed() {
				t.Log(r.output)
			}
		}
	})
	balancer := startBalancer(t, listening)
	dice := rand.New(rand.NewPCG(15, uint64(time.Now().UnixNano())))
	rounds := func(n int) {
		for range n {
			down := dice.Perm(3)[:1+dice.IntN(2)]
			for _, i := range down {
				time.Sleep(time.Duration(dice.IntN(200)) * time.Millisecond)
				require.ErrorContains(t, readers[i].stop(syscall.SIGKILL), "killed")
			}
			time.Sleep(time.Duration(dice.IntN(200)) * time.Millisecond)
			for _, i := range down {
				start(i)
			}
			time.Sleep(time.Second) // for who met a reader that was not there yet
		}
	}
	underLoad(t, balancer+"/graphql", func(whole) error { return nil }, func() {
		rounds(testsize.Rounds(3, 1))
		mustRun(t, "import", "--data", data, "--mode", "replace", writePackage(t, 700))
		mustRun(t, "push", "--data", data, address)
		rounds(testsize.Rounds(3, 1))
		for _, s := range readers {
			eventually.True(t, func() bool { return numberOf(t, s) == 2 }, patience, 50*time.Millisecond, "it follows")
		}
		away.Store(true)
		rounds(testsize.Rounds(3, 1))
		away.Store(false)
		rounds(1)
	})
	assert.Equal(t, 2, numberOf(t, readers[0]))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// startBalancer starts an nginx that is set up as docs/SCALING.md says, and returns its URL.
func startBalancer(t *testing.T, readers [3]string) string {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		testsize.Lacks(t, "nginx: apt-get install nginx-light")
	}
	text, err := os.ReadFile("docs/SCALING.md")
	require.NoError(t, err)
	settings := regexp.MustCompile("(?s)```nginx\n(upstream .*?)```").FindStringSubmatch(string(text))
	require.NotNil(t, settings)
	address, dir := freeAddress(t), t.TempDir()
	filled := settings[1]
	for i, reader := range append([]string{address}, readers[:]...) {
		filled = strings.ReplaceAll(filled, fmt.Sprintf("127.0.0.1:808%d", i), reader)
	}
	config := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/log;
events {}
http { access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d;
scgi_temp_path %[1]s/e;
%[2]s }`, dir, filled), 0o600))
	run := exec.CommandContext(t.Context(), program, "-p", dir, "-c", config)
	run.Stderr = os.Stderr
	require.NoError(t, run.Start())
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
		if said, err := os.ReadFile(filepath.Join(dir, "log")); err == nil && t.Failed() {
			t.Logf("the last that the balancer said:\n%s", said[max(0, len(said)-4000):])
		}
	})
	eventually.True(t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	}, patience, 20*time.Millisecond)
	return "http://" + address
}
