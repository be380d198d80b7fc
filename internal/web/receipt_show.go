package web

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/access"
	"homebound/internal/labour"
	"homebound/internal/mount"
	"homebound/internal/negotiate"
	"homebound/internal/receipts"
)

//go:embed receipt.html
var receiptText string

var receiptPage = mount.Parse(receiptText, map[string]any{
	"hash": shownReceipt.Hash, "madeUp": shownReceipt.MadeUp, "unknown": shownReceipt.Unknown,
	"variables": shownReceipt.VariablesText, "question": shownReceipt.Question,
	"figures": shownReceipt.Figures, "currentFigures": shownReceipt.CurrentFigures,
})

// receipts registers what /receipts/ gives: proofs of what was answered. A slash that was put behind one is let be.
func (s *Edge) receipts(mux *http.ServeMux) {
	mux.Handle("/receipts/{id...}", s.admission.admit(methods(forReading, http.HandlerFunc(s.showReceipt))))
}

func (s *Edge) receiptAddress(id string) string { return s.config.PublicURL + "/receipts/" + id }

// verdict is what asking the question of a receipt again has found. Its questions are asked in the name of whoever
// looks at the receipt, with that principal's rights and from its budget.
type verdict struct {
	receipt    receipts.Receipt
	Says       string          // in one sentence
	Reproduced bool            // whether the release gives the same answer now
	Reason     string          // why not
	Data       json.RawMessage // what the release gives now; nil where it gives nothing
	Synthetic  *bool           // whether rows behind it are made up; nil where that is not known
	Current    *currentVerdict // nil where the current release cannot be asked
}

// currentVerdict is what the current release gives to the same question.
type currentVerdict struct {
	Release int             `json:"release"`
	Same    bool            `json:"same"`
	Says    string          `json:"says"`
	Data    json.RawMessage `json:"data,omitempty"` // where it is another answer
}

