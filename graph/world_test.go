package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/labour"
	"homebound/internal/testsize"
)

// world is a folder of releases with the schema over it.
type world struct {
	store *db.Store
	api   *executor.Executor
	log   *bytes.Buffer // what the operator would read of failed fields
}

// published is the moment at which every release of the tests is published.
var published = time.Date(2020, time.March, 1, 9, 30, 0, 0, time.UTC)

// worlds are made once for all tests, since none of them writes to one. Their folders go when the tests are done.
var worlds struct {
	dir     string
	byName  map[string]func() (*world, error)
	mu      sync.Mutex
	toClose []*db.Store
}

func TestMain(m *testing.M) {
	code, err := runInWorlds(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func runInWorlds(m *testing.M) (code int, err error) {
	if worlds.dir, err = os.MkdirTemp("", "homebound-graph-"); err != nil {
		return 1, err
	}
	worlds.byName = map[string]func() (*world, error){
		"default": sync.OnceValues(func() (*world, error) {
			return makeWorld("default", func(ctx context.Context, store *db.Store) error {
				_, err := exchange.PublishDefault(ctx, store, published)
				return err
			})
		}),
		// The small world's figures can be checked by hand. It has three releases, all with the same content.
		"small": sync.OnceValues(func() (*world, error) {
			return makeWorld("small", func(ctx context.Context, store *db.Store) error {
				for _, note := range []string{"The first.", "The second.", ""} {
					if err := publishSmall(ctx, store, note); err != nil {
						return err
					}
				}
				return nil
			})
		}),
		// The corrected world is the small one, and a second release of it with corrections.
		"corrected": sync.OnceValues(func() (*world, error) {
			return makeWorld("corrected", func(ctx context.Context, store *db.Store) error {
				if err := publishSmall(ctx, store, ""); err != nil {
					return err
				}
				return publishWorld(ctx, store, "corrected", exchange.Options{Mode: db.Merge, Now: published})
			})
		}),
		// A register with all that registers do not know, and another country's beside it, in its own columns and money.
		"registers": sync.OnceValues(func() (*world, error) {
			return makeWorld("registers", func(ctx context.Context, store *db.Store) error {
				if err := publishWorld(ctx, store, "registers", exchange.Options{Mode: db.Replace, Now: published}); err != nil {
					return err
				}
				return publishWorld(ctx, store, "registers-us", exchange.Options{Mode: db.Merge, Now: published})
			})
		}),
		// Another country of its own currency and parameters, and the same without any parameter.
		"elsewhere": sync.OnceValues(func() (*world, error) {
			return makeWorld("elsewhere", func(ctx context.Context, store *db.Store) error {
				return publishWorld(ctx, store, "elsewhere", exchange.Options{Mode: db.Replace, Now: published})
			})
		}),
	}
	code = m.Run()
	for _, store := range worlds.toClose {
		err = errors.Join(err, store.Close())
	}
	return code, errors.Join(err, os.RemoveAll(worlds.dir))
}

func makeWorld(name string, publish func(context.Context, *db.Store) error) (*world, error) {
	store, err := db.OpenStore(filepath.Join(worlds.dir, name))
	if err != nil {
		return nil, err
	}
	worlds.mu.Lock()
	worlds.toClose = append(worlds.toClose, store)
	worlds.mu.Unlock()
	if err := publish(context.Background(), store); err != nil {
		return nil, err
	}
	return overStore(store), nil
}

// overStore returns the schema over a store, set up as the server sets it up.
func overStore(store *db.Store) *world {
	w := &world{store: store, log: &bytes.Buffer{}}
	schema := graph.NewSchema(&graph.Resolver{Store: store, Permalink: func(n int) string {
		return fmt.Sprintf("https://homebound.example/releases/%d/graphql", n)
	}})
	w.api = executor.New(schema)
	w.api.Use(graph.Exact{Schema: schema.Schema()})
	w.api.SetErrorPresenter(graph.Presenter(slog.New(slog.NewTextHandler(w.log, nil))))
	w.api.SetRecoverFunc(graph.Recover)
	w.api.Use(extension.Introspection{})
	return w
}

// publishSmall makes a release of testdata/worlds/small alone.
func publishSmall(ctx context.Context, store *db.Store, note string) error {
	return publishWorld(ctx, store, "small", exchange.Options{Mode: db.Replace, Now: published, Note: note})
}

// publishWorld makes a release of a package of testdata/worlds.
func publishWorld(ctx context.Context, store *db.Store, name string, options exchange.Options) error {
	pkg, err := datapackage.Open(ctx, filepath.Join("testdata", "worlds", name), datapackage.Limits{})
	if err != nil {
		return err
	}
	defer pkg.Close()
	_, err = exchange.Import(ctx, store, pkg, options)
	return err
}

// in returns the world of a name.
func in(tb testing.TB, name string) *world {
	tb.Helper()
	if name == "default" { // which has a thousand times the rows of the others
		testsize.Long(tb)
	}
	w, err := worlds.byName[name]()
	require.NoError(tb, err)
	return w
}

// ask answers a query from the current release.
func (w *world) ask(ctx context.Context, tb testing.TB, query string, variables map[string]any) *graphql.Response {
	tb.Helper()
	release, done, err := w.store.Current(tb.Context()) // whose opening is no part of the request
	require.NoError(tb, err)
	defer done()
	return w.askOf(ctx, release, query, variables)
}

func (w *world) askOf(ctx context.Context, release *db.Release, query string, variables map[string]any) *graphql.Response {
	ctx = graphql.StartOperationTrace(graph.WithRelease(ctx, release))
	operation, errs := w.api.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if errs != nil {
		return w.api.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
	}
	answer, ctx := w.api.DispatchOperation(ctx, operation)
	return answer(ctx)
}

// data reads a query's data into a value, and fails the test for any error.
func data[T any](tb testing.TB, w *world, query string, variables ...any) T {
	tb.Helper()
	return dataOf[T](tb.Context(), tb, w, query, variables...)
}

// dataOf is data under a context; variables come as name, value, name, value.
func dataOf[T any](ctx context.Context, tb testing.TB, w *world, query string, variables ...any) T {
	tb.Helper()
	named := map[string]any{}
	for i := 0; i < len(variables); i += 2 {
		named[variables[i].(string)] = variables[i+1]
	}
	response := w.ask(ctx, tb, query, named)
	require.Empty(tb, response.Errors, "%s\nwith %v", query, named)
	var value T
	require.NoError(tb, json.Unmarshal(response.Data, &value), "%s", response.Data)
	return value
}

// codeOf returns an error's code.
func codeOf(err *gqlerror.Error) labour.Code {
	code, _ := err.Extensions["code"].(labour.Code)
	return code
}
