package command

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
)

// limitFlags say what an import refuses, and a check holds a package against.
type limitFlags struct {
	Mode        db.Mode          `enum:"merge,replace,replace-source" default:"merge" help:"merge: insert into the current release and replace rows of the same key; replace: start from nothing; replace-source: merge, and withdraw what --source no longer has."`
	Source      string           `placeholder:"ID" help:"With replace-source: the source that the package is the whole delivery of."`
	From        *labour.Date     `placeholder:"DATE" help:"With replace-source: the first day of the delivery's period."`
	To          *labour.Date     `placeholder:"DATE" help:"With replace-source: the last day of the delivery's period."`
	OnError     exchange.OnError `enum:"fail,quarantine" default:"fail" help:"fail: publish nothing where a row is faulty; quarantine: publish the good rows and write the others to DATA/rejects."`
	MaxRejected share            `default:"1%" placeholder:"SHARE" help:"With quarantine: publish nothing where more than this share of a table's rows is faulty."`
	AllowOdd    bool             `help:"Publish although few wages, far from the median, move an average by more than a tenth."`
	AllowShrink bool             `help:"Publish although a table is emptied or loses more than half of its rows."`
}

// Validate asks that a source is named where it is to be replaced, and else is not.
func (f limitFlags) Validate() error {
	if f.Mode == db.ReplaceSource && f.Source == "" {
		return errors.New("expected --source ID with --mode replace-source, found none")
	}
	if f.Mode != db.ReplaceSource && (f.Source != "" || f.From != nil || f.To != nil) {
		return errors.New("expected --source, --from and --to with --mode replace-source alone")
	}
	return nil
}

func (f limitFlags) options(s *Session) exchange.Options {
	return exchange.Options{Source: f.Source, From: f.From, To: f.To, Mode: f.Mode, OnError: f.OnError, MaxRejected: float64(f.MaxRejected), AllowOdd: f.AllowOdd, AllowShrink: f.AllowShrink, Now: s.Now()}
}

// share is a part of a whole, such as 5% or 0.05.
type share float64

// UnmarshalText reads a share.
func (p *share) UnmarshalText(text []byte) error {
	digits, percent := strings.CutSuffix(string(text), "%")
	x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if percent {
		x /= 100
	}
	if err != nil || !(0 < x && x <= 1) {
		return fmt.Errorf("expected a share such as 1%% or 0.01, at most 100%%, found %q", text)
	}
	*p = share(x)
	return nil
}

