package model_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/graph/generated"
	"homebound/graph/model"
	"homebound/internal/labour"
)

// resolvers answers permits with four permits, and counts the parents of each call for their employers.
type resolvers struct {
	generated.ResolverRoot
	mu    sync.Mutex
	calls []int
}

type query struct{ generated.QueryResolver }

type permit struct {
	generated.PermitResolver
	r *resolvers
}

type employer struct{ generated.EmployerResolver }

func (r *resolvers) Query() generated.QueryResolver       { return query{} }
func (r *resolvers) Permit() generated.PermitResolver     { return permit{r: r} }
func (r *resolvers) Employer() generated.EmployerResolver { return employer{} }

func (query) Permits(ctx context.Context, _ *model.PermitFilter, _ *model.PermitOrder, _ *int, _ *string, _ *int, _ *string) (*model.PermitConnection, error) {
	permits := []labour.Permit{{Number: "1", Employer: "a"}, {Number: "2"}, {Number: "3", Employer: "refused"}, {Number: "4", Employer: "b"}}
	c := model.NewConnection(permits, func(i int) string { return "c" + permits[i].Number })
	model.Join(ctx, []*model.PermitConnection{c})
	return c, nil
}

func (query) Permit(context.Context, string) (*labour.Permit, error) {
	return &labour.Permit{Number: "1", Employer: "a"}, nil
}

func (permit) Industry(ctx context.Context, permits []*labour.Permit) ([]*labour.Industry, error) {
	return model.Together(ctx, permits, func([]*labour.Permit) ([]*labour.Industry, error) {
		return nil, errors.New("all refused")
	})
}

func (p permit) Employer(ctx context.Context, permits []*labour.Permit) ([]*labour.Employer, error) {
	return model.Together(ctx, permits, func(permits []*labour.Permit) ([]*labour.Employer, error) {
		p.r.mu.Lock()
		defer p.r.mu.Unlock()
		p.r.calls = append(p.r.calls, len(permits))
		found, errs := make([]*labour.Employer, len(permits)), make(graphql.BatchErrorList, len(permits))
		for i, permit := range permits {
			switch permit.Employer {
			case "":
			case "refused":
				errs[i] = errors.New("refused")
			default:
				found[i] = &labour.Employer{Name: permit.Employer}
			}
		}
		return found, errs
	})
}

// ask returns the data and the messages and paths of the errors that a query is answered with.
func (r *resolvers) ask(t *testing.T, text string) (string, []string) {
	t.Helper()
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Resolvers: r}))
	ctx := graphql.StartOperationTrace(t.Context())
	operation, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: text})
	require.Empty(t, errs)
	answer, ctx := exec.DispatchOperation(ctx, operation)
	response := answer(ctx)
	var messages []string
	for _, err := range response.Errors {
		messages = append(messages, err.Path.String()+": "+err.Message)
	}
	return string(response.Data), messages
}

func TestTogether_ResolvesAPageInOneCall(t *testing.T) {
	const employers = `[{"employer":{"name":"a"}},{"employer":null},{"employer":null},{"employer":{"name":"b"}}]`
	const nodes = `[{"node":{"employer":{"name":"a"}}},{"node":{"employer":null}},{"node":{"employer":null}},{"node":{"employer":{"name":"b"}}}]`
	for name, test := range map[string]struct {
		query, data string
		errors      []string
		calls       []int
	}{
		"nodes": {
			`{ permits { nodes { employer { name } } } }`, `{"permits":{"nodes":` + employers + `}}`,
			[]string{"permits.nodes[2].employer: refused"}, []int{4},
		},
		"edges": {
			`{ permits { edges { node { employer { name } } } } }`, `{"permits":{"edges":` + nodes + `}}`,
			[]string{"permits.edges[2].node.employer: refused"}, []int{4},
		},
		"edges twice, by other names": {
			`{ permits { edges { node { employer { name } } } again: edges { node { employer { name } } } } }`,
			`{"permits":{"edges":` + nodes + `,"again":` + nodes + `}}`,
			[]string{"permits.edges[2].node.employer: refused", "permits.again[2].node.employer: refused"}, []int{4, 4},
		},
		"one object": {
			`{ permit(id: "1") { employer { name } } }`, `{"permit":{"employer":{"name":"a"}}}`,
			nil, []int{1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &resolvers{}
			data, errs := r.ask(t, test.query)
			assert.JSONEq(t, test.data, data)
			assert.ElementsMatch(t, test.errors, errs)
			assert.Equal(t, test.calls, r.calls)
		})
	}
}

func TestTogether_FailsWithTheWholePage(t *testing.T) {
	data, errs := new(resolvers).ask(t, `{ permits { edges { node { industry { code } } } } }`)
	assert.JSONEq(t, `{"permits":{"edges":[{"node":{"industry":null}},{"node":{"industry":null}},{"node":{"industry":null}},{"node":{"industry":null}}]}}`, data)
	assert.Len(t, errs, 4)
}

func TestNewConnection_HasItsCursors(t *testing.T) {
	c := model.NewConnection([]int{7, 8, 9}, func(i int) string { return string(rune('a' + i)) })
	assert.Equal(t, []int{7, 8, 9}, c.Nodes())
	assert.Equal(t, c.Edges()[0].Cursor, *c.PageInfo.StartCursor)
	assert.Equal(t, c.Edges()[2].Cursor, *c.PageInfo.EndCursor)

	empty := model.NewConnection([]int{}, func(int) string { return "" })
	assert.Nil(t, empty.PageInfo.StartCursor)
	assert.Nil(t, empty.PageInfo.EndCursor)
	assert.NotNil(t, empty.Nodes())
}
