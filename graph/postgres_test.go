package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/postgrestest"
	"homebound/internal/testsize"
)

// onPostgreSQL pushes the releases of a world, the current one last, and returns the world as it is read there.
func onPostgreSQL(t *testing.T, w *world, server *postgrestest.Server, prefix string) *world {
	t.Helper()
	ctx, address := t.Context(), server.URL("prefix="+prefix)
	_, err := db.Prepare(ctx, address)
	require.NoError(t, err)
	numbers, err := w.store.Numbers()
	require.NoError(t, err)
	for _, number := range append(numbers, 0) {
		_, err := w.store.Push(ctx, address, number, 0)
		require.NoError(t, err)
	}
	store, err := db.OpenStored([]string{address}, t.TempDir(), 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	there := overStore(store)
	require.NoError(t, store.Refresh(ctx))
	return there
}

// Every kept answer, to a cursor and to the last digit of a number, is the same from PostgreSQL, but for the statements that
// provenance shows.
func TestGolden_IsTheSameOnPostgreSQL(t *testing.T) {
	testsize.Unraced(t)
	server := postgrestest.Start(t)
	there := map[string]*world{}
	var compared atomic.Int64
	for _, c := range goldenCases(t, "*/*") {
		if there[c.world] == nil {
			there[c.world] = onPostgreSQL(t, in(t, c.world), server, fmt.Sprintf("w%d", len(there)))
		}
		t.Run(c.name, func(t *testing.T) {
			here := in(t, c.world).ask(t.Context(), t, c.query, c.variables)
			found := there[c.world].ask(t.Context(), t, c.query, c.variables)
			assert.Equal(t, complaints(here), complaints(found)) // which fields of the root fail first differs
			assert.Equal(t, string(withoutSQL(t, here.Data)), string(withoutSQL(t, found.Data)))
			compared.Add(1)
		})
	}
	assert.Positive(t, compared.Load())
}

// withoutSQL leaves the statements out of an answer.
func withoutSQL(t *testing.T, answer []byte) []byte {
	t.Helper()
	if !bytes.Contains(answer, []byte(`"sql":`)) {
		return answer
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&value))
	var strip func(any)
	strip = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			delete(v, "sql")
			for _, member := range v {
				strip(member)
			}
		case []any:
			for _, member := range v {
				strip(member)
			}
		}
	}
	strip(value)
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}
