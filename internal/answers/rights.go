package answers

import (
	"context"

	"homebound/db"
	"homebound/internal/labour"
)

// Rights say which rows of the register a request may read. Counts and reports are open to everybody.
type Rights struct {
	NoRows bool // may not read single permits and repatriations
	Small  bool // may read rows that tell of few workers, though the release masks its rows
}

type rightsKey struct{}

// WithRights returns a context whose request has these rights. A request of which nothing is said has the zero Rights.
func WithRights(ctx context.Context, rights Rights) context.Context {
	return context.WithValue(ctx, rightsKey{}, rights)
}

// CheckRows returns a Fault, FORBIDDEN, where the request may not read single permits and repatriations of a release:
// for itself, or since they would tell what the release masks.
func CheckRows(ctx context.Context, release *db.Release) error {
	if rights, _ := ctx.Value(rightsKey{}).(Rights); rights.NoRows {
		return labour.Faultf(labour.Forbidden,
			"Single permits and repatriations need a key that allows rows; reports and totals do not.")
	}
	return CheckSmall(ctx, release, "Single permits and repatriations")
}

// CheckSmall returns a Fault, FORBIDDEN, where a release masks its rows and what is asked for would tell them.
// Synthetic rows are of nobody, so that a release of these alone may be read row by row.
func CheckSmall(ctx context.Context, release *db.Release, what string) error {
	rights, _ := ctx.Value(rightsKey{}).(Rights)
	if rights.Small || !release.Perturbed() {
		return nil
	}
	return labour.Faultf(labour.Forbidden,
		"%s are not shown here, since they would tell of fewer than %d workers exactly; "+
			"reports and totals, whose rows are masked, are.", what, release.Confidential())
}

// CheckEmployerOrder is CheckSmall for an order of employers: by workers it tells who has more, and its cursors how
// many.
func CheckEmployerOrder(ctx context.Context, release *db.Release, order db.EmployerOrder) error {
	if order != db.EmployerByWorkersAuthorised {
		return nil
	}
	return CheckSmall(ctx, release, "Employers in the order of their workers")
}
