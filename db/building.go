package db

import (
	"context"
	"errors"
	"sync/atomic"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
)

// What builds a release is in db/internal/build and what opens a file in db/internal/sqlite; these are the parts of
// both that a caller of Store sees.
type (
	// Draft is a release in the making; see build.Draft.
	Draft = build.Draft
	// Stage takes the records of one table of a draft.
	Stage = build.Stage
	// Fault is what is wrong with a record, or odd about it.
	Fault = build.Fault
	// Mode says what a draft starts from.
	Mode = build.Mode
	// Settings are what a publisher may set for a whole release.
	Settings = build.Settings
	// GateError says which gates a draft does not pass.
	GateError = build.GateError
	// KeptRelease is a release that was built and not published.
	KeptRelease = build.Kept
	// Delivery is what a package takes the place of.
	Delivery = build.Delivery
	// Withdrawal is a row that its source no longer has.
	Withdrawal = build.Withdrawal
	// NamedError says that rows would be withdrawn which others name.
	NamedError = build.NamedError
	// Mapping is a mapping.yml that rows of a release were read by.
	Mapping = build.Mapping
	// Ledger counts the queries that run under a context, and may bound and watch them.
	Ledger = sqlite.Ledger
)

// The modes of a draft: to start from the current release, or from nothing; or to start from the current release and take
// out of it what a source no longer has.
const (
	Merge         = build.Merge
	Replace       = build.Replace
	ReplaceSource = build.ReplaceSource
)

// Errors that callers decide on.
var (
	// ErrNoRelease says that nothing has been published in the folder yet.
	ErrNoRelease = build.ErrNoRelease
	// ErrExposed says that a release has real rows and protects less than is asked.
	ErrExposed = errors.New("a release that protects less than is asked")
	// ErrBusy says that another process is building a release in the same folder.
	ErrBusy = build.ErrBusy
	// ErrSuperseded says that a release was published since a kept one was made.
	ErrSuperseded = build.ErrSuperseded
	// ErrCorrupt says that a release's file does not hold what was written to it.
	ErrCorrupt = sqlite.ErrCorrupt
	// ErrDiskFull says that there is no room for what has to be written.
	ErrDiskFull = sqlite.ErrDiskFull
)

// WithLedger returns a context whose queries are counted in l, and in no ledger of a context around it.
func WithLedger(ctx context.Context, l *Ledger) context.Context { return sqlite.WithLedger(ctx, l) }

// WithStatementCount returns a context, and the number of queries that run under it.
func WithStatementCount(ctx context.Context) (context.Context, *atomic.Int64) {
	return sqlite.WithStatementCount(ctx)
}

// ContentTables lists the tables of the data package in the order in which they are imported and hashed.
func ContentTables() []string { return sqlite.ContentTables }
