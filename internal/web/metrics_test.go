package web_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/site/graphiql"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

// numbers reads the metrics that the operator is shown, by name and labels.
func numbersOf(o *sitetest.Operated) map[string]float64 {
	o.T.Helper()
	response := httptest.NewRecorder()
	o.Whole.Admin().ServeHTTP(response, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	require.Equal(o.T, http.StatusOK, response.Code)
	found := map[string]float64{}
	for scan := bufio.NewScanner(response.Body); scan.Scan(); {
		if name, value, is := strings.Cut(scan.Text(), " "); is && !strings.HasPrefix(name, "#") {
			number, err := strconv.ParseFloat(value, 64)
			require.NoError(o.T, err, scan.Text())
			found[name] = number
		}
	}
	return found
}

func TestMetrics_CountWhatHappened(t *testing.T) {
	o := sitetest.NewOperated(t, asItIs)
	for range 3 {
		o.Post(graphiql.Examples()[1].Query)
	}
	o.Post(graphiql.Examples()[8].Query)
	for _, name := range []string{"A", "B", "C"} {
		o.Post("query " + name + " {release {number}}")
	}
	o.Post("{nothing}")
	o.Get("/nowhere")
	o.Post("{" + strings.Repeat("release {number} ", 2000) + "}")
	n := numbersOf(o)
	for name, expected := range map[string]float64{
		`homebound_requests_total{route="/graphql",status="200"}`:                        9,
		`homebound_requests_total{route="none",status="404"}`:                            1,
		`homebound_cache_requests_total{result="hit"}`:                                   2,
		`homebound_cache_requests_total{result="miss"}`:                                  7,
		`homebound_errors_total{code="BAD_USER_INPUT"}`:                                  1,
		`homebound_errors_total{code="LIMIT_EXCEEDED"}`:                                  1,
		`homebound_refused_total{reason="limit"}`:                                        1,
		`homebound_operation_duration_seconds_count{operation="PermitsByRegionAndYear"}`: 3,
		`homebound_operation_duration_seconds_count{operation="ThisRelease"}`:            1,
		`homebound_operation_duration_seconds_bucket{operation="other",le="+Inf"}`:       n[`homebound_operation_duration_seconds_count{operation="other"}`],
		`homebound_release_number`:                                                       1,
		`homebound_release_degraded`:                                                     0,
		`homebound_release_published_timestamp_seconds`:                                  float64(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).Unix()),
		`homebound_cache_answers`:                                                        5,
	} {
		assert.InDelta(t, expected, n[name], 0, name)
	}
	for _, name := range []string{"homebound_cache_bytes", "homebound_sql_statements_total", "homebound_sql_seconds_total", "homebound_connections",
		"homebound_release_data_through_timestamp_seconds", "go_goroutines", "process_open_fds"} {
		assert.Positive(t, n[name], name)
	}
	for name := range n {
		for _, made := range []string{`"A"`, `"B"`, `"C"`} {
			assert.NotContains(t, name, made, "clients cannot make new series")
		}
	}
}

func TestMetrics_OfAServerWithoutARelease(t *testing.T) {
	o := sitetest.NewOperated(t, asItIs)
	require.NoError(t, os.WriteFile(filepath.Join(o.Store.Dir(), "CURRENT"), []byte("gibberish\n"), 0o644))
	require.Error(t, o.Store.Refresh(t.Context()))
	assert.InDelta(t, 1, numbersOf(o)["homebound_release_degraded"], 0)
	assert.InDelta(t, 1, numbersOf(o)["homebound_release_number"], 0, "what is served is shown")
	assert.Equal(t, "degraded: the current release cannot be read, and another one is served: release 1\n", o.Get("/readyz").Body)
	assert.Equal(t, http.StatusOK, o.Get("/readyz").Status, "it answers, after all")
}

func TestMetrics_StandWhereTheyAreShown(t *testing.T) {
	hidden := sitetest.NewOperated(t, asItIs)
	assert.Equal(t, http.StatusNotFound, hidden.Get("/metrics").Status)
	shown := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) { c.ShowMetrics = true })
	assert.Contains(t, shown.Get("/metrics").Body, "\nhomebound_release_number 1\n")
	assert.Equal(t, http.StatusNotFound, shown.Get("/debug/pprof/").Status, "profiles are for the operator's address alone")
}
