package web

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"homebound/graph"
	"homebound/internal/access"
	"homebound/internal/labour"
	"homebound/internal/mount"
	"homebound/internal/negotiate"
)

//go:embed receipt.html
var receiptText string

var receiptPage = mount.Parse(receiptText, nil)

// shownReceipt is a receipt with what asking again has found.
type shownReceipt struct {
	ID       string `json:"id"`
	URL      string `json:"url"`
	Verified bool   `json:"verified"`         // whether the same question has the same answer now
	Reason   string `json:"reason,omitempty"` // why not
	receipt
}

// VariablesText returns the variables in JSON.
func (s shownReceipt) VariablesText() (string, error) {
	text, err := json.MarshalIndent(s.Variables, "", "  ")
	return string(text), err
}

// receipts registers what /receipts/ gives: proofs of what was answered.
func (s *Edge) receipts(mux *http.ServeMux) {
	mux.Handle("/receipts/{id}", s.admission.admit(methods(forReading, http.HandlerFunc(s.showReceipt))))
}

func (s *Edge) receiptAddress(id string) string { return s.config.PublicURL + "/receipts/" + id }

func (s *Edge) showReceipt(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	found, err := s.kept.find(id)
	if errors.Is(err, errDamaged) {
		s.config.Log.ErrorContext(r.Context(), "a receipt is damaged", "error", err)
		err = labour.Faultf(labour.Internal,
			"The receipt %s was changed or damaged after it was given, and proves nothing.", id)
	}
	shown := shownReceipt{ID: id, URL: s.receiptAddress(id), receipt: found}
	if err == nil {
		var v verdict
		v, err = s.verify(r, id, found)
		shown.Verified, shown.Reason = v.verified, v.reason
		if access := principalOf(r.Context()).rowAccess(); err == nil && !v.answered &&
			slices.Index(rowAccesses, access) < slices.Index(rowAccesses, found.Rows) {
			err = labour.Faultf(labour.Forbidden,
				"The receipt %s is for a question that cannot be asked again, and was given to somebody who may read more rows: ask with a key that allows rows.", id)
		}
	}
	if err != nil {
		s.refuseFault(w, r, err)
		return
	}
	w.Header()["Vary"] = varyOn
	w.Header().Set("Cache-Control", "no-store") // what it says is of this moment
	if negotiate.Preferred(negotiate.Accepted(r), plainJSON, "text/html") != "text/html" {
		w.Header().Set("Content-Type", plainJSON+"; charset=utf-8")
		_ = json.NewEncoder(w).Encode(shown) // whoever went away reads no error either
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
	if err := receiptPage.Write(w, s.below, "", shown); err != nil {
		s.config.Log.ErrorContext(r.Context(), "the page of a receipt broke off", "error", err)
	}
}

// verdict is what asking the question of a receipt again has found.
type verdict struct {
	answered bool // whether the principal was given the answer, and so may see the question
	verified bool
	reason   string // why not
}

// verify asks the question of a receipt once more. An error says that nothing could be found out now, or that the
// principal may not ask it.
func (s *Edge) verify(r *http.Request, id string, of receipt) (verdict, error) {
	release, done, err := s.config.Store.Numbered(r.Context(), of.Release)
	if fault, ok := errorAs[*labour.Fault](err); ok && fault.Code == labour.NotFound {
		return verdict{reason: fmt.Sprintf("Release %d is no longer kept here, so that nothing can be asked of it.",
			of.Release)}, nil
	}
	if err != nil {
		return verdict{}, err
	}
	defer done()
	if release.Info().ContentHash != of.ContentHash {
		return verdict{reason: fmt.Sprintf("Release %d has another content here than the one that was asked.",
			of.Release)}, nil
	}
	hash, err := s.loopback.again(graph.WithRelease(r.Context(), release), of)
	if _, spent := errorAs[*access.OverBudget](err); spent {
		return verdict{}, err
	}
	if fault, ok := errorAs[*labour.Fault](err); ok &&
		slices.Contains([]labour.Code{labour.BadUserInput, labour.NotFound, labour.LimitExceeded}, fault.Code) {
		return verdict{reason: "The question is refused today: " + fault.Error()}, nil
	}
	if err != nil {
		return verdict{}, err
	}
	v := verdict{answered: true, verified: hash == of.ResultHash}
	switch {
	case v.verified:
	case of.MethodVersion != labour.MethodVersion:
		v.reason = fmt.Sprintf("The answer is another one: it was computed by method %s, and this server computes by method %s.", of.MethodVersion, labour.MethodVersion)
	default:
		s.config.Log.ErrorContext(r.Context(), "a receipt cannot be confirmed", "receipt", id, "release", of.Release)
		v.reason = "The answer is another one, though the release, the question and the method are the same: the program or its settings have changed."
	}
	return v, nil
}

// again asks the question of a receipt in the principal's own name, and gives the hash of the answer's data.
func (a loopback) again(ctx context.Context, of receipt) (hash string, err error) {
	body, err := json.Marshal(map[string]any{"query": of.Document, "operationName": of.OperationName,
		"variables": of.Variables})
	if err != nil {
		return "", fmt.Errorf("ask again: %w", err)
	}
	limits := limitsOf(ctx)
	limits.Body = max(limits.Body, len(body)) // it was taken once, in what may have been a shorter way of writing it
	data, err := a.put(context.WithValue(ctx, limitsKey{}, limits), body)
	if err != nil {
		return "", err
	}
	return hashOfResult(data)
}
