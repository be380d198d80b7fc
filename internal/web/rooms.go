package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
)

// What the edge offers to those who serve something beside GraphQL; they say themselves what they need of it.

// Handle registers a handler under a pattern of http.ServeMux. It is called before the first request.
func (s *Edge) Handle(pattern string, next http.Handler) { s.mux.Handle(pattern, next) }

// Lost has a handler answer readers who come to an address that there is not. It is called before the first request.
func (s *Edge) Lost(next http.Handler) { s.lost = next }

// Explained has refusals shown by a page instead of a GraphQL answer.
func (s *Edge) Explained(page func(w http.ResponseWriter, r *http.Request, status int, message string),
	next http.Handler) http.Handler {
	return refusingBy(page, next)
}

// Admit identifies the principal of a request, and charges 1 for asking.
func (s *Edge) Admit(next http.Handler) http.Handler { return s.admission.admit(next) }

// AdmitReader is Admit for embeds: the values may name the partner whose page shows one. False leaves it at Admit.
func (s *Edge) AdmitReader(values func(*http.Request) (url.Values, bool), next http.Handler) http.Handler {
	return s.admission.admitBy(func(r *http.Request) (*principal, error) {
		if named, may := values(r); may {
			return s.admission.identifyReader(r, named)
		}
		return s.admission.identify(r)
	}, next)
}

// Reading answers OPTIONS, and refuses other methods than GET and HEAD.
func (s *Edge) Reading(next http.Handler) http.Handler { return methods(forReading, next) }

// Bounded refuses query strings that are too long.
func (s *Edge) Bounded(next http.Handler) http.Handler { return bounded(next) }

// Current acquires the current release for a request.
func (s *Edge) Current(next http.Handler) http.Handler { return current(s.config, next, nil) }

// Numbered acquires the release that the path value "number" names.
func (s *Edge) Numbered(next http.Handler) http.Handler { return numbered(s.config, next, nil) }

// Keep keeps the answers to GET.
func (s *Edge) Keep(next http.Handler) http.Handler { return s.cached(next) }

// DoNotKeep tells Keep that the answer which is being written is not for others.
func (s *Edge) DoNotKeep(w http.ResponseWriter) {
	if kept, ok := w.(*recorded); ok {
		kept.failed = true
	}
}

// Ask decodes the data that a document is answered into a value, as encoding/json does.
func (s *Edge) Ask(ctx context.Context, document string, variables map[string]any, into any) error {
	return s.loopback.ask(ctx, document, variables, into)
}

// Schema returns the contract.
func (s *Edge) Schema() *ast.Schema { return s.schema }

// Refuse answers with a Fault, under the status of its code; any other error goes to the log alone.
func (s *Edge) Refuse(w http.ResponseWriter, r *http.Request, err error) { s.refuseFault(w, r, err) }

// RefuseAs answers with a Fault under a status.
func (s *Edge) RefuseAs(w http.ResponseWriter, r *http.Request, status int, err error) {
	refuse(w, r, status, err)
}

// CacheControl returns how long and by whom an answer may be kept.
func (s *Edge) CacheControl(r *http.Request) []string { return freshness(r) }

// Shared returns a request whose answer by the current release shared caches may keep for a short while.
func (s *Edge) Shared(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), sharedKey{}, true))
}

// FrameAncestors lists the pages that may show an embed, as Content-Security-Policy has it.
func (s *Edge) FrameAncestors(values url.Values) (string, error) {
	partner, err := s.admission.partner(values)
	return s.admission.mayFrame(partner), err
}

// Rights names what the principal of a request may read.
func (s *Edge) Rights(ctx context.Context) string {
	return fmt.Sprintf("%+v", principalOf(ctx).allowance)
}

// Anonymous returns a context for questions of a reader without a key. False says that no such reader is let in.
func (s *Edge) Anonymous(ctx context.Context) (context.Context, bool) {
	return s.admission.known(ctx, &principal{allowance: s.admission.allowance(nil), client: ownClient}), !s.admission.RefuseAnonymous
}

// Slot waits for a turn to compute; leave gives it back.
func (s *Edge) Slot(ctx context.Context) (leave func(), err error) { return s.queue.enter(ctx) }

// ExportSlot waits for a turn to make a file, in a queue of its own.
func (s *Edge) ExportSlot(ctx context.Context) (leave func(), err error) {
	return s.exporting.enter(ctx)
}

// Metered counts and bounds the SQL statements of what runs under the context; done enters them into the log, and
// charges for the work beyond what the request was charged by then.
func (s *Edge) Metered(ctx context.Context) (metered context.Context, done func()) {
	ledger := s.config.ledger(ctx)
	return db.WithLedger(ctx, ledger), func() {
		recordOf(ctx).read(ledger)
		s.config.chargeWork(ctx, ledger, recordOf(ctx).asks().cost)
	}
}

// Cost returns what the last question of a request was found to cost.
func (s *Edge) Cost(ctx context.Context) int { return recordOf(ctx).asks().cost }

// Charge takes a cost from the principal's budget: where that is more than a whole budget, all but the 1 that
// asking costs. What runs under the context that it returns is paid for.
func (s *Edge) Charge(ctx context.Context, cost int) (context.Context, error) {
	recordOf(ctx).note(func(e *record) { e.asked.cost += cost })
	principal := *principalOf(ctx)
	if principal.Limiter != nil {
		if err := principal.Limiter.Charge(time.Now(), min(cost, principal.Limiter.Budget.Cost-1)); err != nil {
			return ctx, err
		}
		principal.Limiter = nil
	}
	return context.WithValue(ctx, principalKey{}, &principal), nil
}

// CountRefusal counts a request that a bound cut short.
func (s *Edge) CountRefusal(ctx context.Context, reason string) { recordOf(ctx).refused(reason) }

// permanent returns the address under which a release is found for good.
func (s *Edge) permanent(number int) string {
	return s.config.PublicURL + "/releases/" + strconv.Itoa(number)
}

// TellApart has the metrics count an operation by its name. It is called before the first request.
func (s *Edge) TellApart(operation string) { s.metrics.names[operation] = true }

// Store returns the releases.
func (s *Edge) Store() *db.Store { return s.config.Store }

// Log returns where failures are told.
func (s *Edge) Log() *slog.Logger { return s.config.Log }

// PublicURL returns scheme and host that the server is reached by.
func (s *Edge) PublicURL() string { return s.config.PublicURL }

// ExportTimeout returns the most that an export may take; 0 for no bound.
func (s *Edge) ExportTimeout() time.Duration { return s.config.ExportTimeout }

// ExportSpeed returns the least bytes a second that a client takes an export at; 0 for no bound.
func (s *Edge) ExportSpeed() int { return s.config.ExportSpeed }

// ExportSpool returns the most MiB on disk of exports that are made and not taken yet.
func (s *Edge) ExportSpool() int { return s.config.ExportSpool }
