package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/labour"
)

// readParams reads what is asked. An error is a Fault, with the status that goes with it.
func readParams(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, int, error) {
	params := &graphql.RawParams{Headers: r.Header, ReadTime: graphql.TraceTiming{Start: graphql.Now()}}
	status, err := http.StatusBadRequest, error(nil)
	if r.Method == http.MethodPost {
		var text []byte
		if text, status, err = readText(w, r); err == nil {
			status, err = http.StatusBadRequest, readObject("The body", text, params)
		}
	} else {
		status, err = readAddress(r, params)
	}
	params.ReadTime.End = graphql.Now()
	return params, status, err
}

// readText reads a body of JSON.
func readText(w http.ResponseWriter, r *http.Request) ([]byte, int, error) {
	kind, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := parameters["charset"]; err != nil || kind != plainJSON || charset != "" &&
		!strings.EqualFold(charset, "utf-8") {
		return nil, http.StatusUnsupportedMediaType, labour.Faultf(labour.BadUserInput,
			"Expected the Content-Type %s in UTF-8, found %.80q.", plainJSON, r.Header.Get("Content-Type"))
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		w.Header().Set("Accept-Encoding", "identity")
		return nil, http.StatusUnsupportedMediaType, labour.Faultf(labour.BadUserInput,
			"Expected a body without a Content-Encoding, found %.80q.", coding)
	}
	most := limitsOf(r.Context()).Body
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(most)))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, http.StatusRequestEntityTooLarge, labour.Faultf(labour.LimitExceeded,
			"The body is too long: expected at most %d bytes.", most)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, http.StatusRequestTimeout, labour.Faultf(labour.Timeout, "The body took too long to come.")
	case err != nil:
		return nil, http.StatusBadRequest, labour.Faultf(labour.BadUserInput, "The body broke off before its end.")
	}
	return text, http.StatusOK, nil
}

// checkAddress returns a Fault, which ends with some advice, where a query string is longer than may be asked with.
func checkAddress(r *http.Request, advice string) error {
	if most := limitsOf(r.Context()).Query; len(r.URL.RawQuery) > most {
		return labour.Faultf(labour.LimitExceeded, "The query string has %d bytes: expected at most %d%s.",
			len(r.URL.RawQuery), most, advice)
	}
	return nil
}

func readAddress(r *http.Request, params *graphql.RawParams) (int, error) {
	if err := checkAddress(r, "; send it as POST"); err != nil {
		return http.StatusRequestURITooLong, err
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return http.StatusBadRequest, labour.Faultf(labour.BadUserInput,
			"The query string cannot be read: expected pairs such as query=..., each percent-encoded.")
	}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		if !utf8.ValidString(values.Get(name)) {
			return http.StatusBadRequest, labour.Faultf(labour.BadUserInput, "The parameter %s is not UTF-8.", name)
		}
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
	if !values.Has("query") {
		nameDocument(params, values.Get)
		return http.StatusBadRequest, askedByHash(params)
	}
	return http.StatusOK, nil
}

// readObject reads what is asked from a JSON object. Members that the specification does not name are left alone.
func readObject(what string, text []byte, params *graphql.RawParams) error {
	if !utf8.Valid(text) {
		return labour.Faultf(labour.BadUserInput, "%s is not UTF-8.", what)
	}
	if start := bytes.TrimLeft(text, " \t\r\n"); len(start) > 0 && start[0] == '[' {
		return labour.Faultf(labour.BadUserInput,
			"%s is a JSON array, and operations are not taken in batches: send one object, for one operation, per request.", what)
	}
	var members map[string]json.RawMessage
	if err := decode(what, text, &members); err != nil {
		return err
	}
	if members == nil {
		return labour.Faultf(labour.BadUserInput, "%s is a JSON null: expected an object.", what)
	}
	for _, part := range []struct {
		name, kind string
		into       any
	}{
		{"query", "a string", &params.Query}, {"operationName", "a string", &params.OperationName},
		{"variables", "an object", &params.Variables}, {"extensions", "an object", &params.Extensions},
	} {
		member, given := members[part.name]
		if !given {
			continue
		}
		if part.name == "variables" && string(member) == `""` {
			continue // which forms send that have none
		}
		decoder := json.NewDecoder(bytes.NewReader(member))
		decoder.UseNumber()
		var kind *json.UnmarshalTypeError
		if err := decoder.Decode(part.into); errors.As(err, &kind) {
			return labour.Faultf(labour.BadUserInput, "%s has a JSON %s as %s: expected %s.", what,
				nameOf(kind.Value), part.name, part.kind)
		} else if err != nil {
			return labour.Faultf(labour.BadUserInput, "%s has something as %s that cannot be read: expected %s.",
				what, part.name, part.kind)
		}
	}
	if query := members["query"]; query == nil || string(query) == "null" {
		nameDocument(params, func(name string) (id string) {
			_ = json.Unmarshal(members[name], &id) // what is no text is no id
			return id
		})
		return askedByHash(params)
	}
	return nil
}

// askedByHash refuses a question without a text, unless it names one that was sent before.
func askedByHash(params *graphql.RawParams) error {
	if params.Extensions["persistedQuery"] != nil {
		return nil
	}
	return labour.Faultf(labour.BadUserInput, "Expected a query, found none.")
}

// nameOf returns the word for a kind of JSON value. The decoder names a number together with its text.
func nameOf(kind string) string {
	name, _, _ := strings.Cut(kind, " ")
	return name
}

// decode reads one JSON object. What was sent is not repeated in the Fault, which may end in a log or a page.
func decode(what string, text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err := decoder.Decode(into)
	if err == nil {
		if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
			return labour.Faultf(labour.BadUserInput, "%s is not one JSON object: something follows it.", what)
		}
		return nil
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return labour.Faultf(labour.BadUserInput, "%s is not JSON: the fault is at byte %d.", what, syntax.Offset)
	case errors.As(err, &kind):
		return labour.Faultf(labour.BadUserInput, "%s is a JSON %s: expected an object.", what, nameOf(kind.Value))
	}
	return labour.Faultf(labour.BadUserInput, "%s is not JSON: it ends too early.", what)
}
