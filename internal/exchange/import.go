// Package exchange brings data packages and releases together: a package becomes a release, and a release a package
// again.
package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
	"homebound/internal/prefetch"
)

// OnError says what an import does about faulty rows.
type OnError string

const (
	Fail       OnError = "fail"       // publish nothing
	Quarantine OnError = "quarantine" // publish the good rows and write the others to a folder of rejects
)

// Options of an import. The zero value merges and fails on any fault.
type Options struct {
	Mode    db.Mode
	OnError OnError
	Note    string
	Now     time.Time // of publication

	// Of db.ReplaceSource: the source that the package is the whole delivery of, and its period, nil where it is open.
	// Withdrawn is told each row that the source no longer has; it may be nil.
	Source    string
	From, To  *labour.Date
	Withdrawn func(db.Withdrawal)

	MaxRejected float64 // the share of each table's rows that Quarantine may reject; 0 for DefaultMaxRejected
	AllowOdd    bool    // wages far from the median may move an average by more than a tenth
	AllowShrink bool    // tables may lose more than half of their rows
	Keep        bool    // the release is built and kept back, for db.Store.ReleaseKept to publish
	DryRun      bool    // of Check: tell everything, and go on to the end

	// Progress is told how far the reading of a file has come, in bytes of its size. Fault is told each fault, and
	// Warning each row that is odd but possible, in the order of files and rows. Each may be nil.
	Progress func(file string, done, size int64)
	Fault    func(Remark)
	Warning  func(Remark)
	Tell     func(note string) // what else there is to know; it may be nil
}

// Remark is a fault or an oddity at a place in a package.
type Remark struct {
	Position datapackage.Position
	Column   string // "" where it is the row as a whole
	Message  string
}

// String returns `file:line:column: what is wrong, and what was found`.
func (r Remark) String() string {
	if r.Column == "" {
		return fmt.Sprintf("%s: %s", r.Position, r.Message)
	}
	return fmt.Sprintf("%s: %s: %s", r.Position, r.Column, r.Message)
}

// Outcome is what an import came to. Counts are there whether or not it published.
type Outcome struct {
	Release labour.Release // with Number 0 where nothing was published
	Counts  []labour.ImportCounts
	Rejects string // the folder of rejected rows, "" where there is none
}

// FaultyError says that rows were faulty, so that nothing was published.
type FaultyError struct{ Rows int64 }

// Error counts the rows.
func (e *FaultyError) Error() string {
	if e.Rows == 1 {
		return "1 row is faulty; nothing was published"
	}
	return fmt.Sprintf("%d rows are faulty; nothing was published", e.Rows)
}

// Import makes a release of a package, on top of the current one or of nothing. Everything is checked before
// anything is published. It returns a *FaultyError where rows are faulty and nothing is put in quarantine, a
// *RejectedError where too many are, a *db.GateError where a gate does not hold, a *ShrinkError where a table would lose
// more than half of its rows, and db.ErrBusy while another import runs.
func Import(ctx context.Context, store *db.Store, pkg *datapackage.Package, o Options) (outcome Outcome, err error) {
	if o.Mode == "" {
		o.Mode = db.Merge
	}
	draft, err := store.Draft(ctx, o.Mode)
	if err != nil {
		return outcome, err
	}
	defer func() { err = errors.Join(err, draft.Discard()) }()

	if outcome.Counts, err = prepare(ctx, draft, pkg, o); err != nil {
		return outcome, err
	}
	if slices.ContainsFunc(outcome.Counts, func(c labour.ImportCounts) bool { return c.Rejected > 0 }) {
		outcome.Rejects = filepath.Join(store.Dir(), "rejects", fmt.Sprintf("%04d", draft.Number()))
		if err := reject(ctx, pkg, draft, outcome.Rejects, o.Fault); err != nil {
			return outcome, err
		}
	}
	if text := pkg.Mapping(); text != nil {
		if err := draft.KeepMapping(ctx, fmt.Sprintf("%x", sha256.Sum256(text)), text); err != nil {
			return outcome, err
		}
	}
	note := o.Note
	if note == "" {
		note = pkg.Manifest().Note
	}
	if o.Keep {
		outcome.Release, err = draft.Keep(ctx, o.Now, note)
		return outcome, err
	}
	outcome.Release, err = draft.Publish(ctx, o.Now, note)
	return outcome, err
}

// anyTaken reports whether a row of the package is good: a release of none would only empty what was there.
func anyTaken(counts []labour.ImportCounts) bool {
	return slices.ContainsFunc(counts, func(c labour.ImportCounts) bool { return c.Read > c.Rejected })
}

