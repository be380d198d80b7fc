package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/testsize"
)

// Whatever is published meanwhile, an answer is of one release from its first field to its last.
func TestRequests_ReadOneReleaseWhileTwoTakeTurns(t *testing.T) {
	testsize.Long(t)
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, publishSmall(t.Context(), store, "One."))
	require.NoError(t, publishSmall(t.Context(), store, "Two."))
	require.NoError(t, store.Refresh(t.Context()))
	w := overStore(store)

	var queries []goldenCase
	for _, c := range goldenCases(t, "*/*") {
		if c.world == "small" && filepath.Dir(c.name) != "errors" && c.name != "releases/pages" { // which is of three releases
			queries = append(queries, c)
		}
	}
	const question = `{ first: release { number note } report(groupBy: [REGION]) { rows { permitsIssued } provenance { release { number } } }
		permits(first: 5) { nodes { employer { permits(first: 1) { nodes { number } } } } } last: release { number note } }`

	swapping, stop := context.WithCancel(t.Context())
	var swapper sync.WaitGroup
	swapper.Go(func() {
		for n := 1; swapping.Err() == nil; n = 3 - n {
			assert.NoError(t, store.MakeCurrent(n))
			assert.NoError(t, store.Refresh(t.Context()))
		}
	})
	var readers sync.WaitGroup
	var seen [3]atomic.Int64
	for reader := range 8 {
		readers.Go(func() {
			for i := range 12 {
				response := w.ask(t.Context(), t, question, nil)
				if !assert.Empty(t, response.Errors) {
					return
				}
				var answer struct {
					First, Last struct {
						Number int
						Note   string
					}
					Report struct {
						Provenance struct{ Release struct{ Number int } }
					}
				}
				assert.NoError(t, json.Unmarshal(response.Data, &answer))
				assert.Equal(t, answer.First, answer.Last)
				assert.Equal(t, answer.First.Number, answer.Report.Provenance.Release.Number)
				seen[answer.First.Number].Add(1)

				c := queries[(reader*12+i*7)%len(queries)]
				assert.Empty(t, w.ask(t.Context(), t, c.query, c.variables).Errors, c.name)
			}
		})
	}
	readers.Wait()
	stop()
	swapper.Wait()
	assert.Positive(t, seen[1].Load())
	assert.Positive(t, seen[2].Load())
}

// The same question gets the same answer, byte for byte, however many ask it at once.
func TestRequests_AnswerAlikeInParallel(t *testing.T) {
	w := in(t, "small")
	for _, c := range goldenCases(t, "*/*") {
		if c.world != "small" || filepath.Dir(c.name) == "errors" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			alone := w.ask(t.Context(), t, c.query, c.variables).Data
			var askers sync.WaitGroup
			for range 4 {
				askers.Go(func() { assert.Equal(t, string(alone), string(w.ask(t.Context(), t, c.query, c.variables).Data)) })
			}
			askers.Wait()
		})
	}
}

func TestSubscription_TellsOfEachReleaseAsItIsPublished(t *testing.T) {
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	require.NoError(t, publishSmall(t.Context(), store, "Before anybody listens."))
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	defer done()
	w := overStore(store)

	ctx, leave := context.WithTimeout(t.Context(), 30*time.Second)
	defer leave()
	ctx = graphql.StartOperationTrace(graph.WithRelease(ctx, release))
	operation, errs := w.api.CreateOperationContext(ctx, &graphql.RawParams{Query: `subscription { releasePublished { number note } }`})
	require.Empty(t, errs)
	next, ctx := w.api.DispatchOperation(ctx, operation)

	for n := 2; n <= 3; n++ {
		require.NoError(t, publishSmall(ctx, store, fmt.Sprint("Number ", n)))
		require.NoError(t, store.Refresh(ctx))
		event := next(ctx)
		require.NotNil(t, event)
		require.Empty(t, event.Errors)
		assert.JSONEq(t, fmt.Sprintf(`{"releasePublished": {"number": %d, "note": "Number %d"}}`, n, n), string(event.Data))
	}
	leave()
	assert.Nil(t, next(ctx), "who has left is told nothing")
}

func TestRequests_OfADamagedFileSayNothingOfIt(t *testing.T) {
	dir := t.TempDir()
	store, err := db.OpenStore(dir)
	require.NoError(t, err)
	defer func() { _ = store.Close() }() // whose file is damaged by then
	require.NoError(t, publishSmall(t.Context(), store, ""))
	release, done, err := store.Current(t.Context())
	require.NoError(t, err)
	defer done()
	files, err := filepath.Glob(filepath.Join(dir, "releases", "*.db"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.NoError(t, os.Chmod(files[0], 0o644))
	file, err := os.OpenFile(files[0], os.O_WRONLY, 0)
	require.NoError(t, err)
	size, err := file.Seek(0, 2)
	require.NoError(t, err)
	for page := int64(4096); page < size; page += 4096 {
		_, err = file.WriteAt(make([]byte, 4096), page)
		require.NoError(t, err)
	}
	require.NoError(t, file.Close())

	w := overStore(store)
	response := w.askOf(t.Context(), release, `{ permits { nodes { number } } }`, nil)
	require.NotEmpty(t, response.Errors)
	requireShape(t, response.Errors[0])
	assert.Equal(t, "INTERNAL", string(codeOf(response.Errors[0])))
	assert.Contains(t, w.log.String(), "permit", "the operator learns what happened")
}
