// Package tracing records what requests do by OpenTelemetry, and sends it to a collector.
package tracing

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

// To returns a Tracing that hands its spans to a provider, which stays the caller's to configure. Close ends it.
func To(provider *sdktrace.TracerProvider) *Tracing {
	return &Tracing{provider, provider.Tracer("homebound")}
}

// Close sends what has not been sent yet.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Answer is what became known of a request. Neither its query string nor a header is in it.
type Answer struct {
	Route    string // the pattern that it was answered by
	Status   int    // 0 where nothing was sent
	Release  int
	Cache    string   // what the cache did for it; "" where none was asked
	Document string   // the hash of what it asked
	Errors   []string // codes of the errors that its reader was shown
}

// Request begins the span of a request, within the one that its traceparent header names. answered ends it.
func (t *Tracing) Request(ctx context.Context, method string, header http.Header) (_ context.Context,
	answered func(Answer)) {
	if t == nil {
		return ctx, func(Answer) {}
	}
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(header))
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, func(a Answer) {
		span.SetName(method + " " + a.Route)
		span.SetAttributes(
			attribute.String("http.request.method", method), attribute.String("http.route", a.Route),
			attribute.Int("http.response.status_code", a.Status), attribute.Int("homebound.release", a.Release),
			attribute.String("homebound.cache", a.Cache), attribute.String("homebound.document", a.Document))
		if a.Status >= 500 || a.Status == 0 {
			span.SetStatus(codes.Error, strings.Join(a.Errors, ","))
		}
		span.End()
	}
}

// Operation begins the span of an operation; ended takes why it was not computed, or nil.
func (t *Tracing) Operation(ctx context.Context, operation *ast.OperationDefinition) (_ context.Context,
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

// Statements returns what watches the SQL statements of an operation, nil where its span is not recorded.
func (t *Tracing) Statements(ctx context.Context) func(context.Context, string) func(error) {
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
