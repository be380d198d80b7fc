package answers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// registerTables are those whose rows are listed to those who may read single permits and repatriations.
var registerTables = []string{"permits", "repatriations"}

// TableChanges is how many rows of a table two releases hold differently; the counts are nil where they are withheld.
type TableChanges struct {
	Table                   string
	Added, Removed, Changed *int
}

// ChangeTables returns the tables of which changes are asked, all of them where none is named. It returns a Fault,
// BAD_USER_INPUT, for a table that has no changes.
func ChangeTables(asked []string) ([]string, error) {
	all := db.ChangeTables()
	if asked == nil {
		return all, nil
	}
	for _, name := range asked {
		if !slices.Contains(all, name) {
			return nil, labour.Faultf(labour.BadUserInput, "tables: expected some of %s, found %.100q.",
				strings.Join(all, ", "), name)
		}
	}
	return asked, nil
}

// CountChanges returns how many rows of the tables a release holds otherwise than another one, and their sum. Counts of
// the register are withheld where a release masks its rows: with the reports of both, one row between them would tell
// its workers. The sum is nil then. It returns a Fault, TIMEOUT, where the time did not suffice; the comparison goes on
// from there when it is asked again.
func CountChanges(ctx context.Context, release, since *db.Release, tables []string) ([]TableChanges, *int, error) {
	counts, err := release.ChangeCounts(ctx, since)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, nil, labour.Faultf(labour.Timeout,
			"Releases %d and %d are not compared to the end yet; asked again, the comparison goes on from where it stopped.",
			since.Info().Number, release.Info().Number)
	}
	if err != nil {
		return nil, nil, err
	}
	withheld := CheckSmall(ctx, release, "") != nil || CheckSmall(ctx, since, "") != nil
	changes, total := []TableChanges{}, new(int)
	for _, c := range counts {
		switch {
		case !slices.Contains(tables, c.Table):
			continue
		case withheld && slices.Contains(registerTables, c.Table):
			changes, total = append(changes, TableChanges{Table: c.Table}), nil
			continue
		}
		changes = append(changes, TableChanges{c.Table, &c.Added, &c.Removed, &c.Changed})
		if total != nil {
			*total += c.Added + c.Removed + c.Changed
		}
	}
	return changes, total, nil
}

// ListChanges returns a stretch of the rows of the tables that a release holds otherwise than another one. It returns a
// Fault, FORBIDDEN, where the rows of one of the tables may not be listed in both releases.
func ListChanges(ctx context.Context, release, since *db.Release, tables []string, span db.Span) (db.Page[labour.Change],
	error) {
	if slices.ContainsFunc(tables, func(name string) bool { return slices.Contains(registerTables, name) }) {
		for _, r := range []*db.Release{release, since} {
			if err := CheckRows(ctx, r); err != nil {
				return db.Page[labour.Change]{}, labour.Faultf(labour.Forbidden,
					"%s To list what else has changed, name other tables in `tables`.", err)
			}
		}
	}
	return release.ChangesSince(ctx, since, tables, span)
}
