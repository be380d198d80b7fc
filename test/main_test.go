package test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"homebound/internal/browsertest"
	"homebound/internal/command"
)

// TestMain lets the test binary be the program, and a small client of it, when it is started under their names. The
// tests themselves run in the root of the repository, whose files they name.
func TestMain(m *testing.M) {
	testscript.Main(fromRoot{m}, map[string]func(){"homebound": homeboundMain, "gql": gqlMain, "fetch": fetchMain})
}

type fromRoot struct{ *testing.M }

// Run changes to the root of the repository and runs the tests.
func (m fromRoot) Run() int {
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	return browsertest.Run(m.M)
}

func homeboundMain() { os.Exit(command.Main()) }

// patience is how long a test waits for what has to come.
const patience = time.Minute

// program returns the command that runs homebound, which is this test binary under another name.
func program(ctx context.Context, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Args = append([]string{"homebound"}, args...)
	return cmd
}

// served is a running server.
type served struct {
	cmd    *exec.Cmd
	url    string
	output *transcriptOf
	ended  chan struct{}
	err    error // of its process, once ended is closed
}

// transcriptOf keeps what a process prints, and lets its first line be waited for.
type transcriptOf struct {
	mu    sync.Mutex
	text  bytes.Buffer
	first chan string // the first line, once it is whole
}

func (o *transcriptOf) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	whole := bytes.Contains(o.text.Bytes(), []byte("\n"))
	o.text.Write(p)
	if line, _, ok := strings.Cut(o.text.String(), "\n"); ok && !whole {
		o.first <- line
	}
	return len(p), nil
}

func (o *transcriptOf) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// launch starts a server and waits until it says where it answers.
func launch(cmd *exec.Cmd) (*served, error) {
	s := &served{cmd: cmd, output: &transcriptOf{first: make(chan string, 1)}, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = s.output, s.output
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		s.err = cmd.Wait()
		close(s.ended)
	}()
	select {
	case line := <-s.output.first:
		address, ok := strings.CutPrefix(line, "Homebound answers at ")
		if !ok {
			return nil, errors.Join(fmt.Errorf("the server's first line is %q", line), s.stop(syscall.SIGKILL))
		}
		s.url = address
		return s, nil
	case <-s.ended:
		return nil, fmt.Errorf("the server ended: %w: %s", s.err, s.output)
	case <-time.After(patience):
		return nil, errors.Join(errors.New("the server said nothing"), s.stop(syscall.SIGKILL))
	}
}

// ready waits until the server has a release.
func (s *served) ready() error {
	for range 1200 {
		if response, err := http.Get(s.url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended: %w: %s", s.err, s.output)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("the server is not ready: %s", s.output)
}

// stop sends a signal and waits for the end.
func (s *served) stop(signal os.Signal) error {
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-s.ended
	return s.err
}

// mustServe starts a server over a data folder that has a release; it ends with the test.
func mustServe(t *testing.T, args ...string) *served {
	t.Helper()
	s, err := launch(program(context.Background(), append([]string{"serve", "--addr", "127.0.0.1:0"}, args...)...))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.stop(syscall.SIGKILL) }) // one that the test has stopped is gone already
	require.NoError(t, s.ready())
	return s
}

// query posts a query, and returns an error unless it is answered whole. It decodes the data into what data points to.
func query(ctx context.Context, url, text string, data any) error {
	body, err := json.Marshal(map[string]string{"query": text})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if key := os.Getenv("GQL_KEY"); key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var parts struct {
		Data   json.RawMessage
		Errors []any
	}
	if err := json.Unmarshal(answer, &parts); err != nil || response.StatusCode != http.StatusOK || parts.Errors != nil {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	return json.Unmarshal(parts.Data, data)
}
