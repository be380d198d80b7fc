package graph

import (
	"context"
	"fmt"
	"strconv"

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
	tables, err := answers.ChangeTables(tables)
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
	counts, total, err := answers.CountChanges(ctx, this, other, tables)
	if err != nil {
		return nil, err
	}
	var page db.Page[labour.Change]
	if graphql.FieldRequested(ctx, "nodes") || graphql.FieldRequested(ctx, "edges") ||
		graphql.FieldRequested(ctx, "pageInfo") {
		if page, err = answers.ListChanges(ctx, this, other, tables, span); err != nil {
			return nil, err
		}
	}
	at := func(i int) db.Position { return page.Positions[i] }
	return &model.ChangeConnection{Connection: *connection(page, at, span, listed), Summary: counts, TotalCount: total}, nil
}
