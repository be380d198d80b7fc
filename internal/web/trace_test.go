package web_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"homebound/internal/eventually"
	"homebound/internal/site/sitetest"
	"homebound/internal/tracing"
	"homebound/internal/web"
)

func attributesOf(span tracetest.SpanStub) map[string]string {
	values := map[string]string{}
	for _, a := range span.Attributes {
		values[string(a.Key)] = a.Value.String()
	}
	return values
}

func TestTracing_FollowsARequestToItsStatements(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	o := sitetest.NewOperated(t, func(c *web.Config, _ *http.Server) {
		c.Tracing = tracing.To(sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)))
	})
	o.Post(`query Mine {permits(first: 7, filter: {within: "RU-PRI"}) {totalCount}}`, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	eventually.True(t, func() bool { return len(spans.GetSpans()) >= 3 }, sitetest.WaitFor, sitetest.Tick)
	byName := map[string]tracetest.SpanStub{}
	for _, span := range spans.GetSpans() {
		byName[span.Name] = span
	}
	request, operation, statement := byName["POST /graphql"], byName["graphql.query"], byName["SELECT"]
	assert.Equal(t, "0af7651916cd43dd8448eb211c80319c", request.SpanContext.TraceID().String())
	assert.Equal(t, "b7ad6b7169203331", request.Parent.SpanID().String())
	assert.Equal(t, trace.SpanKindServer, request.SpanKind)
	assert.Equal(t, request.SpanContext.SpanID(), operation.Parent.SpanID())
	assert.Equal(t, operation.SpanContext.SpanID(), statement.Parent.SpanID())
	assert.Equal(t, "200", attributesOf(request)["http.response.status_code"])
	assert.Equal(t, "1", attributesOf(request)["homebound.release"])
	assert.Equal(t, "Mine", attributesOf(operation)["graphql.operation.name"])
	assert.Contains(t, attributesOf(statement)["db.query.text"], "region_code IN (?)")
	assert.NotContains(t, attributesOf(statement)["db.query.text"], "RU-PRI", "values are not part of a statement's text")
	assert.Equal(t, "permits", attributesOf(statement)["graphql.field.path"])

	spans.Reset()
	o.Post(`query Mine {permits(first: 7, filter: {within: "RU-PRI"}) {totalCount}}`)
	eventually.True(t, func() bool { return len(spans.GetSpans()) >= 1 }, sitetest.WaitFor, sitetest.Tick)
	assert.Len(t, spans.GetSpans(), 1, "a kept answer runs nothing")
	assert.Equal(t, "hit", attributesOf(spans.GetSpans()[0])["homebound.cache"])
}
