package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/negotiate"
)

// document answers a query by GET or POST with one JSON document, as the GraphQL-over-HTTP specification has it.
type document struct{}

// Supports accepts every request, so that this transport refuses those that no other one takes.
func (document) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPost
}

// Do answers one request.
func (document) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	asTable := wantsTable(r)
	if mediaType(r) == "" && !asTable {
		refuse(w, r, http.StatusNotAcceptable,
			labour.Faultf(labour.BadUserInput,
				"Expected an Accept header that allows %s or %s (or, for a table, %s; for a stream, %s).", graphqlJSON,
				plainJSON, textCSV, eventStream))
		return
	}
	params, status, err := readParams(w, r)
	if err != nil {
		refuse(w, r, status, err)
		return
	}
	operation, faults := exec.CreateOperationContext(r.Context(), params)
	ctx := graphql.WithOperationContext(r.Context(), operation)
	if r.Method != http.MethodPost && changes(operation, params) {
		w.Header().Set("Allow", http.MethodPost)
		refuse(w, r, http.StatusMethodNotAllowed,
			labour.Faultf(labour.BadUserInput, "GET is for queries: send a mutation as POST."))
		return
	}
	if faults = unanswerable(operation, faults); faults != nil {
		answer(w, r, statusFor(w, r, faults), exec.DispatchError(ctx, spelled(faults)))
		return
	}
	if operation.Operation.Operation == ast.Subscription {
		fault := labour.Faultf(labour.BadUserInput,
			"A subscription is answered by a stream: ask with Accept: %s, or over a websocket.", eventStream)
		answer(w, r, statusOf(r), exec.DispatchError(ctx, faultList(fault)))
		return
	}
	if asTable {
		f, err := layOut(operation)
		if err != nil {
			refuse(w, r, http.StatusBadRequest, err)
			return
		}
		responses, ctx := exec.DispatchOperation(ctx, operation)
		f.write(w, r, responses(ctx))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	response := responses(ctx)
	answer(w, r, executed(w, response), response)
}

// changes reports whether a request asks for a mutation, be it one that the schema has not. A document that is
// faulty is looked into once more, since what was read of it is gone by then.
func changes(operation *graphql.OperationContext, params *graphql.RawParams) bool {
	doc := operation.Doc
	if doc == nil {
		var err error
		if doc, err = parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query},
			DefaultLimits().Tokens); err != nil {
			return false
		}
	}
	asked := doc.Operations.ForName(params.OperationName)
	return asked != nil && asked.Operation == ast.Mutation
}

// unanswerable returns what is wrong with an operation. The executor's own words do not say which operations the
// document has, where none of them is the one that is asked for.
func unanswerable(operation *graphql.OperationContext, faults gqlerror.List) gqlerror.List {
	if faults == nil || operation.Doc == nil || operation.Operation != nil {
		return faults
	}
	var names []string
	for _, o := range operation.Doc.Operations {
		names = append(names, o.Name)
	}
	return faultList(labour.Faultf(labour.BadUserInput,
		"Expected an operationName that the document has (%.200s), found %.80q.", strings.Join(names, ", "),
		operation.OperationName))
}

func faultList(fault error) gqlerror.List { return gqlerror.List{{Err: fault, Message: fault.Error()}} }

// statusOf returns the status of a well-formed request that was not executed. Readers of plain JSON find every
// answer to such a request under 200.
func statusOf(r *http.Request) int {
	if mediaType(r) == graphqlJSON || wantsTable(r) {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// refuse answers a request that reaches no resolver, in the form of a GraphQL answer, or as a page to who came for
// one. err is a Fault.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	shown := counting(graph.Presenter(slog.New(slog.DiscardHandler)))(r.Context(), err)
	if page, ok := r.Context().Value(refusalKey{}).(refusal); ok && !isOwnDocument(r.Context()) {
		page(w, r, status, shown.Message)
		return
	}
	answer(w, r, status, &graphql.Response{Errors: gqlerror.List{shown}})
}

// refusal shows readers of pages why there is nothing to see.
type refusal func(w http.ResponseWriter, r *http.Request, status int, message string)

type refusalKey struct{}

// refusingBy has what is refused to the readers of next shown by a page.
func refusingBy(page refusal, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), refusalKey{}, page)))
	})
}

// answer writes a GraphQL answer.
func answer(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	if kept, ok := w.(*recorded); ok {
		kept.failed = len(response.Errors) > 0
	}
	kind := mediaType(r)
	if kind == "" {
		kind = plainJSON
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.Header()["Vary"] = varyOn
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(shapeOf(r.Context(), response)) // whoever went away reads no error either
}

// shape is an answer as the GraphQL specification has it: one to a request that was not executed has no data at
// all, not even null.
type shape struct {
	Errors     gqlerror.List   `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Extensions map[string]any  `json:"extensions,omitempty"`
}

// shapeOf returns the answer to a request, with as many errors as its limits allow.
func shapeOf(ctx context.Context, response *graphql.Response) shape {
	return shape{response.Errors[:min(limitsOf(ctx).Errors, len(response.Errors))], response.Data, response.Extensions}
}

// The media types that a question can be answered in. Readers of the second are told by the status, too, that a request
// was not executed.
const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
	eventStream = "text/event-stream"
)

// mediaType returns the type of document that the reader asks for, "" where it takes none.
func mediaType(r *http.Request) string {
	return negotiate.Preferred(negotiate.Accepted(r), plainJSON, graphqlJSON)
}

// wantsStream reports whether the reader would rather have events than a document.
func wantsStream(r *http.Request) bool {
	return strings.Contains(negotiate.Accepted(r), eventStream) &&
		negotiate.Preferred(negotiate.Accepted(r), plainJSON, graphqlJSON, eventStream) == eventStream
}
