package test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"homebound/internal/eventually"
	"homebound/internal/exchange"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

// How often the two tests that take the longest do what they do; the checks of the whole repository ask for more.
var (
	kills = flag.Int("kills", testsize.Rounds(20, 6), "how many imports are killed on their way")
	swaps = flag.Int("swaps", testsize.Rounds(6, 3), "how many releases are published under load")
	// The same moments in each run, so that a failure can be had again.
	moments = flag.Uint64("moments", 1, "seed of the moments at which imports are killed")
)

// clients is how many ask at the same time while something happens to the data folder.
const clients = 4

// writePackage writes a default package with so many permits, and returns its folder.
func writePackage(t *testing.T, permits int) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, exchange.WriteDefault(t.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	return dir
}

// mustRun runs a command of the program in a process of its own and returns what it prints.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, err := program(t.Context(), args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

// whole is an answer whose parts all depend on the release that it was read from.
type whole struct {
	Release struct {
		Number      int
		ContentHash string
		Counts      struct{ Permits int }
	}
	Report  struct{ Totals struct{ PermitsIssued int } }
	Permits struct{ TotalCount int }
}

const askWhole = `{ release { number contentHash counts { permits } } report(filter: { period: { from: "2000-01-01" } }) { totals { permitsIssued } } permits { totalCount } }`

// consistent reports whether the parts of an answer belong to one release.
func (w whole) consistent() bool {
	return w.Release.Counts.Permits == w.Report.Totals.PermitsIssued && w.Release.Counts.Permits == w.Permits.TotalCount
}

// underLoad asks by several clients until what is done ends, without a pause where everything is asked for; each answer is
// handed to check. Text that differs each time keeps the answers from being those of before.
func underLoad(t *testing.T, url string, check func(whole) error, do func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	group, ctx := errgroup.WithContext(ctx)
	pause := time.Duration(testsize.Rounds(0, 50)) * time.Millisecond // leaves the processor to what is done
	var asked atomic.Int64
	for range clients {
		group.Go(func() error {
			for ctx.Err() == nil {
				var answer whole
				err := query(context.WithoutCancel(ctx), url, fmt.Sprintf("%s # %d", askWhole, asked.Add(1)), &answer)
				if err == nil && !answer.consistent() {
					err = fmt.Errorf("an answer is of more than one release: %+v", answer)
				}
				if err == nil {
					err = check(answer)
				}
				if err != nil {
					return err
				}
				time.Sleep(pause)
			}
			return nil
		})
	}
	do()
	stop()
	require.NoError(t, group.Wait())
	t.Logf("%d queries were answered", asked.Load())
	require.Greater(t, asked.Load(), int64(clients), "hardly a query was asked")
}

func TestImport_KilledAtAnyMomentLeavesTheLastReleaseWhole(t *testing.T) {
	testsize.Long(t)
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	mustRun(t, "import", "--data", data, writePackage(t, 500))
	large := writePackage(t, 4_000)
	server := mustServe(t, "--data", data, "--anonymous-budget", "0")

	var published sync.Map // content hash by number, as the server has told
	check := func(w whole) error {
		if hash, known := published.LoadOrStore(w.Release.Number, w.Release.ContentHash); known && hash != w.Release.ContentHash {
			return fmt.Errorf("release %d has changed from %s to %s", w.Release.Number, hash, w.Release.ContentHash)
		}
		return nil
	}
	underLoad(t, server.url+"/graphql", check, func() {
		start := time.Now()
		mustRun(t, "import", "--data", data, "--mode", "replace", large)
		took := time.Since(start)
		interrupted := 0
		rng := rand.New(rand.NewPCG(*moments, 0))
		for i := range *kills {
			after := time.Duration((float64(i) + rng.Float64()) / float64(*kills) * float64(took))
			began := time.Now()
			if killed(t, after, "import", "--data", data, "--mode", "replace", large) {
				interrupted++
			} else {
				took = min(took, time.Since(began)) // the machine is quicker now than when an import was timed
			}
			verified := mustRun(t, "releases", "verify", "--data", data)
			assert.Empty(t, regexp.MustCompile(`release \d+: clean\n`).ReplaceAllString(verified, ""), "killed after %s", after)
			current, err := os.ReadFile(filepath.Join(data, "CURRENT"))
			require.NoError(t, err)
			eventually.True(t, func() bool {
				var now whole
				err := query(t.Context(), server.url+"/graphql", askWhole, &now)
				return err == nil && strings.HasPrefix(string(current), fmt.Sprintf("%04d-", now.Release.Number))
			}, patience, 20*time.Millisecond, "killed after %s, the server must answer from %s", after, current)
		}
		t.Logf("an import takes about %s; %d of %d were killed before their end", took.Round(time.Millisecond), interrupted, *kills)
		assert.GreaterOrEqual(t, interrupted, *kills/2, "most imports must have been under way when they were killed")
	})

	assert.Contains(t, mustRun(t, "import", "--data", data, "--mode", "replace", large), "published release")
	var left []string
	entries, err := os.ReadDir(data)
	require.NoError(t, err)
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	assert.Equal(t, []string{"CURRENT", "import.lock", "releases"}, left, "the next import clears what was left behind")
	releases, err := filepath.Glob(filepath.Join(data, "releases", "*"))
	require.NoError(t, err)
	for _, file := range releases {
		assert.Regexp(t, `/\d{4}-[0-9a-f]{12}\.db(\.sha256)?$`, file)
	}
	require.NoError(t, server.stop(syscall.SIGTERM))
	assert.NotContains(t, server.output.String(), "ERROR", "the server had nothing to complain of")
}

