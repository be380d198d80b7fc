package tracing

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// New sends spans to a collector where the standard variables of OpenTelemetry name one
// (OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT), and returns nil where they do not. Spans that
// cannot be delivered are lost, and log says so. It returns an error for a variable whose value it cannot follow.
func New(ctx context.Context, version string, log *slog.Logger) (*Tracing, error) {
	endpoint, err := collector()
	if endpoint == "" || err != nil {
		return nil, err
	}
	c, err := newCollectorClient(endpoint, log)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "homebound"),
		attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	return To(sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))), nil
}

// setting returns a variable of the exporter: the one of traces alone, else the one of every signal.
func setting(name string) string {
	if value := os.Getenv("OTEL_EXPORTER_OTLP_TRACES_" + name); value != "" {
		return value
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_" + name)
}

// collector returns the address that spans are sent to, "" where none are to be sent.
func collector() (string, error) {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return "", nil
	}
	switch exporter := os.Getenv("OTEL_TRACES_EXPORTER"); exporter {
	case "none":
		return "", nil
	case "", "otlp":
	default:
		return "", fmt.Errorf("OTEL_TRACES_EXPORTER: expected otlp or none, found %.40q", exporter)
	}
	endpoint := os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if base := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); endpoint == "" && base != "" {
		endpoint = strings.TrimSuffix(base, "/") + "/v1/traces"
	}
	if endpoint == "" {
		return "", nil
	}
	if u, err := url.Parse(endpoint); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("OTEL_EXPORTER_OTLP_ENDPOINT: expected an address such as http://127.0.0.1:4318, found %.80q", endpoint)
	}
	if protocol := setting("PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return "", fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: expected http/protobuf, found %.40q", protocol)
	}
	return endpoint, nil
}

// collectorClient posts spans to a collector, as OTLP over HTTP has it. The exporter of OpenTelemetry's own brings
// all of gRPC with it.
type collectorClient struct {
	endpoint string
	header   http.Header
	packed   bool
	http     *http.Client
	log      *slog.Logger
}

func newCollectorClient(endpoint string, log *slog.Logger) (*collectorClient, error) {
	c := &collectorClient{endpoint: endpoint, header: http.Header{}, log: log,
		http: &http.Client{Timeout: 10 * time.Second}}
	c.header.Set("Content-Type", "application/x-protobuf")
	for pair := range strings.SplitSeq(setting("HEADERS"), ",") {
		name, value, found := strings.Cut(pair, "=")
		if decoded, err := url.PathUnescape(strings.TrimSpace(value)); found && err == nil {
			c.header.Set(strings.TrimSpace(name), decoded)
		} else if strings.TrimSpace(pair) != "" {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS: expected name=value pairs with commas between them, each value percent-encoded")
		}
	}
	if text := setting("TIMEOUT"); text != "" {
		ms, err := strconv.Atoi(text)
		if err != nil || ms <= 0 {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_TIMEOUT: expected milliseconds, found %.40q", text)
		}
		c.http.Timeout = time.Duration(ms) * time.Millisecond
	}
	switch packing := setting("COMPRESSION"); packing {
	case "", "none":
	case "gzip":
		c.packed = true
		c.header.Set("Content-Encoding", "gzip")
	default:
		return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_COMPRESSION: expected gzip or none, found %.40q", packing)
	}
	security, err := collectorTLS()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = security
	c.http.Transport = transport
	return c, nil
}

// collectorTLS reads the certificates that are asked for.
func collectorTLS() (*tls.Config, error) {
	security := &tls.Config{MinVersion: tls.VersionTLS12}
	if file := setting("CERTIFICATE"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: %w", err)
		}
		security.RootCAs = x509.NewCertPool()
		if !security.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CERTIFICATE: expected certificates in PEM, found none in %s",
				file)
		}
	}
	if file := setting("CLIENT_CERTIFICATE"); file != "" {
		own, err := tls.LoadX509KeyPair(file, setting("CLIENT_KEY"))
		if err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: %w", err)
		}
		security.Certificates = []tls.Certificate{own}
	}
	return security, nil
}

// Start has nothing to open.
func (*collectorClient) Start(context.Context) error { return nil }

// Stop returns back idle connections.
func (c *collectorClient) Stop(context.Context) error {
	c.http.CloseIdleConnections()
	return nil
}

// UploadTraces posts spans. Where that fails they are lost: what answers readers waits for no collector. The log
// says so, and the error goes no further, for its way would be through a handler that the whole process shares.
func (c *collectorClient) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	if err := c.post(ctx, spans); err != nil {
		c.log.WarnContext(ctx, "spans are lost: the collector did not take them", "error", err)
	}
	return nil
}

func (c *collectorClient) post(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// the same bytes as an ExportTraceServiceRequest
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	if c.packed {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write(body) // a buffer takes all
		_ = w.Close()
		body = packed.Bytes()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header = c.header.Clone()
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection can be used again
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}