func (s *Edge) showReceipt(w http.ResponseWriter, r *http.Request) {
	found, err := receipts.Unpack(r.PathValue("id"))
	if errors.Is(err, receipts.ErrKept) {
		refuse(w, r, http.StatusGone, err)
		return
	}
	var v *verdict
	if err == nil {
		v, err = s.verify(r.Context(), found)
	}
	if err != nil {
		s.refuseFault(w, r, err)
		return
	}
	id, err := found.Pack() // as it was given, whatever was put around it since
	if err != nil {
		s.refuseFault(w, r, err)
		return
	}
	w.Header()["Vary"] = varyOn
	w.Header().Set("Cache-Control", "no-store") // what it says is of this moment
	if negotiate.Preferred(negotiate.Accepted(r), plainJSON, "text/html") != "text/html" {
		w.Header().Set("Content-Type", plainJSON+"; charset=utf-8")
		_ = json.NewEncoder(w).Encode(v.told(id, s.receiptAddress(id))) // whoever went away reads no error either
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy",
		"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
	if err := receiptPage.Write(w, s.below, "", shownReceipt{v, v.receipt, s.receiptAddress(id)}); err != nil {
		s.config.Log.ErrorContext(r.Context(), "the page of a receipt broke off", "error", err)
	}
}

// told returns what the JSON form of a receipt has.
func (v *verdict) told(id, address string) map[string]any {
	all := shown(v.receipt)
	all["id"], all["url"], all["document"], all["says"] = id, address, v.receipt.Document, v.Says
	all["reproduced"], all["synthetic"], all["current"] = v.Reproduced, v.Synthetic, v.Current
	all["confidential"] = v.receipt.Confidential
	if v.receipt.Operation != "" {
		all["operationName"] = v.receipt.Operation
	}
	if v.Reason != "" {
		all["reason"] = v.Reason
	}
	if v.Data != nil {
		all["data"] = v.Data
	}
	return all
}

// verify asks the question of a receipt once more, of its release and of the current one. An error says that nothing
// could be found out now, or that the principal may not ask it.
func (s *Edge) verify(ctx context.Context, of receipts.Receipt) (*verdict, error) {
	if _, known := s.config.Access.Trusted.text(hashOf(of.Document)); principalOf(ctx).trustedOnly && !known {
		return nil, labour.Faultf(labour.Forbidden,
			"Trusted documents alone are answered here, and that of this receipt is none of them.")
	}
	v := &verdict{receipt: of}
	if err := s.reproduce(ctx, v); err != nil {
		return nil, err
	}
	v.Says = fmt.Sprintf("This answer is reproduced from release %d.", of.Release)
	if !v.Reproduced {
		v.Says = fmt.Sprintf("This answer is not reproduced from release %d.", of.Release)
	}
	current, err := s.compareCurrent(ctx, v)
	v.Current = current
	return v, err
}

// reproduce asks the release of the receipt.
func (s *Edge) reproduce(ctx context.Context, v *verdict) error {
	of := v.receipt
	release, done, err := s.config.Store.Numbered(ctx, of.Release)
	if fault, ok := errorAs[*labour.Fault](err); ok && fault.Code == labour.NotFound {
		v.Reason = fmt.Sprintf("Release %d is not kept here, so that nothing can be asked of it.", of.Release)
		return nil
	}
	if err != nil {
		return err
	}
	defer done()
	if release.Info().ContentHash != of.ContentHash {
		v.Reason = fmt.Sprintf("Release %d has another content here than the one that was asked.", of.Release)
		return nil
	}
	ctx = graph.WithRelease(ctx, release)
	data, refused, err := s.loopback.again(ctx, of)
	if err != nil {
		return err
	}
	if refused != "" {
		v.Reason = "The question is refused today: " + refused
		return nil
	}
	hash, err := hashOfResult(data)
	if err != nil {
		return err
	}
	v.Data, v.Reproduced, v.Synthetic = data, hash == of.ResultHash, s.synthetic(ctx, release, of)
	switch {
	case v.Reproduced:
	case of.Method != labour.MethodVersion:
		v.Reason = fmt.Sprintf("The answer is another one: it was computed by method %s, and this server computes by method %s.",
			of.Method, labour.MethodVersion)
	case of.Confidential != release.Confidential():
		v.Reason = fmt.Sprintf("The answer is another one: rows were masked for %d workers, and are for %d here.",
			of.Confidential, release.Confidential())
	default:
		v.Reason = "The answer is another one, though the release, the question and the method are the same: " +
			"the program or its settings have changed, or the receipt was made up."
	}
	return nil
}

// compareCurrent asks the current release, unless it is the receipt's.
func (s *Edge) compareCurrent(ctx context.Context, v *verdict) (*currentVerdict, error) {
	release, done, err := s.config.Store.Current(ctx)
	if errors.Is(err, db.ErrRefused) || errors.Is(err, db.ErrNoRelease) {
		return nil, nil //nolint:nilnil // there is nothing to compare with, which is no failure
	}
	if err != nil {
		return nil, err
	}
	defer done()
	number, of := release.Info().Number, v.receipt
	if number == of.Release && v.Data != nil {
		return &currentVerdict{number, true, fmt.Sprintf("Release %d is the current one.", number), nil}, nil
	}
	data, refused, err := s.loopback.again(graph.WithRelease(ctx, release), of)
	if err != nil {
		return nil, err
	}
	if refused != "" {
		return &currentVerdict{number, false,
			fmt.Sprintf("The current release, %d, refuses the question: %s", number, refused), nil}, nil
	}
	hash, err := hashOfResult(data)
	if err != nil {
		return nil, err
	}
	if hash == of.ResultHash {
		return &currentVerdict{number, true, fmt.Sprintf("The current release, %d, gives the same answer.", number), nil}, nil
	}
	return &currentVerdict{number, false, fmt.Sprintf("The current release, %d, gives another answer.", number), data}, nil
}

// again asks the question of a receipt in the principal's own name, and returns the answer's data, or why the question
// is refused whoever asks.
func (a loopback) again(ctx context.Context, of receipts.Receipt) (data json.RawMessage, refused string, err error) {
	body, err := json.Marshal(map[string]any{"query": of.Document, "operationName": of.Operation,
		"variables": of.Variables})
	if err != nil {
		return nil, "", fmt.Errorf("ask again: %w", err)
	}
	limits := limitsOf(ctx)
	limits.Body = max(limits.Body, len(body)) // it was taken once, in what may have been a shorter way of writing it
	data, err = a.put(context.WithValue(ctx, limitsKey{}, limits), body)
	if _, spent := errorAs[*access.OverBudget](err); spent {
		return nil, "", err
	}
	if fault, ok := errorAs[*labour.Fault](err); ok &&
		slices.Contains([]labour.Code{labour.BadUserInput, labour.NotFound, labour.LimitExceeded}, fault.Code) {
		return nil, fault.Error(), nil
	}
	return data, "", err
}

// synthetic returns whether made-up rows took part in an answer, which the question itself may not have asked for; nil
// where that cannot be found out. It asks the question once more, with the mark of every figure, row and estimate.
func (s *Edge) synthetic(ctx context.Context, release *db.Release, of receipts.Receipt) *bool {
	no := false
	if !release.Info().Synthetic {
		return &no
	}
	text, marks, err := receipts.WithMarks(s.schema, of.Document)
	if err != nil {
		return nil
	}
	if marks.Asked == 0 && !marks.Counts {
		return &no
	}
	limits := limitsOf(ctx)
	limits.Aliases, limits.Tokens, limits.Depth = limits.Aliases+2*marks.Asked, limits.Tokens+6*marks.Asked, limits.Depth+1
	ctx = context.WithValue(context.WithValue(ctx, limitsKey{}, limits), ownKey{}, true)
	of.Document = text
	data, refused, err := s.loopback.again(ctx, of)
	if err != nil || refused != "" {
		return nil
	}
	took := marks.Took(data)
	if !took && marks.Counts {
		if release.Info().Factual {
			return nil // some rows are made up, and nothing says whether one was counted
		}
		took = true
	}
	return &took
}

// shownReceipt is what the page of a receipt shows.
type shownReceipt struct {
	*verdict
	Of  receipts.Receipt
	URL string
}

// Hash returns the SHA-256 of the document.
func (s shownReceipt) Hash() string { return hashOf(s.receipt.Document) }

// MadeUp says whether synthetic rows took part.
func (s shownReceipt) MadeUp() bool { return s.Synthetic != nil && *s.Synthetic }

// Unknown says that it could not be found out whether synthetic rows took part.
func (s shownReceipt) Unknown() bool { return s.Synthetic == nil && s.Data != nil }

// VariablesText returns the variables in JSON; "" where there are none.
func (s shownReceipt) VariablesText() (string, error) {
	if len(s.receipt.Variables) == 0 {
		return "", nil
	}
	text, err := json.MarshalIndent(s.receipt.Variables, "", "  ")
	return string(text), err
}

// Question returns the address, within the server, that asks the release again.
func (s shownReceipt) Question() (string, error) {
	values := url.Values{"query": {s.receipt.Document}}
	if s.receipt.Operation != "" {
		values.Set("operationName", s.receipt.Operation)
	}
	if len(s.receipt.Variables) > 0 {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(s.receipt.Variables); err != nil {
			return "", err
		}
		values.Set("variables", text.String())
	}
	return fmt.Sprintf("/releases/%d/graphql?%s", s.receipt.Release, values.Encode()), nil
}

// Figures returns the answer as the page lays it out.
func (s shownReceipt) Figures() (receipts.Figure, error) { return receipts.LayOut(s.Data) }

// CurrentFigures returns the current release's answer as the page lays it out.
func (s shownReceipt) CurrentFigures() (receipts.Figure, error) {
	return receipts.LayOut(s.Current.Data)
}
