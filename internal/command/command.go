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

	"github.com/spf13/cobra"

	"homebound/db"
	"homebound/internal/labour"
)

// Root returns the command line of the program, without anything that runs: its model lists every command and flag.
func Root() *cobra.Command { return root(func(runner) {}) }

// Commands are listed in their own order, which the library keeps in a variable of its own.
func init() { cobra.EnableCommandSorting = false }

// root returns the command line. Without a command it is that of serve.
func root(choose func(runner)) *cobra.Command {
	leaf := func(name, help string, c runner) *cobra.Command { return newCommand(name, help, c, choose) }
	serve := func() *cobra.Command {
		return leaf("serve", "Serve the current release; make ./data from the default package where there is none.", &serveCommand{})
	}
	all := newGroup(serve(), serve(),
		leaf("import", "Make a new release from the current one and a data package.", &importCommand{}),
		leaf("check", "Say all that is wrong with a data package and what it would change, and publish nothing.", &checkCommand{}),
		leaf("map", "Write a first mapping.yml for a publisher's file, from its header.", &mapCommand{}),
		leaf("export", "Write a release back as a data package.", &exportCommand{}),
		leaf("generate", "Write a synthetic data package, every register row of it marked.", &generateCommand{}),
		newGroup(leaf("releases", "List, show and verify releases.", &releasesList{}),
			leaf("list", "List every release, the oldest first.", &releasesList{}),
			leaf("show", "Say what a release holds and how it was made.", &releasesShow{}),
			leaf("diff", "Say what one release holds otherwise than another.", &releasesDiff{}),
			leaf("verify", "Read releases whole, and compute their checksums and hashes anew.", &releasesVerify{}),
			leaf("remask", "Publish the current release again, with its real rows masked for more workers.", &releasesRemask{}),
			leaf("prune", "Remove old releases; the current one stays.", &releasesPrune{})),
		leaf("publish", "Make a release of the data folder the current one, one that was kept back too.", &publishCommand{}),
		leaf("backup", "Copy the releases to another folder, checked, beside a running server.", &backupCommand{}),
		leaf("push", "Copy a release to an object storage or a PostgreSQL, for servers with --store, and name it the current one there.", &pushCommand{}),
		leaf("restore", "Copy the releases of a backup into the data folder, checked, beside a running server.", &restoreCommand{}),
		newGroup(&cobra.Command{Use: "keys", Short: "Make, list, revoke and rotate the keys of a data folder."},
			leaf("add", "Make a key and print it, once.", &keysAdd{}),
			leaf("list", "List every key, revoked and expired ones too; the keys themselves cannot be had again.", &keysList{}),
			leaf("revoke", "End a key at once.", &keysRevoke{}),
			leaf("rotate", "Make a new key of the same name that allows the same, and print it, once.", &keysRotate{})),
		leaf("version", "Say which build this is.", &versionCommand{}),
	)
	all.Use, all.Short = "homebound", "A GraphQL reporting backend on labour migration under sanctions."
	all.SilenceErrors, all.SilenceUsage, all.CompletionOptions.DisableDefaultCmd = true, true, true
	all.SetFlagErrorFunc(flagError)
	all.SetHelpFunc(printHelp)
	all.SetHelpCommand(&cobra.Command{Use: "help", Hidden: true, RunE: func(*cobra.Command, []string) error {
		return errors.New("unexpected argument help")
	}})
	return all
}

// dataFlag names the folder that most commands work on.
type dataFlag struct {
	Data string `default:"./data" path:"" placeholder:"DIR" help:"Folder of releases."`
}

// Session holds what every command gets from the process, so that tests can replace it.
type Session struct {
	Context        context.Context
	Stdout, Stderr io.Writer
	Now            func() time.Time
}

// Main runs the command of os.Args until it ends, or SIGINT or SIGTERM stops it. It returns the exit status.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, variable := range os.Environ() { // an empty one counts as not set
		if name, empty := strings.CutSuffix(variable, "="); empty && strings.HasPrefix(name, "HOMEBOUND_") {
			_ = os.Unsetenv(name) // cannot fail for a name that is set
		}
	}
	return Run(&Session{ctx, os.Stdout, os.Stderr, time.Now}, os.Args[1:])
}

// Run runs one command and returns the exit status: 0, 1 when it failed, 2 when the command line is wrong.
func Run(s *Session, args []string) int {
	var chosen runner // nil where help was asked for
	all := root(func(c runner) { chosen = c })
	all.SetArgs(append([]string{}, args...)) // nil would stand for those of the process
	all.SetOut(s.Stdout)
	err := misplaced(all, args)
	if err == nil {
		err = all.ExecuteContext(s.Context)
	}
	if err != nil {
		return s.fail(fmt.Errorf("%w; see homebound --help", err), 2)
	}
	if chosen == nil {
		return 0
	}
	if err := chosen.Run(s); err != nil {
		return s.fail(err, 1)
	}
	return 0
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
