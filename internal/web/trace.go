package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracing records what requests do: the request itself, its operation, and each SQL statement without its values. A nil
// Tracing records nothing and costs nothing.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// TracingTo returns a Tracing that hands its spans to a provider, which stays the caller's to configure. Close ends it.
func TracingTo(provider *sdktrace.TracerProvider) *Tracing {
	return &Tracing{provider, provider.Tracer("homebound")}
}

// Close sends what has not been sent yet.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// request begins the span of a request, within the one that its traceparent header names.
func (t *Tracing) request(ctx context.Context, r *http.Request) (context.Context, trace.Span) {
	if t == nil {
		return ctx, nil
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	return t.tracer.Start(ctx, methodOf(r.Method), trace.WithSpanKind(trace.SpanKindServer))
}

// answered ends the span of a request; e.mu is held.
func (t *Tracing) answered(span trace.Span, method string, e *record, status int) {
	if t == nil {
		return
	}
	span.SetName(methodOf(method) + " " + e.route)
	span.SetAttributes(
		attribute.String("http.request.method", methodOf(method)), attribute.String("http.route", e.route),
		attribute.Int("http.response.status_code", status), attribute.Int("homebound.release", e.release),
		attribute.String("homebound.cache", e.cache), attribute.String("homebound.document", e.asked.document))
	if status >= 500 || status == 0 {
		span.SetStatus(codes.Error, strings.Join(e.codes, ","))
	}
	span.End()
}

// operation begins the span of an operation; ended takes why it was not computed, or nil.
func (t *Tracing) operation(ctx context.Context, operation *ast.OperationDefinition) (_ context.Context,
	ended func(error)) {
	if t == nil {
		return ctx, func(error) {}
	}
	ctx, span := t.tracer.Start(ctx, "graphql."+string(operation.Operation), trace.WithAttributes(
		attribute.String("graphql.operation.name", operation.Name), attribute.String("graphql.operation.type",
			string(operation.Operation))))
	return ctx, func(err error) {
		finish(span, err)
	}
}

// statements returns what watches the SQL statements of an operation, nil where its span is not recorded.
func (t *Tracing) statements(ctx context.Context) func(context.Context, string) func(error) {
	if t == nil || !trace.SpanFromContext(ctx).IsRecording() {
		return nil
	}
	return func(ctx context.Context, query string) func(error) {
		verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
		attributes := []attribute.KeyValue{attribute.String("db.system.name", "sqlite"),
			attribute.String("db.query.text", query)}
		if field := graphql.GetFieldContext(ctx); field != nil {
			attributes = append(attributes, attribute.String("graphql.field.path", field.Path().String()))
		}
		_, span := t.tracer.Start(ctx, verb, trace.WithSpanKind(trace.SpanKindClient),
			trace.WithAttributes(attributes...))
		return func(err error) { finish(span, err) }
	}
}

func finish(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
	span.End()
}
