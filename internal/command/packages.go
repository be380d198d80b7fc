package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"golang.org/x/term"

	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/synth"
)

// packageFlags name a package to read.
type packageFlags struct {
	Package     string `arg:"" help:"Folder or .zip with a datapackage.json, a workbook, or with --table a CSV file."`
	Table       string `placeholder:"NAME" help:"The table that a file by itself is, such as permits."`
	MaxUnpacked int64  `default:"17179869184" placeholder:"BYTES" help:"Most that the package's files may take when they are unpacked."`
}

// open opens the package. The caller closes it.
func (f packageFlags) open(s *Session) (*datapackage.Package, error) {
	limits := datapackage.Limits{UnpackedBytes: f.MaxUnpacked, Today: labour.DateOf(s.Now())}
	var pkg *datapackage.Package
	var err error
	if f.Table != "" {
		pkg, err = datapackage.OpenTable(s.Context, f.Package, f.Table, limits)
	} else {
		pkg, err = datapackage.Open(s.Context, f.Package, limits)
	}
	if err != nil {
		return nil, fmt.Errorf("open the package: %w", err)
	}
	for _, notice := range pkg.Notices() {
		fmt.Fprintln(s.Stderr, "note:", notice)
	}
	return pkg, nil
}

type importCommand struct {
	dataFlag
	privacyFlags
	packageFlags
	limitFlags
	Note     string `help:"A sentence to keep with the release."`
	Warnings bool   `help:"List every row that is odd but possible; else they are counted."`
	Draft    bool   `help:"Build the release and keep it back from readers until homebound publish N."`
}

// Run imports a package and prints, for each table, how many rows were inserted, replaced, rejected and so on.
func (c *importCommand) Run(s *Session) (err error) {
	store, err := c.privacyFlags.open(c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	pkg, err := c.packageFlags.open(s)
	if err != nil {
		return err
	}
	defer pkg.Close()
	bar := newProgress(s.Stderr)
	faults := teller{out: s.Stderr}
	options := c.options(s)
	options.Note, options.Progress, options.Fault, options.Keep = c.Note, bar.show, faults.add, c.Draft
	options.Tell = func(note string) { fmt.Fprintln(s.Stderr, "note:", note) }
	withdrawn := withdrawals{}
	options.Withdrawn = withdrawn.add
	if c.Warnings {
		options.Warning = func(r exchange.Remark) { fmt.Fprintln(s.Stderr, "warning:", r) }
	}
	outcome, err := exchange.Import(s.Context, store, pkg, options)
	bar.end()
	faults.end()
	tellPassedOver(s.Stderr, pkg)
	printCounts(s.Stdout, outcome.Counts)
	withdrawn.print(s.Stdout)
	if err != nil {
		return err
	}
	if outcome.Rejects != "" {
		fmt.Fprintf(s.Stdout, "rejected rows, with reasons: %s\n", outcome.Rejects)
	}
	for _, gate := range outcome.Release.Gates {
		fmt.Fprintf(s.Stdout, "gate %q passed: %v rows\n", gate.Name, gate.Found)
	}
	if c.Draft {
		fmt.Fprintf(s.Stdout, "release %d is kept back, sha256:%s; homebound publish %[1]d makes it current\n",
			outcome.Release.Number, outcome.Release.ContentHash)
		return nil
	}
	fmt.Fprintf(s.Stdout, "published release %d, sha256:%s\n", outcome.Release.Number, outcome.Release.ContentHash)
	return nil
}

func printCounts(w io.Writer, counts []labour.ImportCounts) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "table\tread\tinserted\treplaced\tunchanged\trejected\twarnings\t")
	for _, c := range counts {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			c.Table, c.Read, c.Inserted, c.Replaced, c.Unchanged, c.Rejected, c.Warnings)
	}
	_ = table.Flush() // a broken pipe ends the program anyway
}

// progress shows how far each file has been read, when out is a terminal.
type progress struct {
	out   io.Writer
	shown string // on the terminal's last line
}

func newProgress(out io.Writer) *progress {
	if f, ok := out.(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		out = nil
	}
	return &progress{out: out}
}

func (p *progress) show(file string, done, size int64) {
	p.write(fmt.Sprintf("%s: %d %% of %.1f MB", file, 100*done/max(size, 1), float64(size)/1e6))
}

func (p *progress) end() { p.write("") }

// write puts a text in the place of what is shown. Nothing is written as long as that stays the same.
func (p *progress) write(text string) {
	if p.out == nil || text == p.shown {
		return
	}
	p.shown = text
	fmt.Fprint(p.out, "\r", text, "\x1b[K") // carriage return, and erase to the end of the line
}

type exportCommand struct {
	dataFlag
	Package string `required:"" path:"" placeholder:"DIR" help:"Folder to write the package to; it must be new or empty."`
	Release int    `placeholder:"N" help:"Number of the release; the current one where left out."`
}

// Run writes a release back as a package.
func (c *exportCommand) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	release, done, err := pick(s, store, c.Release)
	if err != nil {
		return err
	}
	defer done()
	if err := exchange.Export(s.Context, release, c.Package); err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "wrote release %d to %s\n", release.Info().Number, c.Package)
	return nil
}

type generateCommand struct {
	Permits int    `required:"" placeholder:"N" help:"Number of permits."`
	Seed    uint64 `default:"1" help:"The same number of permits and the same seed give the same package."`
	Out     string `required:"" path:"" placeholder:"DIR" help:"Folder to write the package to; it must be new or empty."`
}

// Run writes a synthetic package.
func (c *generateCommand) Run(s *Session) error {
	if err := exchange.WriteDefault(s.Context, c.Out, synth.Config{Permits: c.Permits, Seed: c.Seed}); err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "wrote a package with %d synthetic permits to %s\n", c.Permits, c.Out)
	return nil
}
