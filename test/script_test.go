package test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gofrs/flock"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs test/testdata/script/*.txtar, which show the program as its user meets it. Beside the commands
// of testscript they have
//
//	exec gql [-at PATH] QUERY  posts a query to $URL/graphql or $URL/PATH and prints the data; fails where there are errors.
//	                           It sends the key $GQL_KEY, where that is set
//	exec fetch PATH            prints the status and the body of $URL/PATH
//	serve [FLAG...]            starts homebound serve on a free port, waits until it is ready and sets $URL;
//	                           with the argument -bare it is homebound alone
//	stop                       tells the server to end, expects it to do so without an error, and prints what it had to say
//	damage FILE                overwrites a few bytes in the middle of a file
//	lock FILE                  holds a file's lock until the script ends, as a running import does
//	zip FILE NAME...           packs files; NAME=FILE packs a file under another name
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("test", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *updateDocs,
		Setup: func(e *testscript.Env) error {
			e.Values[serverKey{}] = &scripted{}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serveInScript, "stop": stopInScript, "damage": damageInScript, "lock": lockInScript, "zip": zipInScript,
		},
	})
}

type serverKey struct{}

// scripted holds a script's server.
type scripted struct{ *served }

// settings are the variables that a script's server is given.
var settings = []string{"HOMEBOUND_DATA", "HOMEBOUND_ADDR", "HOMEBOUND_PUBLIC_URL", "HOMEBOUND_DRAIN", "TMPDIR"}

func serveInScript(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) > 0 && args[0] == "-bare" {
		args = args[1:]
	} else {
		args = append([]string{"serve"}, args...)
	}
	cmd := program(context.Background(), args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "HOMEBOUND_ADDR=127.0.0.1:0")
	for _, name := range settings {
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	s, err := launch(cmd)
	ts.Check(err)
	ts.Defer(func() { _ = s.stop(syscall.SIGKILL) }) // one that the script has stopped is gone already
	ts.Check(s.ready())
	ts.Setenv("URL", s.url)
	ts.Value(serverKey{}).(*scripted).served = s
}

func stopInScript(ts *testscript.TestScript, _ bool, _ []string) {
	s := ts.Value(serverKey{}).(*scripted).served
	ts.Check(s.stop(syscall.SIGTERM))
	fmt.Fprint(ts.Stdout(), s.output)
}

func damageInScript(ts *testscript.TestScript, _ bool, args []string) {
	matches, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(matches) != 1 {
		ts.Fatalf("expected one file %s, found %d", args[0], len(matches))
	}
	file, err := os.OpenFile(matches[0], os.O_RDWR, 0)
	ts.Check(err)
	info, err := file.Stat()
	ts.Check(err)
	_, err = file.WriteAt([]byte(strings.Repeat("damage", 20)), info.Size()/2)
	ts.Check(err)
	ts.Check(file.Close())
}

func lockInScript(ts *testscript.TestScript, _ bool, args []string) {
	lock := flock.New(ts.MkAbs(args[0]))
	ts.Check(lock.Lock())
	ts.Defer(func() { ts.Check(lock.Unlock()) })
}

func zipInScript(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	archive := zip.NewWriter(file)
	for _, arg := range args[1:] {
		name, from, renamed := strings.Cut(arg, "=")
		if !renamed {
			from = name
		}
		entry, err := archive.Create(name)
		ts.Check(err)
		_, err = io.WriteString(entry, ts.ReadFile(from))
		ts.Check(err)
	}
	ts.Check(archive.Close())
	ts.Check(file.Close())
}

// gqlMain is the program gql of the scripts.
func gqlMain() {
	path, args := "/graphql", os.Args[1:]
	if len(args) == 3 && args[0] == "-at" {
		path, args = args[1], args[2:]
	}
	var data any
	if err := query(context.Background(), os.Getenv("URL")+path, args[0], &data); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	_ = out.Encode(data) // the script sees what is missing
}

// fetchMain is the program fetch of the scripts.
func fetchMain() {
	response, err := http.Get(os.Getenv("URL") + os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	_, _ = io.Copy(os.Stdout, response.Body) // as above
}
