package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/db/dbtest"
	"homebound/graph"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// changesAnswer is what the tests read of changes.
type changesAnswer struct {
	Release struct {
		Changes struct {
			TotalCount *int
			Summary    []struct {
				Table                   string
				Added, Removed, Changed *int
			}
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
			Nodes []change
		}
	}
}

type change struct {
	Table, Key string
	Kind       labour.ChangeKind
	Fields     []struct {
		Name          string
		Before, After *string
	}
}

// A client that walks from page to page has every row once, whatever a page's size.
func TestChanges_PagesMakeUpTheWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Random(rng, 40))
	dbtest.MustPublish(t, store, dbtest.Random(rng, 40))
	w := overStore(store)
	const query = `query ($first: Int, $after: String) { release { changes(since: "1", first: $first, after: $after) {
		totalCount summary { added removed changed } pageInfo { hasNextPage endCursor } nodes { table key kind fields { name before after } } } } }`
	whole := data[changesAnswer](t, w, query, "first", 1000).Release.Changes
	require.False(t, whole.PageInfo.HasNextPage)
	require.Len(t, whole.Nodes, *whole.TotalCount)
	sum := 0
	for _, s := range whole.Summary {
		sum += *s.Added + *s.Removed + *s.Changed
	}
	require.Equal(t, *whole.TotalCount, sum)
	var found []change
	var after any // nil, then text
	for more := true; more; {
		page := data[changesAnswer](t, w, query, "first", rng.IntN(15)+1, "after", after).Release.Changes
		found = append(found, page.Nodes...)
		if more = page.PageInfo.HasNextPage; more {
			after = *page.PageInfo.EndCursor
		}
	}
	assert.Equal(t, whole.Nodes, found)
}

// corrected publishes a release of real rows and one in which a few are put right, and gives both stores' second
// release: masked for k workers, and as it is.
func corrected(t *testing.T, k int) (guarded, plain *world) {
	t.Helper()
	content := dbtest.Random(rand.New(rand.NewPCG(9, 10)), 30)
	of := func(option db.Option) *world {
		store, err := db.OpenStore(t.TempDir(), option)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, store.Close()) })
		for _, c := range []dbtest.Content{content, correctedContent(content)} {
			dbtest.MustPublish(t, store, c)
		}
		return overStore(store)
	}
	return of(db.Confidential(k)), of(db.Confidential(0))
}

func correctedContent(content dbtest.Content) dbtest.Content {
	content.Permits, content.Claims, content.Repatriations = slices.Clone(content.Permits), slices.Clone(content.Claims), slices.Clone(content.Repatriations)
	content.Permits[3].Workers++
	content.Claims[0].Note = "Put right."
	for i := range content.Repatriations {
		if one := &content.Repatriations[i]; one.Outcome != labour.Protected {
			one.Outcome = labour.Protected
			break
		}
	}
	return content
}

const allChanges = `{ release { changes(since: "1") { nodes { table key } } } }`

func TestChanges_AreListedToThoseWhoMayReadRows(t *testing.T) {
	guarded, plain := corrected(t, 12)
	for name, c := range map[string]struct {
		w         *world
		ctx       context.Context
		forbidden string
	}{
		"everybody, nothing masked": {plain, t.Context(), ""},
		"without a key for rows":    {plain, answers.WithRights(t.Context(), answers.Rights{NoRows: true}), "Single permits and repatriations need a key that allows rows; reports and totals do not. To list what else has changed, name other tables in `tables`."},
		"rows masked": {guarded, t.Context(),
			"Single permits and repatriations are not shown here, since they would tell of fewer than 12 workers exactly; reports and totals, whose rows are masked, are. To list what else has changed, name other tables in `tables`."},
		"whom the operator knows": {guarded, answers.WithRights(t.Context(), answers.Rights{Small: true}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, selection := range []string{"nodes { key }", "edges { node { key } }", "pageInfo { endCursor }"} {
				answer := c.w.ask(c.ctx, t, fmt.Sprintf(`{ release { changes(since: "1", tables: ["permits"]) { %s } } }`, selection), nil)
				if c.forbidden == "" {
					require.Empty(t, answer.Errors)
					continue
				}
				require.Len(t, answer.Errors, 1, selection)
				assert.Equal(t, labour.Forbidden, codeOf(answer.Errors[0]))
				assert.Equal(t, c.forbidden, answer.Errors[0].Message)
			}
			answer := c.w.ask(c.ctx, t, allChanges, nil)
			assert.Equal(t, c.forbidden != "", len(answer.Errors) == 1)
			others := dataOf[changesAnswer](c.ctx, t, c.w, `{ release { changes(since: "1", tables: ["claims", "employers"]) { totalCount nodes { table key } } } }`)
			require.Len(t, others.Release.Changes.Nodes, 1)
			assert.Equal(t, "C1", others.Release.Changes.Nodes[0].Key)
			assert.Equal(t, 1, *others.Release.Changes.TotalCount)
		})
	}
}

