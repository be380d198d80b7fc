package tracing_test

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"homebound/internal/eventually"
	"homebound/internal/tracing"
)

// collector takes what is sent to it.
type collector struct {
	*httptest.Server
	got    chan *tracepb.TracesData
	header http.Header
	status int
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{got: make(chan *tracepb.TracesData, 10), status: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.header = r.Header
		var from io.Reader = r.Body
		if r.Header.Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(r.Body)
			assert.NoError(t, err)
			from = unpacked
		}
		body, err := io.ReadAll(from)
		assert.NoError(t, err)
		spans := &tracepb.TracesData{}
		assert.NoError(t, proto.Unmarshal(body, spans))
		assert.Equal(t, "/v1/traces", r.URL.Path)
		w.WriteHeader(c.status)
		c.got <- spans
	}))
	t.Cleanup(c.Close)
	return c
}

// span records a request, and sends it.
func span(t *testing.T, traces *tracing.Tracing) {
	t.Helper()
	_, answered := traces.Request(t.Context(), http.MethodGet, http.Header{})
	answered(tracing.Answer{Route: "/healthz", Status: http.StatusOK})
	ctx, cancel := context.WithTimeout(t.Context(), eventually.Patience)
	defer cancel()
	require.NoError(t, traces.Close(ctx))
}

func TestNew_SendsToTheCollectorThatTheVariablesName(t *testing.T) {
	for name, packing := range map[string]string{"plain": "", "packed": "gzip"} {
		t.Run(name, func(t *testing.T) {
			c := newCollector(t)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", c.URL+"/")
			t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x, tenant=seven")
			t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", packing)
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
			traces, err := tracing.New(t.Context(), "v7", slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			span(t, traces)
			got := (<-c.got).ResourceSpans[0]
			assert.Equal(t, "GET /healthz", got.ScopeSpans[0].Spans[0].Name)
			about := map[attribute.Key]string{}
			for _, a := range got.Resource.Attributes {
				about[attribute.Key(a.Key)] = a.Value.GetStringValue()
			}
			assert.Equal(t, "homebound", about["service.name"])
			assert.Equal(t, "v7", about["service.version"])
			assert.Equal(t, "test", about["deployment.environment.name"])
			assert.Equal(t, "Bearer x", c.header.Get("Authorization"))
			assert.Equal(t, "seven", c.header.Get("Tenant"))
			assert.Equal(t, "application/x-protobuf", c.header.Get("Content-Type"))
		})
	}
}

func TestNew_SaysThatSpansAreLost(t *testing.T) {
	c := newCollector(t)
	c.status = http.StatusServiceUnavailable
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", c.URL+"/v1/traces")
	t.Setenv("OTEL_SERVICE_NAME", "another")
	log := &eventually.Journal{}
	traces, err := tracing.New(t.Context(), "v7", slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err)
	start := time.Now()
	span(t, traces)
	assert.Less(t, time.Since(start), eventually.Patience)
	assert.Contains(t, log.String(), "spans are lost: the collector did not take them")
	assert.Contains(t, log.String(), "503")
}

func TestNew_IsOffUnlessACollectorIsNamed(t *testing.T) {
	for name, variables := range map[string]map[string]string{
		"nothing is said":         {},
		"it is switched off":      {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		"no exporter":             {"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
		"an exporter without one": {"OTEL_TRACES_EXPORTER": "otlp"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range variables {
				t.Setenv(variable, value)
			}
			traces, err := tracing.New(t.Context(), "v7", slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			assert.Nil(t, traces)
			span(t, traces) // and costs nothing
		})
	}
}

func TestNew_RefusesWhatItCannotFollow(t *testing.T) {
	for variable, value := range map[string]string{
		"OTEL_TRACES_EXPORTER":                  "zipkin",
		"OTEL_EXPORTER_OTLP_ENDPOINT":           "collector:4318",
		"OTEL_EXPORTER_OTLP_PROTOCOL":           "grpc",
		"OTEL_EXPORTER_OTLP_COMPRESSION":        "snappy",
		"OTEL_EXPORTER_OTLP_TIMEOUT":            "soon",
		"OTEL_EXPORTER_OTLP_HEADERS":            "nonsense",
		"OTEL_EXPORTER_OTLP_CERTIFICATE":        "no-such-file",
		"OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": "no-such-file",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
			t.Setenv(variable, value)
			_, err := tracing.New(t.Context(), "v7", slog.New(slog.DiscardHandler))
			require.ErrorContains(t, err, variable)
		})
	}
}