// killed starts a command and ends it by SIGKILL after a while. It reports whether the command was still running.
func killed(t *testing.T, after time.Duration, args ...string) bool {
	t.Helper()
	cmd := program(t.Context(), args...)
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() }) // which fails where it has ended by itself
	defer timer.Stop()
	err := cmd.Wait()
	if err == nil {
		return false
	}
	require.ErrorContains(t, err, "killed")
	return true
}

func TestServe_ChangesReleasesWithoutAFailedRequest(t *testing.T) {
	testsize.Long(t)
	testsize.OneOfMany(t)
	data := filepath.Join(t.TempDir(), "data")
	packages := []string{writePackage(t, 400), writePackage(t, 700)}
	permits := []int{400, 700}
	mustRun(t, "import", "--data", data, "--mode", "replace", packages[0])
	server := mustServe(t, "--data", data, "--anonymous-budget", "0")

	first := server.url + "/releases/1/graphql"
	var told, tells any
	const figures = `{ release { number contentHash publishedAt } report(groupBy: [REGION], granularity: YEAR) { rows { region { code } period { label } permitsIssued workersPresent peakWorkersPresent } } }`
	require.NoError(t, query(t.Context(), first, figures, &told))

	const steady = 6 // releases until the current one and the four last used are open, and no more
	published := steady + *swaps
	seen := make([]atomic.Int64, published+1)
	check := func(w whole) error {
		n := w.Release.Number
		if n < 1 || n > published || w.Release.Counts.Permits != permits[(n-1)%2] {
			return fmt.Errorf("release %d has %d permits", n, w.Release.Counts.Permits)
		}
		seen[n].Add(1)
		return nil
	}
	publish := func(from, to int) {
		underLoad(t, server.url+"/graphql", check, func() {
			for n := from; n <= to; n++ {
				mustRun(t, "import", "--data", data, "--mode", "replace", packages[(n-1)%2])
				eventually.True(t, func() bool { return seen[n].Load() > 0 }, patience, 10*time.Millisecond, "release %d is not served", n)
			}
		})
	}
	publish(2, steady)
	before := server.holds(t, data)
	publish(steady+1, published)
	eventually.True(t, func() bool {
		after := server.holds(t, data)
		t.Logf("%d releases later the server holds %+v, before %+v", *swaps, after, before)
		const connections = 4 // which each release may have open, or not
		return after.releases <= 5 && after.files <= before.files+5*(connections-1) && after.goroutines <= before.goroutines+5
	}, patience, time.Second, "what the server held of old releases it must let go")
	require.NoError(t, query(t.Context(), first, figures, &tells))
	assert.Equal(t, told, tells, "release 1 answers as before")
	require.NoError(t, server.stop(syscall.SIGTERM))
	assert.NotContains(t, server.output.String(), "ERROR")
}

// held is what a server has taken of its machine.
type held struct{ releases, files, goroutines int }

