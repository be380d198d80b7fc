package web

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"homebound/db"
)

// metrics are the numbers of one server. Every label has a bounded number of values.
type metrics struct {
	registry    *prometheus.Registry
	names       map[string]bool // of operations that are told apart
	requests    *prometheus.CounterVec
	errors      *prometheus.CounterVec
	refused     *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	cache       *prometheus.CounterVec
	statements  prometheus.Counter
	sqlSeconds  prometheus.Counter
	connections prometheus.Gauge
}

func newMetrics(store *db.Store) *metrics {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "homebound", Name: name, Help: help}
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		names:    map[string]bool{},
		requests: prometheus.NewCounterVec(counter("requests_total", "HTTP requests that were answered."),
			[]string{"route", "status"}),
		errors: prometheus.NewCounterVec(counter("errors_total", "GraphQL errors that readers were shown."),
			[]string{"code"}),
		refused: prometheus.NewCounterVec(counter("refused_total",
			"Requests turned away or cut short, by what bound."), []string{"reason"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "homebound", Name: "operation_duration_seconds", Help: "Time from a request's first byte to its answer, by GraphQL operation.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		cache: prometheus.NewCounterVec(counter("cache_requests_total",
			"Requests by what the cache of answers did: hit, joined another that was being computed, or miss."), []string{"result"}),
		statements: prometheus.NewCounter(counter("sql_statements_total", "SQL statements that requests ran.")),
		sqlSeconds: prometheus.NewCounter(counter("sql_seconds_total",
			"Time that SQL statements of requests took, waiting for a connection included.")),
		connections: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "homebound", Name: "connections",
			Help: "Open HTTP connections; a websocket counts no more once it is one."}),
	}
	m.registry.MustRegister(m.requests, m.errors, m.refused, m.duration, m.cache, m.statements, m.sqlSeconds,
		m.connections,
		releaseCollector{store}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watch adds a number that is read when it is asked for.
func (m *metrics) watch(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "homebound", Name: name,
		Help: help}, read))
}

// request counts an answered request; e.mu is held.
func (m *metrics) request(e *record, status int, took time.Duration) {
	m.requests.WithLabelValues(e.route, strconv.Itoa(status)).Inc()
	if e.cache != "" {
		m.cache.WithLabelValues(e.cache).Inc()
	}
	if e.asked.document != "" && !e.stream {
		m.operation(e.asked.operation, took)
	}
}

// operation enters how long an operation took.
func (m *metrics) operation(name string, took time.Duration) {
	if !m.names[name] {
		name = "other" // clients can make up names without end
	}
	m.duration.WithLabelValues(name).Observe(took.Seconds())
}

// handler shows the numbers in Prometheus' text form.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// ConnState counts open connections; it is for http.Server.
func (s *Edge) ConnState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.metrics.connections.Inc()
	case http.StateClosed, http.StateHijacked:
		s.metrics.connections.Dec()
	}
}

// releaseCollector describes the release that is served at the moment.
type releaseCollector struct{ store *db.Store }

var (
	releaseNumber = describe("release_number", "Number of the release that is served.")
	publishedAt   = describe("release_published_timestamp_seconds", "When the release that is served was published.")
	dataThrough   = describe("release_data_through_timestamp_seconds",
		"Beginning of the last day that the release's data cover, UTC.")
	degraded = describe("release_degraded",
		"1 where the release that CURRENT names cannot be read, so that another one or none is served, or any is refused.")
)

func describe(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("homebound_"+name, help, nil, nil)
}

// Describe names the numbers.
func (c releaseCollector) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{releaseNumber, publishedAt, dataThrough, degraded} {
		all <- d
	}
}

// Collect reads the numbers; where no release is served, the one that says so alone.
func (c releaseCollector) Collect(all chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64) {
		all <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value)
	}
	release, done, err := c.store.Current(context.Background())
	if err != nil {
		gauge(degraded, 1)
		return
	}
	defer done()
	info := release.Info()
	gauge(releaseNumber, float64(info.Number))
	gauge(publishedAt, float64(info.PublishedAt.Unix()))
	if info.DataThrough != nil {
		gauge(dataThrough, float64(info.DataThrough.Time().Unix()))
	}
	if c.store.Trouble() != nil || len(c.store.Refused()) > 0 {
		gauge(degraded, 1)
	} else {
		gauge(degraded, 0)
	}
}
