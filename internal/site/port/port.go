// Package port is what the rooms of the site share: the little that they need of the server's edge, and how they ask.
package port

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"homebound/db"
	"homebound/internal/table"
)

// Edge is what the site needs of the server's edge. The command hands it over; the site and internal/web do not
// know each other. An error that is meant for the reader is a labour.Fault.
type Edge interface {
	Routes
	Answers
	Work
	Settings
}

// Settings are what the edge was set up with.
type Settings interface {
	Store() *db.Store
	Log() *slog.Logger
	// PublicURL returns scheme and host that the server is reached by, without a slash at the end.
	PublicURL() string
	// ExportTimeout returns the most that an export may take; 0 for no bound.
	ExportTimeout() time.Duration
	// ExportSpeed returns the least bytes a second that a client takes an export at; 0 for no bound.
	ExportSpeed() int
	// ExportSpool returns the most MiB on disk of exports that are made and not taken yet.
	ExportSpool() int
}

// Routes register addresses, and put what all requests have in common before their handlers. Put together they
// stand in the order Explained, Admit or AdmitReader, Reading, Bounded, Current or Numbered.
type Routes interface {
	// Handle registers a handler under a pattern of http.ServeMux. It is called before the first request.
	Handle(pattern string, next http.Handler)
	// Lost has a handler answer readers who come to an address that there is not: those who name HTML among what they
	// accept. It is called before the first request.
	Lost(next http.Handler)
	// Explained has refusals shown by a page instead of a GraphQL answer.
	Explained(page func(w http.ResponseWriter, r *http.Request, status int, message string),
		next http.Handler) http.Handler
	// Admit identifies the principal of a request, holds it against its origin, and charges 1 for asking.
	Admit(next http.Handler) http.Handler
	// AdmitReader is Admit for what partners embed: the values may name a partner, whose pages are let in. False
	// leaves it at Admit.
	AdmitReader(values func(*http.Request) (url.Values, bool), next http.Handler) http.Handler
	// Reading answers OPTIONS, and refuses other methods than GET and HEAD.
	Reading(next http.Handler) http.Handler
	// Bounded refuses query strings that are too long.
	Bounded(next http.Handler) http.Handler
	// Current acquires the current release for a request; graph.ReleaseOf returns it.
	Current(next http.Handler) http.Handler
	// Numbered acquires the release that the path value "number" names.
	Numbered(next http.Handler) http.Handler
	// Keep keeps the answers to GET by release, path, query string and what the principal may read.
	Keep(next http.Handler) http.Handler
}

// Answers ask questions in the principal's name, and write what requests have in common.
type Answers interface {
	// Ask decodes the data that a document is answered into a value, as encoding/json does. With a Fault, where a field
	// alone failed, the value has the rest.
	Ask(ctx context.Context, document string, variables map[string]any, into any) error
	// Schema returns the contract.
	Schema() *ast.Schema
	// Refuse answers with a Fault, under the status of its code; any other error goes to the log alone.
	Refuse(w http.ResponseWriter, r *http.Request, err error)
	// RefuseAs answers with a Fault under a status.
	RefuseAs(w http.ResponseWriter, r *http.Request, status int, err error)
	// DoNotKeep tells Keep that the answer which is being written is not for others.
	DoNotKeep(w http.ResponseWriter)
	// CacheControl returns how long and by whom an answer may be kept.
	CacheControl(r *http.Request) []string
	// Shared returns a request like r, whose answer by the current release shared caches may keep for a short while,
	// so that many readers of one page cost one question.
	Shared(r *http.Request) *http.Request
	// FrameAncestors lists the pages that may show an embed, as Content-Security-Policy has it.
	FrameAncestors(values url.Values) (string, error)
	// Rights names what the principal of a request may read, which the same question may have different answers for.
	Rights(ctx context.Context) string
	// Anonymous returns a context for questions of a reader without a key. False says that no such reader is let in.
	Anonymous(ctx context.Context) (context.Context, bool)
}