// holds counts the files that a server has open, the releases of the data folder among them, and its goroutines.
func (s *served) holds(t *testing.T, data string) held {
	t.Helper()
	http.DefaultClient.CloseIdleConnections() // each is a file and two goroutines of the server
	var h held
	releases := map[string]bool{}
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.cmd.Process.Pid))
	require.NoError(t, err)
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && filepath.Dir(target) == filepath.Join(data, "releases") {
			releases[target] = true
		}
	}
	h.releases, h.files = len(releases), len(links)
	response, err := http.Get(s.url + "/metrics")
	require.NoError(t, err)
	defer response.Body.Close()
	metrics, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	found := regexp.MustCompile(`(?m)^go_goroutines (\d+)$`).FindSubmatch(metrics)
	require.NotNil(t, found, "no count of goroutines among the metrics")
	h.goroutines, err = strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return h
}

// mustContinue reads that the server has taken a request up, and waits for the rest of its body.
func mustContinue(t *testing.T, conn net.Conn) {
	t.Helper()
	const interim = "HTTP/1.1 100 Continue\r\n\r\n"
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(patience)))
	said := make([]byte, len(interim))
	_, err := io.ReadFull(conn, said)
	require.NoError(t, err)
	require.Equal(t, interim, string(said))
}

func TestServe_FinishesWhatIsUnderWayWhenItIsToldToStop(t *testing.T) {
	testsize.Long(t)
	data := filepath.Join(t.TempDir(), "data")
	mustRun(t, "import", "--data", data, writePackage(t, 100))
	server := mustServe(t, "--data", data, "--anonymous-budget", "0")
	address := strings.TrimPrefix(server.url, "http://")

	// A client that has sent half of its question, and one that follows the releases.
	slow, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer slow.Close()
	const body = `{"query": "{ release { number } }"}`
	_, err = fmt.Fprintf(slow, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n%s", address, len(body), body[:20])
	require.NoError(t, err)
	mustContinue(t, slow)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.url+"/graphql", strings.NewReader(`{"query": "subscription { releasePublished { number } }"}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	following, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer following.Body.Close()

	require.NoError(t, server.cmd.Process.Signal(syscall.SIGTERM))
	events, err := io.ReadAll(following.Body)
	require.NoError(t, err)
	assert.Contains(t, string(events), "event: complete", "a subscription ends in good order")
	eventually.True(t, func() bool {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			_ = conn.Close() // the server still listens
			return false
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}, patience, 20*time.Millisecond, "a server that stops takes up nothing new")

	_, err = io.WriteString(slow, body[20:])
	require.NoError(t, err)
	answer, err := io.ReadAll(slow)
	require.NoError(t, err)
	assert.Contains(t, string(answer), "200 OK")
	assert.Contains(t, string(answer), `{"data":{"release":{"number":1}}}`)
	<-server.ended
	require.NoError(t, server.err, server.output.String())
}

func TestServe_GivesUpOnWhatDoesNotEnd(t *testing.T) {
	testsize.Long(t)
	data := filepath.Join(t.TempDir(), "data")
	mustRun(t, "import", "--data", data, writePackage(t, 100))
	server := mustServe(t, "--data", data, "--drain", "200ms")
	slow, err := net.Dial("tcp", strings.TrimPrefix(server.url, "http://"))
	require.NoError(t, err)
	defer slow.Close()
	_, err = io.WriteString(slow, "POST /graphql HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n{")
	require.NoError(t, err)
	mustContinue(t, slow)

	start := time.Now()
	assert.Error(t, server.stop(syscall.SIGTERM))
	assert.Less(t, time.Since(start), 10*time.Second)
	assert.Contains(t, server.output.String(), "homebound: some requests did not end within 200ms")
}

func TestImport_StopsInGoodOrderWhenItIsToldTo(t *testing.T) {
	testsize.Long(t)
	data := filepath.Join(t.TempDir(), "data")
	large := writePackage(t, 100_000)
	cmd := program(t.Context(), "import", "--data", data, large)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Start())
	eventually.True(t, func() bool {
		_, err := os.Stat(filepath.Join(data, "draft", "stage.db"))
		return err == nil
	}, patience, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	assert.Equal(t, "homebound: stopped\n", out.String()[strings.LastIndex(strings.TrimSuffix(out.String(), "\n"), "\n")+1:])
	assert.NoDirExists(t, filepath.Join(data, "draft"))
	assert.NoFileExists(t, filepath.Join(data, "CURRENT"))
}
