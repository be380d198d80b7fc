package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// Changes compares a release with another one. The other one may be removed while this one stays, so that the
// answer is not of this one alone.
func (f releaseFields) Changes(ctx context.Context, obj *labour.Release, since string, tables []string, first *int,
	after *string) (*model.ChangeConnection, error) {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		return nil, labour.Faultf(labour.BadUserInput,
			"changes: expected a query, found a subscription; it tells of a release, and a query of what that changed.")
	}
	markVolatile(ctx)
	tables, err := changeTables(tables)
	if err != nil {
		return nil, err
	}
	number, err := strconv.Atoi(keyOf("Release", since))
	if err != nil {
		return nil, labour.Faultf(labour.BadUserInput, "since: expected a release's id or its number, found %.100q.",
			since)
	}
	this, done, err := f.r.Store.Numbered(ctx, obj.Number)
	if err != nil {
		return nil, err
	}
	defer done()
	other, done, err := f.r.Store.Numbered(ctx, number)
	if err != nil {
		return nil, err
	}
	defer done()
	listed := listOrder{fmt.Sprintf("changes of %d since %d", obj.Number, number), byText}
	span, err := pageArgs{first: first, after: after}.span(ctx, listed)
	if err != nil {
		return nil, err
	}
	counts, err := this.ChangeCounts(ctx, other)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, labour.Faultf(labour.Timeout,
			"Releases %d and %d are not compared to the end yet; asked again, the comparison goes on from where it stopped.", number, obj.Number)
	} else if err != nil {
		return nil, err
	}
	var page db.Page[labour.Change]
	if graphql.FieldRequested(ctx, "nodes") || graphql.FieldRequested(ctx, "edges") ||
		graphql.FieldRequested(ctx, "pageInfo") {
		if err := checkChanges(ctx, tables, this, other); err != nil {
			return nil, err
		}
		if page, err = this.ChangesSince(ctx, other, tables, span); err != nil {
			return nil, err
		}
	}
	c := &model.ChangeConnection{Connection: *connection(page, span, listed)}
	withheld := answers.CheckSmall(ctx, this, "") != nil || answers.CheckSmall(ctx, other, "") != nil
	c.Summary, c.TotalCount = summary(counts, tables, withheld)
	return c, nil
}

// registerTables are those whose rows are listed to those who may read single permits and repatriations.
var registerTables = []string{"permits", "repatriations"}

// changeTables returns the tables that are asked for, all of them where none is.
func changeTables(asked []string) ([]string, error) {
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

// checkChanges returns a Fault with Forbidden where a table is asked for whose rows may not be listed in every release.
func checkChanges(ctx context.Context, tables []string, releases ...*db.Release) error {
	if !slices.ContainsFunc(tables, func(name string) bool { return slices.Contains(registerTables, name) }) {
		return nil
	}
	for _, release := range releases {
		if err := answers.CheckRows(ctx, release); err != nil {
			return labour.Faultf(labour.Forbidden, "%s To list what else has changed, name other tables in `tables`.",
				err)
		}
	}
	return nil
}

// summary returns the counts of the tables that are asked for, and their sum. Those of the register may be
// withheld: with the reports of both releases, one row between them would tell its workers.
func summary(counts []labour.ChangeCounts, tables []string, withheld bool) (summed []model.ChangeCounts, total *int) {
	summed, total = []model.ChangeCounts{}, new(int)
	for _, c := range counts {
		switch {
		case !slices.Contains(tables, c.Table):
			continue
		case withheld && slices.Contains(registerTables, c.Table):
			summed, total = append(summed, model.ChangeCounts{Table: c.Table}), nil
			continue
		}
		summed = append(summed, model.ChangeCounts{Table: c.Table, Added: &c.Added, Removed: &c.Removed,
			Changed: &c.Changed})
		if total != nil {
			*total += c.Added + c.Removed + c.Changed
		}
	}
	return summed, total
}