// stage takes one file's rows into the draft.
func stage(ctx context.Context, draft *db.Draft, file *datapackage.File, o Options) (labour.ImportCounts, error) {
	table := file.Table()
	columns := make([]string, len(table.Columns))
	for i, c := range table.Columns {
		columns[i] = c.Name
	}
	staged, err := draft.Stage(ctx, table.Name, columns)
	if err != nil {
		return labour.ImportCounts{}, err
	}
	each := func(ctx context.Context, yield func([]row) error) error { return records(ctx, file, yield) }
	err = prefetch.Rows(ctx, 1, each, func(rows []row) error {
		row := rows[0]
		if len(row.faults) > 0 {
			err = errors.Join(staged.Reject(ctx, row.faults...), staged.Remember(ctx, row.number, row.line, row.values, row.isFaulty))
		} else {
			err = staged.Add(ctx, row.number, row.line, row.values)
		}
		for _, w := range row.warnings {
			err = errors.Join(err, staged.Warn(ctx, w))
		}
		if o.Progress != nil && row.number%1024 == 0 {
			o.Progress(file.Name(), row.offset, file.Size())
		}
		return err
	})
	if err != nil {
		return labour.ImportCounts{}, err
	}
	if o.Progress != nil {
		o.Progress(file.Name(), file.Size(), file.Size())
	}
	return staged.Merge(ctx)
}

// row is a record as the draft takes it.
type row struct {
	number, line, offset int64
	values               []any
	faults, warnings     []db.Fault
}

// isFaulty reports whether a column of the row has a fault, or the row as a whole.
func (r row) isFaulty(column string) bool {
	return slices.ContainsFunc(r.faults, func(f db.Fault) bool { return f.Column == column || f.Column == "" })
}

// slabRows is for how many rows memory is taken at a time.
const slabRows = 64

// records yields the rows of a file.
func records(ctx context.Context, file *datapackage.File, yield func([]row) error) error {
	one := make([]row, 1)
	var slab []any // memory for the values of many rows
	for record, err := range file.Records(ctx) {
		if err != nil {
			return fmt.Errorf("read %s: %w", file.Name(), err)
		}
		if width := len(record.Values); cap(slab)-len(slab) < width {
			slab = make([]any, 0, slabRows*width)
		}
		start := len(slab)
		slab = append(slab, record.Values...)
		one[0] = row{
			record.Number, int64(record.Position("").Line), record.Offset(), slab[start:len(slab):len(slab)],
			remarks(record.Number, record.Faults), remarks(record.Number, record.Warnings),
		}
		if err := yield(one); err != nil {
			return err
		}
	}
	return nil
}

func remarks(record int64, found []datapackage.Fault) []db.Fault {
	var list []db.Fault
	for _, f := range found {
		list = append(list, db.Fault{Record: record, Column: f.Column, Message: f.Message})
	}
	return list
}

// located hands out what was remarked on each record, together with the record. The files are read once more for it, so
// that no row had to be kept for the case that something is wrong with it.
func located(ctx context.Context, pkg *datapackage.Package, of remarksOf,
	visit func(*datapackage.Record, []Remark) error) error {
	for _, file := range pkg.Files() {
		if err := locatedIn(ctx, file, of, visit); err != nil {
			return fmt.Errorf("find rows of %s again: %w", file.Name(), err)
		}
	}
	return nil
}

// remarksOf lists what was remarked on a table's records, in their order: Draft.Faults or Draft.Warnings.
type remarksOf = func(ctx context.Context, table string) iter.Seq2[db.Fault, error]

func locatedIn(ctx context.Context, file *datapackage.File, of remarksOf,
	visit func(*datapackage.Record, []Remark) error) error {
	next, stop := iter.Pull2(of(ctx, file.Table().Name))
	defer stop()
	remark, err, more := next()
	if err != nil || !more {
		return err
	}
	for record, err := range file.Records(ctx) {
		if err != nil {
			return err
		}
		var own []Remark
		for more && remark.Record == record.Number {
			own = append(own, Remark{record.Position(remark.Column), remark.Column, remark.Message})
			if remark, err, more = next(); err != nil {
				return err
			}
		}
		if own != nil {
			if err := visit(record, own); err != nil {
				return err
			}
		}
		if !more {
			break
		}
	}
	return nil
}

// tell reports remarks with their places.
func tell(ctx context.Context, pkg *datapackage.Package, of remarksOf, report func(Remark)) error {
	if report == nil {
		return nil
	}
	return located(ctx, pkg, of, func(_ *datapackage.Record, own []Remark) error {
		for _, remark := range own {
			report(remark)
		}
		return nil
	})
}

// reject writes every faulty row, as it was, with all that is wrong with it.
func reject(ctx context.Context, pkg *datapackage.Package, draft *db.Draft, dir string, report func(Remark)) error {
	rejects, err := datapackage.NewRejects(dir)
	if err != nil {
		return err
	}
	err = located(ctx, pkg, draft.Faults, func(record *datapackage.Record, own []Remark) error {
		reasons := make([]string, len(own))
		for i, remark := range own {
			if report != nil {
				report(remark)
			}
			reasons[i] = remark.Message
			if remark.Column != "" {
				reasons[i] = remark.Column + ": " + remark.Message
			}
		}
		return rejects.Write(record, strings.Join(reasons, "; "))
	})
	if closed := rejects.Close(); err == nil { // else it says the same again
		err = closed
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the rejected rows: %w", err), os.RemoveAll(dir))
	}
	return nil
}
