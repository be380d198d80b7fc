package graph_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/internal/labour"
)

// shownError is what of an error is kept in testdata/errors.
type shownError struct {
	Path    string      `json:"path,omitempty"`
	Code    labour.Code `json:"code"`
	Message string      `json:"message"`
}

func TestErrors(t *testing.T) {
	for _, c := range goldenCases(t, "errors/*") {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			response := in(t, c.world).ask(t.Context(), t, c.query, c.variables)
			require.NotEmpty(t, response.Errors)
			shown := make([]shownError, len(response.Errors))
			for i, err := range response.Errors {
				requireShape(t, err)
				assert.NotEqual(t, labour.Internal, codeOf(err), "%s", err.Message)
				shown[i] = shownError{err.Path.String(), codeOf(err), err.Message}
			}
			slices.SortFunc(shown, func(a, b shownError) int { return strings.Compare(a.Path, b.Path) })
			c.hold(t, shown)
		})
	}
}

// What no reader should be shown: SQL, paths of files, names of Go's types and packages.
var leaks = []*regexp.Regexp{
	regexp.MustCompile(`\b(SELECT|FROM|WHERE|JOIN|sqlite|sql:)\b`),
	regexp.MustCompile(`(^|\s)/\w+/|\.go\b|\.db\b`),
	regexp.MustCompile(`\b(string|bool|int|int32|int64|float64|map\[|interface *\{|json\.Number|\[\]\w|labour\.|model\.|graph\.|nil\b|panic|runtime error)`),
}

// requireShape holds an error to the form of all errors: a code of the contract and a sentence for its reader.
func requireShape(t *testing.T, err *gqlerror.Error) {
	t.Helper()
	require.Contains(t, labour.Codes, codeOf(err), "%v", err)
	require.NotContains(t, err.Message, "\n")
	require.NotEmpty(t, strings.TrimSpace(err.Message))
	require.Less(t, len(err.Message), 400, "%s", err.Message)
	require.False(t, unicode.IsSpace(rune(err.Message[0])))
	for _, leak := range leaks {
		require.NotRegexp(t, leak, err.Message)
	}
	for key := range err.Extensions {
		require.Equal(t, "code", key, "extensions hold the code alone")
	}
}

func TestErrors_MoreThanAThousandIDs(t *testing.T) {
	w := in(t, "small")
	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = "UGVybWl0OlAwMQ==" // Permit:P01
	}
	const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`
	response := w.ask(t.Context(), t, query, map[string]any{"ids": ids})
	require.Len(t, response.Errors, 1)
	requireShape(t, response.Errors[0])
	assert.Equal(t, labour.LimitExceeded, codeOf(response.Errors[0]))
	assert.Contains(t, response.Errors[0].Message, "1000")
	assert.Contains(t, response.Errors[0].Message, "1001")

	thousand := data[struct{ Nodes []struct{ ID string } }](t, w, query, "ids", ids[:1000])
	assert.Len(t, thousand.Nodes, 1000)
}

// One field that fails leaves the others' answers alone where the contract lets it be null.
func TestErrors_AFailedFieldIsNullAlone(t *testing.T) {
	response := in(t, "small").ask(t.Context(), t, `{ node(id: "no id") { id } region(code: "RU") { code } }`, nil)
	require.Len(t, response.Errors, 1)
	assert.Equal(t, "node", response.Errors[0].Path.String())
	assert.JSONEq(t, `{"node": null, "region": {"code": "RU"}}`, string(response.Data))
}

func TestErrors_AnInterruptedRequestSaysSo(t *testing.T) {
	w := in(t, "small")
	release, done, err := w.store.Current(t.Context())
	require.NoError(t, err)
	defer done()

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	for name, test := range map[string]struct {
		ctx  context.Context
		code labour.Code
	}{
		"the client went away": {cancelled, labour.Unavailable},
		"it took too long":     {late, labour.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			response := w.askOf(test.ctx, release, `{ permits { nodes { number } } }`, nil)
			require.NotEmpty(t, response.Errors)
			requireShape(t, response.Errors[0])
			assert.Equal(t, test.code, codeOf(response.Errors[0]), response.Errors[0].Message)
		})
	}
}