// Work bounds what is computed beside GraphQL, and charges for it.
type Work interface {
	// Slot waits for a turn to compute; leave gives it back.
	Slot(ctx context.Context) (leave func(), err error)
	// ExportSlot waits for a turn to send a file, in a queue of its own.
	ExportSlot(ctx context.Context) (leave func(), err error)
	// Metered counts and bounds the SQL statements of what runs under the context; done enters them into the log.
	Metered(ctx context.Context) (metered context.Context, done func())
	// Cost returns what the last question of a request was found to cost.
	Cost(ctx context.Context) int
	// Charge takes a cost from the principal's budget, at most all of it. What runs under the context that it
	// returns is paid for.
	Charge(ctx context.Context, cost int) (context.Context, error)
	// CountRefusal counts a request that a bound cut short.
	CountRefusal(ctx context.Context, reason string)
	// TellApart has the metrics count an operation by its name. It is called before the first request.
	TellApart(operation string)
}

// Base is what every room of the site stands on.
type Base struct {
	Edge
	Store      *db.Store
	Log        *slog.Logger
	PublicURL  string
	Parameters Parameters
}

// NewBase returns the base of the rooms of one site.
func NewBase(edge Edge) Base {
	return Base{edge, edge.Store(), edge.Log(), edge.PublicURL(), NewParameters(edge.Schema())}
}

// Resource registers what a release has to show beside its answers, at the address of the current release and, for
// good, at that of a numbered one.
func (b Base) Resource(path string, next http.Handler) {
	b.Handle(path, b.Admit(b.Reading(b.Bounded(b.Current(next)))))
	b.Handle("/releases/{number}"+path, b.Admit(b.Reading(b.Bounded(b.Numbered(next)))))
}

// Permanent returns the address under which a release is found for good.
func (b Base) Permanent(number int) string { return b.PublicURL + ReleasePath(number) }

// OEmbed returns the address at which other sites ask how to show what is at a path of this server, but for the
// format. It is absolute: editors such as WordPress's ask it as it stands.
func (b Base) OEmbed(path string) string {
	return b.PublicURL + "/oembed?" + url.Values{"url": {b.PublicURL + path}}.Encode()
}

// ReleasePath returns what stands before the paths of a release, which is nothing for the current one, release 0.
func ReleasePath(release int) string {
	if release == 0 {
		return ""
	}
	return "/releases/" + strconv.Itoa(release)
}

// Within returns a request like r for another path of r's release, to be answered as one that may change.
func Within(r *http.Request, path string, values url.Values) *http.Request {
	other := r.Clone(r.Context())
	other.URL.Path, other.URL.RawPath, other.URL.RawQuery = path, "", values.Encode()
	other.SetPathValue("number", "")
	return other
}

// PathWithin returns the path of a request within its release, which is the same for the current one and under its
// number.
func PathWithin(r *http.Request) string {
	return strings.TrimPrefix(r.URL.Path, "/releases/"+r.PathValue("number"))
}

// SyntheticColumn is the column by which every row of figures carries the mark of synthetic rows, wherever it is
// copied to.
var SyntheticColumn = table.Column{Name: "synthetic", Kind: table.Bool,
	Description: "Whether synthetic rows took part in the figures."}

// WriteJSON writes a value for people to read, too: in lines, and with < and & as they are.
func WriteJSON(to io.Writer, value any) error {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// ETag returns a strong entity tag: the same bytes, the same tag.
func ETag[T string | []byte](content T) string {
	return fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(content)))[:33] + `"`
}

// Texts returns the members of a list variable; a single value stands for a list of one.
func Texts(value any) []string {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		list := make([]string, 0, len(v))
		for _, member := range v {
			if text, ok := member.(string); ok {
				list = append(list, text)
			}
		}
		return list
	}
	return nil
}
