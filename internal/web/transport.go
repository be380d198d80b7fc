package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/graph"
	"homebound/internal/labour"
)

// The media types of an answer. A reader gets the second only where it asks for it: errors then have a status of their own.
const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
	eventStream = "text/event-stream"
)

// document answers a query by GET or POST with one JSON document, as the GraphQL-over-HTTP specification has it.
type document struct{}

// Supports leaves streams to another transport.
func (document) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodPost
}

// Do answers one request.
func (document) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, status, err := readParams(w, r)
	if err != nil {
		refuse(w, r, status, err)
		return
	}
	operation, faults := exec.CreateOperationContext(r.Context(), params)
	ctx := graphql.WithOperationContext(r.Context(), operation)
	switch {
	case faults == nil:
		faults = answerable(r, operation.Operation.Operation)
	case operation.Doc != nil && operation.Operation == nil:
		faults = unnamed(operation)
	}
	if faults != nil {
		answer(w, r, statusOf(r, faults), exec.DispatchError(ctx, faults))
		return
	}
	responses, ctx := exec.DispatchOperation(ctx, operation)
	answer(w, r, http.StatusOK, responses(ctx))
}

// answerable refuses what does not come as one document, or would change something by GET.
func answerable(r *http.Request, operation ast.Operation) gqlerror.List {
	switch {
	case operation == ast.Subscription:
		return faultList(labour.Faultf(labour.BadUserInput, "A subscription is answered by a stream: send it as POST with Accept: %s.", eventStream))
	case operation != ast.Query && r.Method != http.MethodPost:
		return faultList(labour.Faultf(labour.BadUserInput, "GET is for queries: send a %s as POST.", operation))
	}
	return nil
}

// unnamed says which operations the document has, where none of them is the one that is asked for.
func unnamed(operation *graphql.OperationContext) gqlerror.List {
	var names []string
	for _, o := range operation.Doc.Operations {
		names = append(names, o.Name)
	}
	return faultList(labour.Faultf(labour.BadUserInput, "Expected an operationName that the document has (%s), found %.80q.", strings.Join(names, ", "), operation.OperationName))
}

func faultList(fault error) gqlerror.List { return gqlerror.List{{Err: fault, Message: fault.Error()}} }

// statusOf gives the status of a request that was not executed. Readers of plain JSON find every well-formed answer under
// 200; so does a client that asks by a hash that the server does not know, for it is to ask again with the text.
func statusOf(r *http.Request, faults gqlerror.List) int {
	if mediaType(r) == plainJSON || graph.IsUnknownHash(faults[0]) {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// stream answers a subscription by server-sent events, until the reader goes or the server is about to stop.
type stream struct {
	transport.SSE
	stopping <-chan struct{}
}

// Supports tells whether the reader wants a stream.
func (s stream) Supports(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Contains(r.Header.Get("Accept"), eventStream)
}

// Do answers one request.
func (s stream) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	var body bytes.Buffer
	r.Body = io.NopCloser(io.TeeReader(r.Body, &body))
	if _, status, err := readParams(w, r); err != nil {
		refuse(w, r, status, err)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		select {
		case <-s.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	r = r.WithContext(ctx)
	r.Body = io.NopCloser(&body)
	s.SSE.Do(w, r, exec)
}

// readParams reads what is asked. An error is a Fault, with the status that goes with it.
func readParams(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, int, error) {
	params := &graphql.RawParams{ReadTime: graphql.TraceTiming{Start: graphql.Now()}}
	status, err := http.StatusOK, error(nil)
	if r.Method == http.MethodPost {
		status, err = readBody(w, r, params)
	} else {
		status, err = readAddress(r, params)
	}
	params.Headers = r.Header
	params.ReadTime.End = graphql.Now()
	return params, status, err
}

func readBody(w http.ResponseWriter, r *http.Request, params *graphql.RawParams) (int, error) {
	text, status, err := readText(w, r)
	if err != nil {
		return status, err
	}
	return http.StatusBadRequest, decode("The body", text, params)
}

// readText reads a body of JSON.
func readText(w http.ResponseWriter, r *http.Request) ([]byte, int, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != plainJSON {
		return nil, http.StatusUnsupportedMediaType, labour.Faultf(labour.BadUserInput, "Expected the Content-Type %s, found %.80q.", plainJSON, r.Header.Get("Content-Type"))
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, http.StatusRequestEntityTooLarge, labour.Faultf(labour.LimitExceeded, "The body is too long: expected at most %d bytes.", maxBody)
	case err != nil:
		return nil, http.StatusBadRequest, labour.Faultf(labour.BadUserInput, "The body broke off before its end.")
	}
	return text, http.StatusOK, nil
}

func readAddress(r *http.Request, params *graphql.RawParams) (int, error) {
	if len(r.URL.RawQuery) > maxQuery {
		return http.StatusRequestURITooLong, labour.Faultf(labour.LimitExceeded, "The query string has %d bytes: expected at most %d; send it as POST.", len(r.URL.RawQuery), maxQuery)
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return http.StatusBadRequest, labour.Faultf(labour.BadUserInput, "The query string cannot be read: expected pairs such as query=..., each percent-encoded.")
	}
	params.Query, params.OperationName = values.Get("query"), values.Get("operationName")
	for _, part := range []struct {
		name string
		into *map[string]any
	}{{"variables", &params.Variables}, {"extensions", &params.Extensions}} {
		if text := values.Get(part.name); text != "" {
			if err := decode("The parameter "+part.name, []byte(text), part.into); err != nil {
				return http.StatusBadRequest, err
			}
		}
	}
	return http.StatusOK, nil
}

// decode reads a JSON object. What was sent is not repeated in the Fault, which may end in a log or a page.
func decode(what string, text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(into)
	if err == nil && decoder.More() {
		return labour.Faultf(labour.BadUserInput, "%s is not one JSON object: something follows it at byte %d.", what, decoder.InputOffset()+1)
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return labour.Faultf(labour.BadUserInput, "%s is not JSON: the fault is at byte %d.", what, syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return labour.Faultf(labour.BadUserInput, "%s has a JSON %s as %.80s: expected another kind of value.", what, kind.Value, kind.Field)
	case errors.As(err, &kind):
		return labour.Faultf(labour.BadUserInput, "%s is a JSON %s: expected an object.", what, kind.Value)
	}
	return labour.Faultf(labour.BadUserInput, "%s is not JSON: it ends too early.", what)
}

// mediaType gives the type of answer that the reader asks for.
func mediaType(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept"), ",") {
		switch kind, _, _ := mime.ParseMediaType(strings.TrimSpace(part)); kind {
		case graphqlJSON, plainJSON:
			return kind
		}
	}
	return plainJSON
}

// refuse answers a request that reaches no resolver, in the form of a GraphQL answer. err is a Fault.
func refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	shown := graph.Presenter(slog.New(slog.DiscardHandler))(r.Context(), err)
	answer(w, r, status, &graphql.Response{Errors: gqlerror.List{shown}})
}

// answer writes a GraphQL answer.
func answer(w http.ResponseWriter, r *http.Request, status int, response *graphql.Response) {
	if len(response.Errors) > maxErrors {
		response.Errors = response.Errors[:maxErrors]
	}
	if kept, ok := w.(*recorded); ok {
		kept.failed = len(response.Errors) > 0
	}
	w.Header().Set("Content-Type", mediaType(r)+"; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(response) // whoever went away reads no error either
}
