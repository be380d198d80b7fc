// Homebound is a GraphQL reporting backend on labour migration under sanctions.
//
// This file is the command line and the wiring; what a command does stands in the packages below.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"homebound/db"
	"homebound/internal/labour"
)

//go:embed schema.graphqls
var schema string

// commandLine is what can be asked of the program. Every flag has an environment variable beside it.
type commandLine struct {
	Serve    serveCommand    `cmd:"" default:"withargs" help:"Serve the current release; make ./data from the default package where there is none."`
	Import   importCommand   `cmd:"" help:"Make a new release from the current one and a data package."`
	Export   exportCommand   `cmd:"" help:"Write a release back as a data package."`
	Generate generateCommand `cmd:"" help:"Write a synthetic data package, every register row of it marked."`
	Releases releasesCommand `cmd:"" help:"List, show and verify releases."`
	Publish  publishCommand  `cmd:"" help:"Make a release of the data folder the current one again."`
	Keys     keysCommand     `cmd:"" help:"Make, list, revoke and rotate the keys of a data folder."`
	Version  versionCommand  `cmd:"" help:"Say which build this is."`
}

// dataFlag is the folder that most commands work on.
type dataFlag struct {
	Data string `default:"./data" env:"HOMEBOUND_DATA" type:"path" placeholder:"DIR" help:"Folder of releases."`
}

// session is what every command is given: where it may write, and when it is.
type session struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, variable := range os.Environ() { // an empty one counts as not set
		if name, empty := strings.CutSuffix(variable, "="); empty && strings.HasPrefix(name, "HOMEBOUND_") {
			_ = os.Unsetenv(name) // cannot fail for a name that is set
		}
	}
	os.Exit(run(&session{ctx, os.Stdout, os.Stderr, time.Now}, os.Args[1:]))
}

// run runs one command and gives the exit status: 0, 1 where it failed, 2 where it was asked wrongly.
func run(s *session, args []string) (status int) {
	var line commandLine
	exited := errors.New("exited")
	defer func() {
		if cause := recover(); cause != nil && cause != exited { // --help ends the parser this way
			panic(cause)
		}
	}()
	parser, err := kong.New(&line, kong.Name("homebound"), kong.Writers(s.stdout, s.stderr),
		kong.Exit(func(code int) { status = code; panic(exited) }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("A GraphQL reporting backend on labour migration under sanctions."))
	if err != nil {
		return s.fail(err, 2)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return s.fail(fmt.Errorf("%w; see homebound --help", err), 2)
	}
	if err := command.Run(s); err != nil {
		return s.fail(err, 1)
	}
	return 0
}

// fail says what went wrong, in one sentence where the error was written for people.
func (s *session) fail(err error, status int) int {
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	fmt.Fprintln(s.stderr, "homebound:", err)
	return status
}

// store opens the data folder, and gives what closes it.
func (f dataFlag) store() (*db.Store, error) { return db.OpenStore(f.Data) }

type versionCommand struct{}

// Run prints the program's version, and that of the method it computes by.
func (versionCommand) Run(s *session) error {
	fmt.Fprintf(s.stdout, "homebound %s, method %s\n", buildVersion(), labour.MethodVersion)
	return nil
}
