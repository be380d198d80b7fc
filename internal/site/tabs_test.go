package site_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/exchange"
	"homebound/internal/site/graphiql"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// The queries that GraphiQL offers are answered by the default release, as a browser asks them.
func TestTabs_AreAnsweredByTheDefaultRelease(t *testing.T) {
	testsize.Long(t)
	store, err := db.OpenStore(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, store.Close()) })
	_, err = exchange.PublishDefault(t.Context(), store, time.Date(2020, time.March, 1, 9, 30, 0, 0, time.UTC))
	require.NoError(t, err)
	edge := web.New(web.Config{Store: store, Log: slog.New(slog.DiscardHandler), PublicURL: "https://homebound.example"})
	server := httptest.NewServer(edge)
	t.Cleanup(server.Close)

	for _, example := range graphiql.Examples() {
		t.Run(example.Name, func(t *testing.T) {
			body, err := json.Marshal(map[string]string{"query": example.Query, "operationName": example.Name})
			require.NoError(t, err)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/graphql", strings.NewReader(string(body)))
			require.NoError(t, err)
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", "application/graphql-response+json")
			response, err := server.Client().Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			text, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.Equal(t, http.StatusOK, response.StatusCode, "%s", text)

			var answer struct {
				Data   map[string]any
				Errors []any
			}
			require.NoError(t, json.Unmarshal(text, &answer))
			assert.Empty(t, answer.Errors)
			require.NotEmpty(t, answer.Data)
			for field, value := range answer.Data {
				assert.NotNil(t, value, field)
			}
		})
	}
}