func TestChanges_WithholdCountsOfTheRegister(t *testing.T) {
	guarded, plain := corrected(t, 12)
	const query = `{ release { changes(since: "1", first: 0) { totalCount summary { table added removed changed } } } }`
	show := func(a changesAnswer) (shown []string) {
		for _, s := range a.Release.Changes.Summary {
			if s.Added == nil || s.Removed == nil || s.Changed == nil {
				require.True(t, s.Added == nil && s.Removed == nil && s.Changed == nil)
				shown = append(shown, s.Table+" withheld")
			} else if *s.Added+*s.Removed+*s.Changed > 0 {
				shown = append(shown, fmt.Sprintf("%s +%d -%d ~%d", s.Table, *s.Added, *s.Removed, *s.Changed))
			}
		}
		return shown
	}
	open := data[changesAnswer](t, plain, query)
	assert.Equal(t, []string{"claims +0 -0 ~1", "permits +0 -0 ~1", "repatriations +0 -1 ~0"}, show(open))
	assert.Equal(t, 3, *open.Release.Changes.TotalCount)
	assert.Equal(t, open, dataOf[changesAnswer](answers.WithRights(t.Context(), answers.Rights{NoRows: true}), t, plain, query), "counts need no key where none are withheld")
	assert.Equal(t, open, dataOf[changesAnswer](answers.WithRights(t.Context(), answers.Rights{Small: true}), t, guarded, query), "whoever may read the rows may count them")

	closed := data[changesAnswer](t, guarded, query)
	assert.Equal(t, []string{"claims +0 -0 ~1", "permits withheld", "repatriations withheld"}, show(closed))
	assert.Nil(t, closed.Release.Changes.TotalCount)
}

// The release that is compared with may withhold more than the one that answers: it tells no more here than under
// its own number.
func TestChanges_WithholdWhatEitherReleaseWithholds(t *testing.T) {
	store := dbtest.MustOpen(t)
	guarded := dbtest.Random(rand.New(rand.NewPCG(11, 12)), 20)
	guarded.Settings.Confidential = 5
	dbtest.MustPublish(t, store, guarded)
	plain := guarded
	plain.Settings.Confidential = 0
	dbtest.MustPublish(t, store, plain)
	w := overStore(store)
	require.Zero(t, dbtest.MustRead(t, store).Confidential())
	answer := w.ask(t.Context(), t, allChanges, nil)
	require.Len(t, answer.Errors, 1)
	assert.Equal(t, labour.Forbidden, codeOf(answer.Errors[0]))
	closed := data[changesAnswer](t, w, `{ release { changes(since: "1", tables: ["settings", "permits"]) { totalCount summary { added } } } }`)
	assert.Nil(t, closed.Release.Changes.TotalCount)
	assert.Nil(t, closed.Release.Changes.Summary[1].Added)
}

// Nobody is told of a row of outcome PROTECTED, in either release: to come under protection looks like being removed.
func TestChanges_NeverTellOfProtection(t *testing.T) {
	_, w := corrected(t, 3)
	answer := w.ask(answers.WithRights(t.Context(), answers.Rights{Small: true}), t, `{ release { changes(since: "1", tables: ["repatriations"]) { nodes { key kind fields { name before after } } } } }`, nil)
	require.Empty(t, answer.Errors)
	assert.NotContains(t, string(answer.Data), labour.Protected)
	var read changesAnswer
	require.NoError(t, json.Unmarshal(answer.Data, &read))
	require.Len(t, read.Release.Changes.Nodes, 1)
	assert.Equal(t, labour.Removed, read.Release.Changes.Nodes[0].Kind)
}

// A release that is removed is gone from the changes of those that stay, so that their answers are not kept.
func TestChanges_AreGoneWithTheReleaseTheyAreSince(t *testing.T) {
	_, w := corrected(t, 3)
	ctx, volatile := graph.WithVolatile(t.Context())
	require.Empty(t, w.ask(ctx, t, allChanges, nil).Errors)
	assert.True(t, volatile.Load())
	_, err := w.store.Prune(1)
	require.NoError(t, err)
	answer := w.ask(t.Context(), t, allChanges, nil)
	require.Len(t, answer.Errors, 1)
	assert.Equal(t, labour.NotFound, codeOf(answer.Errors[0]))
	assert.Equal(t, "There is no release 1; this server holds release 2 alone.", answer.Errors[0].Message)
}

// impatient is a context that is over once it has been asked so many times whether it is.
type impatient struct {
	context.Context
	left atomic.Int64
}

func (c *impatient) Err() error {
	if c.left.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return c.Context.Err()
}

// What takes too long is told apart from what never ends.
func TestChanges_SayThatTheyGoOn(t *testing.T) {
	_, w := corrected(t, 3)
	_, done, err := w.store.Numbered(t.Context(), 1)
	require.NoError(t, err)
	defer done()
	said := false
	for patience := int64(1); !said; patience++ {
		ctx, cancel := context.WithCancel(t.Context())
		late := &impatient{Context: ctx}
		late.left.Store(patience)
		answer := w.ask(late, t, allChanges, nil)
		cancel()
		if answer == nil {
			continue // it ended before it began
		}
		require.Len(t, answer.Errors, 1, "it was never stopped while it compared")
		assert.Equal(t, labour.Timeout, codeOf(answer.Errors[0]))
		said = answer.Errors[0].Message == "Releases 1 and 2 are not compared to the end yet; asked again, the comparison goes on from where it stopped."
	}
	require.Empty(t, w.ask(t.Context(), t, allChanges, nil).Errors)
}

// What a subscription tells is not bounded as a query is, so that it compares nothing.
func TestChanges_AreAskedOfAQuery(t *testing.T) {
	store := dbtest.MustOpen(t)
	dbtest.MustPublish(t, store, dbtest.Sample())
	w := overStore(store)
	ctx, stop := context.WithCancel(graphql.StartOperationTrace(graph.WithRelease(t.Context(), dbtest.MustRead(t, store))))
	defer stop()
	operation, errs := w.api.CreateOperationContext(ctx, &graphql.RawParams{Query: `subscription { releasePublished { changes(since: "1") { totalCount } } }`})
	require.Empty(t, errs)
	next, ctx := w.api.DispatchOperation(ctx, operation)
	dbtest.MustPublish(t, store, dbtest.Content{})
	event := next(ctx)
	require.Len(t, event.Errors, 1)
	assert.Equal(t, labour.BadUserInput, codeOf(event.Errors[0]))
}
