// Package command is the command line: flags, wiring, and what each command prints. The packages below do the work.
package command

import (
	"context"
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

// commandLine lists the commands.
type commandLine struct {
	Serve    serveCommand    `cmd:"" default:"withargs" help:"Serve the current release; make ./data from the default package where there is none."`
	Import   importCommand   `cmd:"" help:"Make a new release from the current one and a data package."`
	Check    checkCommand    `cmd:"" help:"Say all that is wrong with a data package and what it would change, and publish nothing."`
	Map      mapCommand      `cmd:"" help:"Write a first mapping.yml for a publisher's file, from its header."`
	Export   exportCommand   `cmd:"" help:"Write a release back as a data package."`
	Generate generateCommand `cmd:"" help:"Write a synthetic data package, every register row of it marked."`
	Releases releasesCommand `cmd:"" help:"List, show and verify releases."`
	Publish  publishCommand  `cmd:"" help:"Make a release of the data folder the current one, one that was kept back too."`
	Backup   backupCommand   `cmd:"" help:"Copy the releases to another folder, checked, beside a running server."`
	Push     pushCommand     `cmd:"" help:"Copy a release to an object storage or a PostgreSQL, for servers with --store, and name it the current one there."`
	Restore  restoreCommand  `cmd:"" help:"Copy the releases of a backup into the data folder, checked, beside a running server."`
	Keys     keysCommand     `cmd:"" help:"Make, list, revoke and rotate the keys of a data folder."`
	Version  versionCommand  `cmd:"" help:"Say which build this is."`
}

// dataFlag names the folder that most commands work on.
type dataFlag struct {
	Data string `default:"./data" type:"path" placeholder:"DIR" help:"Folder of releases."`
}

// Session holds what every command gets from the process, so that tests can replace it.
type Session struct {
	Context        context.Context
	Stdout, Stderr io.Writer
	Now            func() time.Time
	Schema         string // the text of schema.graphqls
}

// Main runs the command of os.Args until it ends, or SIGINT or SIGTERM stops it. It returns the exit status.
func Main(schema string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, variable := range os.Environ() { // an empty one counts as not set
		if name, empty := strings.CutSuffix(variable, "="); empty && strings.HasPrefix(name, "HOMEBOUND_") {
			_ = os.Unsetenv(name) // cannot fail for a name that is set
		}
	}
	return Run(&Session{ctx, os.Stdout, os.Stderr, time.Now, schema}, os.Args[1:])
}

// Run runs one command and returns the exit status: 0, 1 when it failed, 2 when the command line is wrong.
func Run(s *Session, args []string) (status int) {
	exited := errors.New("exited")
	defer func() {
		if cause := recover(); cause != nil && cause != exited { // --help ends the parser this way
			panic(cause)
		}
	}()
	parser, err := Parser(kong.Writers(s.Stdout, s.Stderr), kong.Exit(func(code int) { status = code; panic(exited) }))
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

// Parser returns the parser of the command line; its model lists every command and flag.
func Parser(options ...kong.Option) (*kong.Kong, error) {
	options = append(options,
		kong.Name("homebound"),
		kong.Description("A GraphQL reporting backend on labour migration under sanctions."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.PostBuild(nameVariables))
	return kong.New(&commandLine{}, options...)
}

// nameVariables returns an environment variable to each flag of serve and to --data of every command: that of
// --max-cost is HOMEBOUND_MAX_COST. No other flag has one. A variable that is set for a server therefore changes no
// other command, for example which rights a new key gets.
func nameVariables(parser *kong.Kong) error {
	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range command.Flags {
			if command.Name != "serve" && flag.Name != "data" {
				continue
			}
			name := "HOMEBOUND_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			flag.Envs, flag.Tag.Envs = []string{name}, []string{name}
		}
	}
	return nil
}

// fail prints an error and returns status.
func (s *Session) fail(err error, status int) int {
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	fmt.Fprintln(s.Stderr, "homebound:", err)
	return status
}

// store opens the data folder. The caller closes the store.
func (f dataFlag) store() (*db.Store, error) { return db.OpenStore(f.Data) }

type versionCommand struct{}

// Run prints the versions of the program and of its method.
func (versionCommand) Run(s *Session) error {
	fmt.Fprintf(s.Stdout, "homebound %s, method %s\n", buildVersion(), labour.MethodVersion)
	return nil
}
