package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
)

// What the edge offers to those who serve something beside GraphQL; they say themselves what they need of it.

// Handle registers a handler under a pattern of http.ServeMux. It is called before the first request.
func (s *Site) Handle(pattern string, next http.Handler) { s.mux.Handle(pattern, next) }

// Explained has refusals shown by a page instead of a GraphQL answer.
func (s *Site) Explained(page func(w http.ResponseWriter, r *http.Request, status int, message string), next http.Handler) http.Handler {
	return refusingBy(page, next)
}

// Admit identifies the principal of a request, and charges 1 for asking.
func (s *Site) Admit(next http.Handler) http.Handler { return s.gate.admit(next) }

// AdmitReader is Admit for embeds: the values may name the partner whose page shows one. False leaves it at Admit.
func (s *Site) AdmitReader(values func(*http.Request) (url.Values, bool), next http.Handler) http.Handler {
	return s.gate.admitBy(func(r *http.Request) (*visitor, error) {
		if named, may := values(r); may {
			return s.gate.identifyReader(r, named)
		}
		return s.gate.identify(r)
	}, next)
}

// Reading answers OPTIONS, and refuses other methods than GET and HEAD.
func (s *Site) Reading(next http.Handler) http.Handler { return methods(forReading, next) }

// Bounded refuses query strings that are too long.
func (s *Site) Bounded(next http.Handler) http.Handler { return bounded(next) }

// Current acquires the current release for a request.
func (s *Site) Current(next http.Handler) http.Handler { return current(s.config, next, nil) }

// Numbered acquires the release that the path value "number" names.
func (s *Site) Numbered(next http.Handler) http.Handler { return numbered(s.config, next, nil) }

// Keep keeps the answers to GET.
func (s *Site) Keep(next http.Handler) http.Handler { return s.cached(next) }

// DoNotKeep tells Keep that the answer which is being written is not for others.
func (s *Site) DoNotKeep(w http.ResponseWriter) {
	if kept, ok := w.(*recorded); ok {
		kept.failed = true
	}
}

// Ask decodes the data that a document is answered into a value, as encoding/json does.
func (s *Site) Ask(ctx context.Context, document string, variables map[string]any, into any) error {
	return s.asker.ask(ctx, document, variables, into)
}

// AskAnew is Ask past the answers that are kept.
func (s *Site) AskAnew(ctx context.Context, document string, variables map[string]any, into any) error {
	return s.direct.ask(ctx, document, variables, into)
}

// Schema returns the contract.
func (s *Site) Schema() *ast.Schema { return s.schema }

// Refuse answers with a Fault, under the status of its code; any other error goes to the log alone.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, err error) { s.refuseFault(w, r, err) }

// RefuseAs answers with a Fault under a status.
func (s *Site) RefuseAs(w http.ResponseWriter, r *http.Request, status int, err error) {
	refuse(w, r, status, err)
}

// CacheControl returns how long and by whom an answer may be kept.
func (s *Site) CacheControl(r *http.Request) []string { return freshness(r) }

// FrameAncestors lists the pages that may show an embed, as Content-Security-Policy has it.
func (s *Site) FrameAncestors(values url.Values) (string, error) {
	partner, err := s.gate.partner(values)
	return s.gate.mayFrame(partner), err
}

// Rights names what the principal of a request may read.
func (s *Site) Rights(ctx context.Context) string {
	return fmt.Sprintf("%+v", visitorOf(ctx).allowance)
}

// Anonymous returns a context for questions of a reader without a key. False says that no such reader is let in.
func (s *Site) Anonymous(ctx context.Context) (context.Context, bool) {
	return s.gate.known(ctx, &visitor{allowance: s.gate.allowance(nil)}), !s.gate.RefuseAnonymous
}

// Slot waits for a turn to compute; leave gives it back.
func (s *Site) Slot(ctx context.Context) (leave func(), err error) { return s.queue.enter(ctx) }

// ExportSlot waits for a turn to send a file, in a queue of its own.
func (s *Site) ExportSlot(ctx context.Context) (leave func(), err error) {
	return s.exporting.enter(ctx)
}

// Metered counts and bounds the SQL statements of what runs under the context; done enters them into the log.
func (s *Site) Metered(ctx context.Context) (metered context.Context, done func()) {
	ledger := &db.Ledger{Limit: int64(s.config.MaxStatements), Watch: s.config.Tracing.statements(ctx)}
	return db.WithLedger(ctx, ledger), func() { entryOf(ctx).read(ledger) }
}

// Cost returns what the last question of a request was found to cost.
func (s *Site) Cost(ctx context.Context) int { return entryOf(ctx).asks().cost }

// Charge takes a cost from the principal's budget: where that is more than a whole budget, all but the 1 that asking costs.
// What runs under the context that it returns is paid for.
func (s *Site) Charge(ctx context.Context, cost int) (context.Context, error) {
	entryOf(ctx).note(func(e *entry) { e.asked.cost += cost })
	visitor := *visitorOf(ctx)
	if visitor.Limiter != nil {
		if err := visitor.Limiter.Charge(time.Now(), min(cost, visitor.Limiter.Budget.Cost-1)); err != nil {
			return ctx, err
		}
		visitor.Limiter = nil
	}
	return context.WithValue(ctx, visitorKey{}, &visitor), nil
}

// CountRefusal counts a request that a bound cut short.
func (s *Site) CountRefusal(ctx context.Context, reason string) { entryOf(ctx).refused(reason) }

// permanent returns the address under which a release is found for good.
func (s *Site) permanent(number int) string {
	return s.config.PublicURL + "/releases/" + strconv.Itoa(number)
}
