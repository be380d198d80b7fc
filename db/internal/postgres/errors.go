package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"

	"homebound/internal/labour"
)

var (
	// ErrAway says that no server answers.
	ErrAway = errors.New("no server of the PostgreSQL can be asked")
	// ErrNoCatalogue says that nothing was prepared there yet.
	ErrNoCatalogue = errors.New("the database has no catalogue of releases yet: homebound push --init makes it")

	// errElsewhere marks what another server may answer.
	errElsewhere = errors.New("another server may answer")
	// errRefused marks what every server would refuse alike.
	errRefused = errors.New("PostgreSQL refuses a statement")
	// errValue marks values that this program cannot send or read.
	errValue = errors.New("a value that has no counterpart")
	// away is what readers are told.
	away = labour.Faultf(labour.Unavailable, "The database of the releases cannot be reached: try again in a few seconds.")
)

// The codes of errors that another server may not have: it is stopping or starting, has no connection left, had to give
// way to what its primary did, does not let in, or lacks the release.
var (
	elsewhereClasses = []string{"08", "28", "53", "58", "XX"}
	elsewhereCodes   = []string{"57P01", "57P02", "57P03", "57P04", "57P05", "40001", "40P01", "25006", "3D000", forbidden,
		undefinedTable, undefinedSchema}
)

const (
	undefinedTable  = "42P01"
	undefinedSchema = "3F000"
	forbidden       = "42501"
	canceled        = "57014"
)

// translate turns what the server or the connection reports into the errors that callers decide on.
func translate(ctx context.Context, err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errElsewhere), errors.Is(err, errValue), errors.Is(err, errNotSupported), errors.Is(err, errRefused):
		return err
	case !errors.As(err, &refused):
		return fmt.Errorf("%w: %w", errElsewhere, err)
	case refused.Code == canceled: // the server is as quick as the context
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	case slices.Contains(elsewhereClasses, refused.Code[:min(2, len(refused.Code))]), slices.Contains(elsewhereCodes, refused.Code):
		return fmt.Errorf("%w: %w", errElsewhere, err)
	}
	return fmt.Errorf("%w: %w", errRefused, err)
}

// lost is the error of rows that stop coming: they cannot be asked for again from where they stopped, but whole.
func lost(err error) error {
	if errors.Is(err, errElsewhere) {
		return fmt.Errorf("%w: %w", away, err)
	}
	return err
}

// isLacking reports whether a server lacks a release that it was asked for.
func isLacking(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == undefinedTable || refused.Code == undefinedSchema ||
		refused.Code == forbidden)
}
