package graph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/graph"
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
	require.Regexp(t, `[.?]$`, err.Message, "a sentence ends")
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

func TestPresenter_SaysOfAnyErrorWhatItsReaderMayKnow(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		code   labour.Code
		logged string // "" where the operator need not know
	}{
		"a fault, wrapped":     {fmt.Errorf("list: %w", labour.Faultf(labour.NotFound, "There is no permit.")), labour.NotFound, ""},
		"the client went away": {fmt.Errorf("list: %w", context.Canceled), labour.Unavailable, ""},
		"it took too long":     {fmt.Errorf("list: %w", context.DeadlineExceeded), labour.Timeout, ""},
		"the disk failed":      {errors.New("read /var/lib/homebound/0007.db: input/output error"), labour.Internal, "input/output error"},
		"a resolver panicked":  {graph.Recover(t.Context(), "index out of range [3]"), labour.Internal, "index out of range [3]"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			shown := graph.Presenter(slog.New(slog.NewTextHandler(&log, nil)))(t.Context(), test.err)
			requireShape(t, shown)
			assert.Equal(t, test.code, codeOf(shown))
			assert.NotContains(t, shown.Message, "list:")
			if test.logged == "" {
				assert.Empty(t, log.String())
			} else {
				assert.Contains(t, log.String(), test.logged)
			}
		})
	}
}