type checkCommand struct {
	dataFlag
	privacyFlags
	packageFlags
	limitFlags
	List string `path:"" placeholder:"FILE" help:"Write every fault and warning to a file, one a line."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// checked is what a check prints as JSON.
type checked struct {
	Publishable bool             `json:"publishable"`
	Refused     string           `json:"refused,omitempty"`
	Notes       []string         `json:"notes"`
	Tables      []tableCounts    `json:"tables"`
	Kinds       []*exchange.Kind `json:"kinds"`
	Changes     []change         `json:"changes"`
}

type tableCounts struct {
	Table     string `json:"table"`
	Read      int64  `json:"read"`
	Inserted  int64  `json:"inserted"`
	Replaced  int64  `json:"replaced"`
	Unchanged int64  `json:"unchanged"`
	Rejected  int64  `json:"rejected"`
	Warnings  int64  `json:"warnings"`
}

type change struct {
	Table         string `json:"table"`
	By            string `json:"by"`
	Value         string `json:"value"`
	RowsBefore    int64  `json:"rowsBefore"`
	RowsAfter     int64  `json:"rowsAfter"`
	WorkersBefore int64  `json:"workersBefore"`
	WorkersAfter  int64  `json:"workersAfter"`
}

// Run checks a package and prints what is wrong with it and what it would change. It returns an error where an import
// would publish nothing.
func (c *checkCommand) Run(s *Session) (err error) {
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
	list, err := newList(c.List)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, list.close()) }()
	var kinds exchange.Kinds
	o := c.options(s)
	o.Tell = func(note string) { fmt.Fprintln(s.Stderr, "note:", note) }
	o.Fault = func(r exchange.Remark) { kinds.Add(r, false); list.add("", r) }
	o.Warning = func(r exchange.Remark) { kinds.Add(r, true); list.add("warning: ", r) }
	withdrawn := withdrawals{}
	o.Withdrawn = withdrawn.add
	bar := newProgress(s.Stderr)
	o.Progress = bar.show
	result, err := exchange.Check(s.Context, store, pkg, o)
	bar.end()
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(s.Stdout, pkg, result, kinds.List()); err != nil {
			return err
		}
	} else {
		tellPassedOver(s.Stderr, pkg)
		printCounts(s.Stdout, result.Counts)
		printKinds(s.Stdout, kinds.List())
		withdrawn.print(s.Stdout)
		printMoves(s.Stdout, result.Changes)
	}
	if result.Refused != nil {
		return result.Refused
	}
	if !c.JSON {
		fmt.Fprintln(s.Stdout, "an import would publish this")
	}
	return nil
}

// list writes remarks to a file, where one was asked for.
type list struct {
	file *os.File
	out  *bufio.Writer
}

func newList(name string) (*list, error) {
	if name == "" {
		return &list{}, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &list{file, bufio.NewWriter(file)}, nil
}

func (l *list) add(before string, r exchange.Remark) {
	if l.file != nil {
		fmt.Fprintf(l.out, "%s%s\n", before, r)
	}
}

func (l *list) close() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.out.Flush(), l.file.Close())
}

// tellPassedOver says what rows were read and are no rows of a table.
func tellPassedOver(out io.Writer, pkg *datapackage.Package) {
	for _, file := range pkg.Files() {
		if n := file.Blank(); n > 0 {
			fmt.Fprintf(out, "note: %s: rows without any value, passed over: %d\n", file.Name(), n)
		}
		if n := file.Valueless(); n > 0 {
			fmt.Fprintf(out, "note: %s: missing observations without a figure, passed over: %d\n", file.Name(), n)
		}
		for _, sentence := range file.Lacking() {
			fmt.Fprintf(out, "note: %s: %s\n", file.Name(), sentence)
		}
	}
}

// printKinds prints what is wrong by kind, each with its count, its first places, an example and what to do.
func printKinds(out io.Writer, kinds []*exchange.Kind) {
	for _, k := range kinds {
		severity := map[bool]string{false: "rows with a fault", true: "warnings"}[k.Warning]
		if k.Rows == 1 {
			severity = map[bool]string{false: "row with a fault", true: "warning"}[k.Warning]
		}
		column := ""
		if k.Column != "" {
			column = k.Column + ": "
		}
		fmt.Fprintf(out, "\n%d %s: %s%s\n  first at   %s\n  what to do %s\n", k.Rows, severity, column, k.Example,
			strings.Join(k.Places, ", "), k.Advice)
	}
	if len(kinds) > 0 {
		fmt.Fprintln(out)
	}
}

const mostMoves = 12

// printMoves prints what would change of the register: how many values by year, region and nationality, and those that
// move most.
func printMoves(out io.Writer, changes []labour.ImportChange) {
	if len(changes) == 0 {
		fmt.Fprintln(out, "nothing would change by year, region or nationality")
		return
	}
	slices.SortStableFunc(changes, func(a, b labour.ImportChange) int { return cmp.Compare(moved(b), moved(a)) })
	fmt.Fprintf(out, "what would change, by year, region and nationality: %d figures; those that move most:\n", len(changes))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  table\tby\tof\trows\tworkers")
	for _, c := range changes[:min(len(changes), mostMoves)] {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%d -> %d\t%d -> %d\n", c.Table, c.By, c.Value, c.RowsBefore, c.RowsAfter, c.WorkersBefore, c.WorkersAfter)
	}
	_ = table.Flush() // a broken pipe ends the program anyway
}

func moved(c labour.ImportChange) int64 {
	if d := c.WorkersAfter - c.WorkersBefore; d < 0 {
		return -d
	} else {
		return d
	}
}

func printJSON(out io.Writer, pkg *datapackage.Package, result exchange.Checked, kinds []*exchange.Kind) error {
	c := checked{Publishable: result.Refused == nil, Notes: pkg.Notices(), Tables: []tableCounts{}, Kinds: kinds, Changes: []change{}}
	if result.Refused != nil {
		c.Refused = result.Refused.Error()
	}
	if c.Notes == nil {
		c.Notes = []string{}
	}
	if c.Kinds == nil {
		c.Kinds = []*exchange.Kind{}
	}
	for _, t := range result.Counts {
		c.Tables = append(c.Tables, tableCounts(t))
	}
	for _, ch := range result.Changes {
		c.Changes = append(c.Changes, change(ch))
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(c)
}

// withdrawals are rows that their source no longer has.
type withdrawals struct {
	counts []withdrawnFrom
}

type withdrawnFrom struct {
	table string
	count int
	first []string
}

func (w *withdrawals) add(row db.Withdrawal) {
	at := slices.IndexFunc(w.counts, func(f withdrawnFrom) bool { return f.table == row.Table })
	if at < 0 {
		w.counts = append(w.counts, withdrawnFrom{table: row.Table})
		at = len(w.counts) - 1
	}
	if w.counts[at].count++; w.counts[at].count <= mostTold {
		w.counts[at].first = append(w.counts[at].first, row.Key)
	}
}

func (w *withdrawals) print(out io.Writer) {
	for _, f := range w.counts {
		more := ""
		if f.count > mostTold {
			more = " and others"
		}
		fmt.Fprintf(out, "withdrawn from %s: %d: %s%s\n", f.table, f.count, strings.Join(f.first, ", "), more)
	}
}

// teller prints faults as they come up to a number, and by kind where there are more.
type teller struct {
	out   io.Writer
	kinds exchange.Kinds
	first []exchange.Remark
	count int
}

// mostTold is the number of faults that an import prints one by one.
const mostTold = 100

func (t *teller) add(r exchange.Remark) {
	t.kinds.Add(r, false)
	if t.count++; t.count <= mostTold {
		t.first = append(t.first, r)
	}
}

func (t *teller) end() {
	if t.count > mostTold {
		printKinds(t.out, t.kinds.List())
		fmt.Fprintln(t.out, "homebound check --list FILE writes each of them to a file")
		return
	}
	for _, r := range t.first {
		fmt.Fprintln(t.out, r)
	}
}

type mapCommand struct {
	File  string `arg:"" help:"The publisher's file: .csv, .csv.gz or .xlsx."`
	Table string `default:"permits" placeholder:"NAME" help:"The table that its rows are."`
}

// Run prints the draft of a mapping.
func (c *mapCommand) Run(s *Session) error {
	text, err := datapackage.DraftMapping(c.File, c.Table)
	if err != nil {
		return err
	}
	_, err = s.Stdout.Write(text)
	return err
}
