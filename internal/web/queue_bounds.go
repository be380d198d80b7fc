package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/access"
	"homebound/internal/labour"
)

// runner computes each operation in its turn, for no longer than it may take and with no more statements than it
// may run, and enters what it did. It belongs to the executor, so that it holds for every transport: one request
// may carry many operations, and a subscription that waits for its next event computes nothing.
type runner struct {
	queue   *queue
	config  Config
	metrics *metrics
	present graphql.ErrorPresenterFunc
}

var _ interface {
	graphql.OperationParameterMutator
	graphql.OperationInterceptor
} = (*runner)(nil)

// ExtensionName names the extension.
func (*runner) ExtensionName() string { return "Runner" }

// Validate has nothing to hold against the schema.
func (*runner) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters notes which document is asked; one that was asked by its hash has its text by now.
func (*runner) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if e := recordOf(ctx); e != nil && params.Query != "" {
		hash := hashOf(params.Query)[:12]
		e.note(func(e *record) { e.asked = inquiry{document: hash} })
	}
	return nil
}

// InterceptOperation computes a query. A subscription's events are small, and it may wait for them for days.
func (x *runner) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	whole := graphql.GetOperationContext(ctx)
	operation := whole.Operation
	recordOf(ctx).note(func(e *record) { e.asked.operation, e.asked.cost = operation.Name, costOf(whole) })
	responses := next(ctx)
	if operation.Operation == ast.Subscription {
		return responses
	}
	begun := false
	return func(ctx context.Context) *graphql.Response {
		if begun {
			return nil
		}
		begun = true
		return x.compute(ctx, operation, responses)
	}
}

func (x *runner) compute(ctx context.Context, operation *ast.OperationDefinition,
	responses graphql.ResponseHandler) *graphql.Response {
	start := time.Now()
	e := recordOf(ctx)
	ctx, ended := x.config.Tracing.Operation(ctx, operation)
	leave, err := x.queue.enter(ctx)
	if err != nil {
		ended(err)
		return &graphql.Response{Errors: gqlerror.List{x.present(ctx, err)}}
	}
	defer leave()
	if x.config.QueryTimeout > 0 {
		limited, cancel := context.WithTimeout(ctx, x.config.QueryTimeout)
		defer cancel()
		ctx = limited
	}
	ledger := x.config.ledger(ctx)
	response := responses(db.WithLedger(ctx, ledger))
	e.read(ledger)
	x.config.chargeWork(ctx, ledger, costOf(graphql.GetOperationContext(ctx)))
	if over := ctx.Err(); errors.Is(over, context.DeadlineExceeded) {
		e.refused("timeout")
	}
	if x.config.MaxStatements > 0 && ledger.Statements() > ledger.Limit {
		e.refused("statements")
	}
	if e != nil && e.stream {
		x.metrics.operation(operation.Name, time.Since(start))
	}
	if response == nil { // the executor's word for a context that had ended before it began
		err = context.Cause(ctx)
		response = &graphql.Response{Errors: gqlerror.List{x.present(ctx, err)}}
	}
	ended(err)
	return response
}

// statementsAtATime is how many statements of one operation run side by side: enough for two processors, and few
// enough that those of an operation with a hundred fields leave connections to others.
const statementsAtATime = 2

// ledger counts and bounds the statements of one operation.
func (c Config) ledger(ctx context.Context) *db.Ledger {
	return &db.Ledger{Limit: int64(c.MaxStatements), Width: statementsAtATime, Watch: c.Tracing.Statements(ctx)}
}

// chargeWork charges the principal for the work of an operation, less what it has been charged for it. An answer costs
// little that is small, however many rows were read for it; work is only known when it is done, and so it may be owed.
func (c Config) chargeWork(ctx context.Context, done *db.Ledger, charged int) {
	if c.WorkPerCost > 0 {
		worth := int(done.Work() / c.WorkPerCost)
		principalOf(ctx).Limiter.Owe(time.Now(), worth-charged)
		recordOf(ctx).note(func(e *record) { e.asked.cost = max(e.asked.cost, worth) })
	}
}

// counting lets errors be counted as they are shown. One without a path is about the request, not about a field of
// its answer.
func counting(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := present(ctx, err)
		code := codeOf(shown)
		e := recordOf(ctx)
		e.failed(code)
		_, spent := errorAs[*access.OverBudget](err)
		if reason, is := refusals[labour.Code(code)]; is && len(shown.Path) == 0 && !spent {
			e.refused(reason)
		}
		return shown
	}
}

// refusals are what requests are turned away for, by the code that they are told.
var refusals = map[labour.Code]string{labour.LimitExceeded: "limit", labour.Unauthenticated: "key",
	labour.Forbidden: "forbidden"}

func codeOf(shown *gqlerror.Error) string {
	switch code := shown.Extensions["code"].(type) {
	case labour.Code:
		return string(code)
	case string:
		if graph.IsUnknownHash(shown) {
			return code
		}
	}
	return "other"
}

// executed returns the status of an answer that came out of the executor: a server that was too busy to compute it
// says so where a client, and a proxy before it, looks first.
func executed(w http.ResponseWriter, response *graphql.Response) int {
	if response.Data == nil && len(response.Errors) > 0 && response.Errors[0].Extensions["code"] == labour.Unavailable {
		w.Header().Set("Retry-After", "1")
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}
