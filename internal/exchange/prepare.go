package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
)

// DefaultMaxRejected is the share of a table's rows that quarantine may reject where nothing else is said.
const DefaultMaxRejected = 0.01

// RejectedError says that more rows of a table are faulty than quarantine may reject.
type RejectedError struct {
	Table          string
	Rejected, Read int64
	Most           float64
}

// Error says how many, and what to do.
func (e *RejectedError) Error() string {
	return fmt.Sprintf("%d of %d rows of %s are faulty, more than %s; nothing was published. Mend them, or allow more with --max-rejected",
		e.Rejected, e.Read, e.Table, percent(e.Most))
}

func percent(share float64) string { return fmt.Sprintf("%v %%", float64(int(share*10000+0.5))/100) }

// ShrinkError says that tables would lose more than half of their rows.
type ShrinkError struct{ Tables []labour.ImportChange }

// Error lists them with what they have and would have.
func (e *ShrinkError) Error() string {
	var parts []string
	for _, c := range e.Tables {
		parts = append(parts, fmt.Sprintf("%s from %d to %d rows", c.Table, c.RowsBefore, c.RowsAfter))
	}
	return "tables would lose more than half of their rows: " + strings.Join(parts, ", ") +
		"; nothing was published. Allow it with --allow-shrink where it is meant"
}

// OddError says that few wages, far from the median, would move averages by more than a tenth.
type OddError struct{ Moved []string }

// Error lists the averages with what they are and would be, and says what to do.
func (e *OddError) Error() string {
	return strings.Join(e.Moved, "; ") + "; nothing was published. They may be of an hour, a week or a year: give them as wage with wage_unit, " +
		"or allow them with --allow-odd where they are meant"
}

// odd returns an *OddError where the draft has such wages and they are not allowed.
func (o Options) odd(draft *db.Draft) error {
	moved := draft.Moved()
	if o.AllowOdd || len(moved) == 0 {
		return nil
	}
	e := &OddError{}
	for _, m := range moved {
		e.Moved = append(e.Moved, m.String())
	}
	return e
}

// prepare takes a package's rows into a draft and holds it against everything that keeps it from being published.
// Everything is checked, and the first of the errors is returned: a *FaultyError, a *RejectedError, a *db.NamedError,
// a *db.GateError, an *OddError or a *ShrinkError.
func prepare(ctx context.Context, draft *db.Draft, pkg *datapackage.Package, o Options) (counts []labour.ImportCounts, err error) {
	if o.Mode == db.ReplaceSource {
		of := db.Delivery{Source: o.Source, From: o.From, To: o.To}
		for _, file := range pkg.Files() {
			of.Tables = append(of.Tables, file.Table().Name)
		}
		if err := draft.Deliver(ctx, of); err != nil {
			return nil, err
		}
	}
	draft.Price(pkg.Manifest().Currency)
	var rejected int64
	for _, file := range pkg.Files() {
		c, err := stage(ctx, draft, file, o)
		if err != nil {
			return nil, err
		}
		rejected += c.Rejected
	}
	if err := draft.WarnOfTotals(ctx); err != nil {
		return counts, err
	}
	counts = draft.Counts()
	if err := tell(ctx, pkg, draft.Warnings, o.Warning); err != nil {
		return counts, err
	}
	refused := o.refuses(counts, rejected)
	if o.DryRun || refused != nil {
		if err := tell(ctx, pkg, draft.Faults, o.Fault); err != nil {
			return counts, err
		}
	}
	if refused != nil && !o.DryRun {
		return counts, refused
	}
	var named *db.NamedError
	if _, err := draft.Withdraw(ctx, o.withdrawn); errors.As(err, &named) && refused == nil {
		refused = err
	} else if err != nil && named == nil {
		return counts, err
	}
	if refused != nil && !o.DryRun {
		return counts, refused
	}
	manifest := pkg.Manifest()
	if err := draft.Set(ctx, db.Settings{Currency: manifest.Currency, DataThrough: manifest.DataThrough,
		LocalLanguage: manifest.LocalLanguage, Confidential: manifest.Confidential}); err != nil {
		return counts, err
	}
	if err := o.tellCurrency(ctx, draft, manifest.Currency); err != nil {
		return counts, err
	}
	gates := draft.Check(ctx, manifest.Gates)
	var failed *db.GateError
	if gates != nil && !(o.DryRun && errors.As(gates, &failed)) {
		return counts, gates
	}
	if refused == nil {
		refused = gates
	}
	if refused == nil {
		refused = o.odd(draft)
	}
	if shrunk, err := draft.Shrunk(ctx); err != nil {
		return counts, err
	} else if len(shrunk) > 0 && !o.AllowShrink && refused == nil {
		refused = &ShrinkError{shrunk}
	}
	return counts, refused
}

// tellCurrency tells that a package's currency is not that of the release which it is taken into.
func (o Options) tellCurrency(ctx context.Context, draft *db.Draft, of string) error {
	own, err := draft.Currency(ctx)
	if err != nil || of == "" || of == own || o.Tell == nil {
		return err
	}
	o.Tell(fmt.Sprintf("currency: the release goes on adding up money in %s; %s is that of this package's wages which name none", own, of))
	return nil
}

// withdrawn reports a row that is withdrawn, where somebody wants to know.
func (o Options) withdrawn(w db.Withdrawal) {
	if o.Withdrawn != nil {
		o.Withdrawn(w)
	}
}

// refuses returns why rows keep everything from being published, or nil.
func (o Options) refuses(counts []labour.ImportCounts, rejected int64) error {
	if rejected == 0 {
		return nil
	}
	if o.OnError != Quarantine || !anyTaken(counts) {
		return &FaultyError{rejected}
	}
	most := o.MaxRejected
	if most == 0 {
		most = DefaultMaxRejected
	}
	for _, c := range counts {
		if float64(c.Rejected) > most*float64(c.Read) {
			return &RejectedError{c.Table, c.Rejected, c.Read, most}
		}
	}
	return nil
}

// Checked is what a dry run came to.
type Checked struct {
	Counts  []labour.ImportCounts
	Changes []labour.ImportChange // of the register, by year, region and nationality
	Refused error                 // why an import would publish nothing; nil where it would publish
}

// Check runs an import to the point at which it would publish, and tells everything that is wrong and what would change.
// Nothing is published.
func Check(ctx context.Context, store *db.Store, pkg *datapackage.Package, o Options) (c Checked, err error) {
	o.DryRun = true
	if o.Mode == "" {
		o.Mode = db.Merge
	}
	draft, err := store.Draft(ctx, o.Mode)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, draft.Discard()) }()
	c.Counts, err = prepare(ctx, draft, pkg, o)
	if err != nil && !isRefusal(err) {
		return c, err
	}
	c.Refused = err
	c.Changes, err = draft.Changes(ctx)
	return c, err
}

// isRefusal reports whether an error is about the package, and not about the reading of it.
func isRefusal(err error) bool {
	var faulty *FaultyError
	var rejected *RejectedError
	var shrunk *ShrinkError
	var gate *db.GateError
	var odd *OddError
	var named *db.NamedError
	return errors.As(err, &odd) || errors.As(err, &named) || errors.As(err, &faulty) || errors.As(err, &rejected) || errors.As(err, &shrunk) || errors.As(err, &gate)
}
