package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/graph"
	gqlgen "homebound/graph/generated"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
	"homebound/internal/synth"
)

// world is a register on disk, open for questions.
type world struct {
	store   *db.Store
	release *db.Release
	api     *executor.Executor
	closing func() // which the end of the test does otherwise

	fieldByField *executor.Executor // as gqlgen executes lists, where ours writes their rows by columns
}

// open returns the register of a size in the shape that is asked for, and makes it where it is not there yet.
func open(tb testing.TB, permits int) *world {
	tb.Helper()
	return openFolder(tb, released(tb, permits))
}

// openFolder returns the current release of a data folder, open for questions.
func openFolder(tb testing.TB, dir string) *world {
	tb.Helper()
	store, err := db.OpenStore(dir)
	require.NoError(tb, err)
	return openStore(tb, store)
}

// openStore returns the current release of a store, open for questions. The store is closed with it.
func openStore(tb testing.TB, store *db.Store) *world {
	tb.Helper()
	release, done, err := store.Current(tb.Context())
	require.NoError(tb, err)
	closing := sync.OnceFunc(func() {
		done()
		require.NoError(tb, store.Close())
	})
	tb.Cleanup(closing)
	resolver := &graph.Resolver{Store: store, Permalink: func(n int) string { return fmt.Sprint(n) }}
	return &world{store: store, release: release, closing: closing, api: executing(graph.NewSchema(resolver)),
		fieldByField: executing(gqlgen.NewExecutableSchema(gqlgen.Config{Resolvers: resolver}))}
}

// executing returns an executor that parses a query once.
func executing(schema graphql.ExecutableSchema) *executor.Executor {
	api := executor.New(schema)
	api.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	return api
}

// ask answers a query as the server does, without its cache of answers.
func (w *world) ask(ctx context.Context, query string, variables map[string]any) ([]byte, error) {
	ctx = graphql.StartOperationTrace(graph.WithRelease(ctx, w.release))
	operation, faults := w.api.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if faults != nil {
		return nil, faults
	}
	respond, ctx := w.api.DispatchOperation(ctx, operation)
	response := respond(ctx)
	if len(response.Errors) > 0 {
		return nil, response.Errors
	}
	return response.Data, nil
}

// asking returns a side of a contest that answers a query.
func (w *world) asking(tb testing.TB, query string, variables map[string]any) func() error {
	return func() error {
		_, err := w.ask(tb.Context(), query, variables)
		return err
	}
}

func folder(tb testing.TB, permits int) string {
	tb.Helper()
	dir := filepath.Join(*dirFlag, fmt.Sprintf("%s-%d", *shapeFlag, permits))
	require.NoError(tb, os.MkdirAll(dir, 0o755))
	return dir
}

// packaged returns the folder of a register's package.
func packaged(tb testing.TB, permits int) string {
	tb.Helper()
	dir := filepath.Join(folder(tb, permits), "package")
	if _, err := os.Stat(filepath.Join(dir, "datapackage.json")); err == nil {
		return dir
	}
	require.NoError(tb, os.RemoveAll(dir))
	if *shapeFlag == "uniform" {
		require.NoError(tb, writeUniform(tb.Context(), dir, permits))
	} else {
		require.NoError(tb, exchange.WriteDefault(tb.Context(), dir, synth.Config{Permits: permits, Seed: 1}))
	}
	return dir
}

// released returns the data folder of a register. A release is made again when the sources of package db are newer.
func released(tb testing.TB, permits int) string {
	tb.Helper()
	dir := filepath.Join(folder(tb, permits), "data")
	made, err := os.Stat(filepath.Join(dir, "CURRENT"))
	if err == nil && (*staleFlag || made.ModTime().After(newest(tb, filepath.Join("..", "db")))) {
		return dir
	}
	require.NoError(tb, os.RemoveAll(dir))
	pkg, err := datapackage.Open(tb.Context(), packaged(tb, permits), datapackage.Limits{UnpackedBytes: 1 << 36})
	require.NoError(tb, err)
	defer pkg.Close()
	store, err := db.OpenStore(dir)
	require.NoError(tb, err)
	_, err = exchange.Import(tb.Context(), store, pkg, exchange.Options{Mode: db.Replace, Now: time.Now()})
	require.NoError(tb, errors.Join(err, store.Close()))
	return dir
}

// newest returns the time at which a source in a folder was last written.
func newest(tb testing.TB, dir string) time.Time {
	tb.Helper()
	var last time.Time
	require.NoError(tb, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".sql" {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
		return err
	}))
	return last
}

// releaseFile returns the file of the current release.
func (w *world) releaseFile(tb testing.TB) string {
	tb.Helper()
	name, err := os.ReadFile(filepath.Join(w.store.Dir(), "CURRENT"))
	require.NoError(tb, err)
	return filepath.Join(w.store.Dir(), "releases", strings.TrimSpace(string(name)))
}
