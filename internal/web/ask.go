package web

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"homebound/graph/model"
	"homebound/internal/access"
	"homebound/internal/labour"
)

// asker puts the site's own questions to the same handler that readers ask: what a picture, a table or a page shows
// is what the same document answers to whoever looks at it, masked where it is masked, and kept with the other
// answers.
type loopback struct{ answers http.Handler }

type ownKey struct{}

// isOwnDocument reports whether the site itself asks. Its documents are trusted.
func isOwnDocument(ctx context.Context) bool { return ctx.Value(ownKey{}) != nil }

// ask reads the data of an answer into a value, as encoding/json does. What a reader would have been told of as an
// error is a Fault; where a field alone failed, the value has the rest. The context brings the release and the principal; what is read together is each question's own.
func (a loopback) ask(ctx context.Context, document string, variables map[string]any, into any) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	data, fault := a.put(context.WithValue(ctx, ownKey{}, true), body)
	if len(data) > 0 {
		if err := json.Unmarshal(data, into); err != nil {
			return fmt.Errorf("ask: %w", err)
		}
	}
	return fault
}

// put asks the question of a body, and returns the answer's data byte by byte: with a Fault, what is left of it.
func (a loopback) put(ctx context.Context, body []byte) (json.RawMessage, error) {
	r, err := http.NewRequestWithContext(model.WithBatches(ctx), http.MethodPost, "/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	r.Header.Set("Content-Type", plainJSON)
	r.Header.Set("Accept", plainJSON)
	response := &recorded{header: http.Header{}, status: http.StatusOK}
	a.answers.ServeHTTP(response, r)
	if err := ctx.Err(); errors.Is(err, context.DeadlineExceeded) { // which says more than what the cache makes of it
		return nil, fmt.Errorf("ask: %w", err)
	}
	var answer struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code labour.Code }
		}
	}
	if err := json.Unmarshal(response.body.Bytes(), &answer); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	if len(answer.Errors) == 0 {
		return answer.Data, nil
	}
	fault := labour.Faultf(answer.Errors[0].Extensions.Code, "%s", answer.Errors[0].Message)
	if wait, err := strconv.Atoi(response.header.Get("Retry-After")); err == nil &&
		response.status == http.StatusTooManyRequests {
		return nil, &access.OverBudget{Fault: fault, Wait: time.Duration(wait) * time.Second}
	}
	return answer.Data, fault
}

// refuseFault answers with a Fault under the status that its code goes with; any other error is for the operator alone.
func (s *Edge) refuseFault(w http.ResponseWriter, r *http.Request, err error) {
	var fault *labour.Fault
	if !errors.As(err, &fault) {
		s.config.Log.ErrorContext(r.Context(), "an answer broke off", "error", err)
		err = labour.Faultf(labour.Internal, "Something failed in the server; the operator's log says what.")
		refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	if _, spent := errorAs[*access.OverBudget](err); spent {
		refuse(w, r, challenge(w, r, err), err)
		return
	}
	refuse(w, r, statusOfFault(w, fault.Code), err)
}

// statusOfFault returns the status that a Fault's code goes with, and writes the header that goes with that.
func statusOfFault(w http.ResponseWriter, code labour.Code) int {
	status := cmp.Or(statusOfCode[code], http.StatusInternalServerError)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	return status
}

var statusOfCode = map[labour.Code]int{
	labour.BadUserInput: http.StatusBadRequest, labour.NotFound: http.StatusNotFound, labour.LimitExceeded: http.StatusBadRequest,
	labour.Unauthenticated: http.StatusUnauthorized, labour.Forbidden: http.StatusForbidden, labour.Timeout: http.StatusGatewayTimeout,
	labour.Unavailable: http.StatusServiceUnavailable, labour.Internal: http.StatusInternalServerError,
}
