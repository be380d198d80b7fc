// Package mount lets a server answer below a path of its host, such as https://example.org/homebound/, while its
// handlers and pages know nothing of it: they name their own addresses from the root, as /graphql. Requests lose the path
// on their way in, and links of pages get it on their way out. No page can forget it, since pages are made by Template
// alone: test/house_test.go keeps templates of HTML to this package.
//
// A template calls no method: what looks methods up by name has the linker keep every method of the program. It asks for
// the fields of a value, or by a word, which is a function.
package mount

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	template "github.com/DataDog/datadog-agent/pkg/template/html"
)

// Path is the path that a server answers below, without a slash at the end; "" for the root.
type Path string

// Of returns the path of a public address, which the command has checked.
func Of(public string) Path {
	u, err := url.Parse(public)
	if err != nil {
		return ""
	}
	return Path(strings.TrimRight(u.Path, "/"))
}

// Origin returns an address without its path.
func Origin(public string) string {
	return strings.TrimSuffix(strings.TrimRight(public, "/"), string(Of(public)))
}

// own finds the addresses of the server's own in a page: its templates leave no quotation mark in texts and values.
var own = regexp.MustCompile(` (href|src|srcset|action|poster|data|data-print)="/([^/])`)

// HTML writes the path before the own addresses of a page.
func (p Path) HTML(page []byte) []byte {
	if p == "" {
		return page
	}
	return own.ReplaceAll(page, []byte(` ${1}="`+string(p)+`/${2}`))
}

// Marks stand around a part of a text that is in another language than the page. They are of Unicode's private use, and
// no text has them: Mark takes out what it is handed.
const (
	markBegins = "\uE000"
	markEnds   = "\uE001"
)

var marks = strings.NewReplacer(markBegins, "", markEnds, "")

// Mark returns a part of a text that Marked writes as one in another language.
func Mark(text string) string { return markBegins + marks.Replace(text) + markEnds }

// Unmarked returns a text as it stands where nothing can be marked, as in a title.
func Unmarked(text string) string { return marks.Replace(text) }

// Marked writes a text into a page, its marked parts as elements of the language.
func Marked(text, lang string) any {
	escaped := template.HTMLEscapeString(text)
	return template.HTML(strings.NewReplacer(markBegins, `<span lang="`+template.HTMLEscapeString(lang)+`">`, markEnds,
		"</span>").Replace(escaped))
}

// Template is a page.
type Template struct{ parsed *template.Template }

// Parse returns the page of a text, in which words are functions. A text that cannot be parsed is a fault of the program.
func Parse(text string, words map[string]any) *Template {
	return &Template{template.Must(template.New("page").Funcs(words).Parse(text))}
}

// Write writes a page for a server below a path; name is that of a page that the text defines, "" for the text itself.
// Nothing is written where the page cannot be made.
func (t *Template) Write(w io.Writer, at Path, name string, data any) error {
	var page bytes.Buffer
	parsed := t.parsed
	if name != "" {
		parsed = parsed.Lookup(name)
	}
	if err := parsed.Execute(&page, data); err != nil {
		return fmt.Errorf("make the page: %w", err)
	}
	_, _ = w.Write(at.HTML(page.Bytes())) // whoever went away reads no error either
	return nil
}

// Below takes the path off the requests to next, whether or not a proxy has done so already, and writes it before the
// addresses that next redirects to. known reports whether next answers a request: one that it answers as it is
// alone came without the path, although it looks as if it had it.
func (p Path) Below(known func(*http.Request) bool, next http.Handler) http.Handler {
	if p == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, below := strings.CutPrefix(r.URL.Path, string(p))
		if below && rest == "" {
			http.Redirect(w, r, string(p)+"/", http.StatusMovedPermanently)
			return
		}
		if below && rest[0] == '/' {
			stripped := withPath(r, rest, strings.TrimPrefix(r.URL.RawPath, string(p)))
			if known(stripped) || !known(r) {
				r = stripped
			}
		}
		next.ServeHTTP(&located{ResponseWriter: w, at: p}, r)
	})
}

// Restore puts the path back for a handler that knows its whole address.
func (p Path) Restore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, withPath(r, string(p)+r.URL.Path, ""))
	})
}

func withPath(r *http.Request, path, raw string) *http.Request {
	other := new(http.Request)
	*other = *r
	address := *r.URL
	address.Path, address.RawPath = path, raw
	other.URL = &address
	return other
}

// located is a response whose redirects stay below the path.
type located struct {
	http.ResponseWriter
	at        Path
	redirects bool
}

// WriteHeader writes the path before a redirect's address.
func (l *located) WriteHeader(status int) {
	if to := l.Header().Get("Location"); strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") {
		l.Header().Set("Location", string(l.at)+to)
		l.redirects = true
	}
	l.ResponseWriter.WriteHeader(status)
}

// Write writes the path into the page that goes with a redirect.
func (l *located) Write(part []byte) (int, error) {
	if l.redirects {
		_, err := l.ResponseWriter.Write(l.at.HTML(part))
		return len(part), err
	}
	return l.ResponseWriter.Write(part)
}

// Unwrap lets a ResponseController, and a websocket, reach the connection.
func (l *located) Unwrap() http.ResponseWriter { return l.ResponseWriter }
