package web_test

import (
	"encoding/json"
	"math"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
)

const summaryOfChanges = `{ release { changes(since: "1", first: 0) { summary { table added removed changed } } } }`

// The release that is compared with may be removed, and nobody is to have kept its rows by then.
func TestChanges_AreNotKept(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	s.Publish(310)
	const rows = `{ release { changes(since: "1", tables: ["permits"]) { totalCount nodes { key } } } }`
	for _, path := range []string{"/graphql", "/releases/2/graphql"} {
		reply := s.Get(sitetest.ByGet(path, rows))
		require.Equal(t, http.StatusOK, reply.Status)
		assert.NotContains(t, reply.Body, "errors")
		assert.Equal(t, "no-store", reply.Header.Get("Cache-Control"))
	}
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	for _, path := range []string{"/graphql", "/releases/2/graphql"} {
		assert.Contains(t, s.Get(sitetest.ByGet(path, rows)).Body, "There is no release 1; this server holds release 2 alone.")
	}
}

// Comparing reads the whole register, whoever asks: a large one is paid for, and a share of it is.
func TestCost_OfChangesGrowsWithTheRegister(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	counts := s.Publish(12_000).Counts
	body, err := json.Marshal(map[string]any{"query": summaryOfChanges, "extensions": map[string]any{"cost": true}})
	require.NoError(t, err)
	var answer struct {
		Errors     []sitetest.Failure
		Extensions struct{ Cost struct{ Value int } }
	}
	reply := s.Do(http.MethodPost, "/graphql", string(body), "Content-Type", "application/json")
	require.NoError(t, json.Unmarshal([]byte(reply.Body), &answer))
	require.Empty(t, answer.Errors)
	// A fiftieth of a value for each row, and a value for each of the seven fields.
	assert.Equal(t, int(math.Ceil((float64(counts.Permits+counts.Repatriations)/50+7)/100)), answer.Extensions.Cost.Value)
}
