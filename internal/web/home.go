package web

import (
	"bytes"
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"homebound/db"
	"homebound/internal/site/graphiql"
)

var (
	//go:embed home.html
	homeText string
	//go:embed home.css
	homeStyle []byte
	//go:embed home.js
	homeScript []byte
	//go:embed home.svg
	homeIcon []byte
)

var homePage = template.Must(template.New("home").Funcs(homeWords).Parse(homeText))

// homePolicy lets the page load its own style, script and pictures, and nothing else.
const homePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'"

// home registers the page that a person reads first: of the current release and, for ever, of each. Whoever is not let in, or
// comes too early, gets a page that says so.
func (s *Site) home(mux *http.ServeMux) {
	page := http.HandlerFunc(s.showHome)
	mux.Handle("GET /{$}", refusingBy(s.showNotice, s.gate.admit(current(s.config, page, nil))))
	mux.Handle("GET /releases/{number}/{$}", refusingBy(s.showNotice, s.gate.admit(numbered(s.config, page, nil))))
	mux.Handle("GET /home.css", homeAsset("text/css; charset=utf-8", homeStyle))
	mux.Handle("GET /home.js", homeAsset("text/javascript; charset=utf-8", homeScript))
	mux.Handle("GET /home.svg", homeAsset("image/svg+xml", homeIcon))
}

// showHome shows the page of the release that it is lent. The page depends on that and on which release is current, since that
// of an old one says that there is a newer one: it is kept by both, and asked for again each time.
func (s *Site) showHome(w http.ResponseWriter, r *http.Request) {
	newest, done, err := s.config.Store.Current(r.Context())
	if err != nil {
		s.refuseFault(w, r, err)
		return
	}
	done()
	number := strconv.Itoa(newest.Info().Number)
	s.cached(http.HandlerFunc(s.tellHome)).ServeHTTP(w, within(r, "/", url.Values{"current": {number}}))
}

func (s *Site) tellHome(w http.ResponseWriter, r *http.Request) {
	told, err := s.tellStory(r.Context())
	if err != nil {
		s.refuseFault(w, r, err)
		return
	}
	if number := r.URL.Query().Get("current"); number != strconv.Itoa(told.Release.Number) {
		told.Current = number
	}
	if kept, ok := w.(*recorded); ok {
		kept.failed = told.partial() // what is refused to this visitor now may be told to the next
	}
	s.writeHome(w, r, http.StatusOK, told)
}

// showNotice shows why there is no release to tell of. Before the first one there is nothing wrong about that.
func (s *Site) showNotice(w http.ResponseWriter, r *http.Request, status int, message string) {
	if _, _, err := s.config.Store.Current(r.Context()); errors.Is(err, db.ErrNoRelease) && status == http.StatusServiceUnavailable {
		status = http.StatusOK
	}
	w.Header().Set("Cache-Control", "no-store")
	s.writeHome(w, r, status, &homeData{Notice: message, KeyNeeded: status == http.StatusUnauthorized})
}

func (s *Site) writeHome(w http.ResponseWriter, r *http.Request, status int, data *homeData) {
	data.Tabs, data.PublicURL = homeTabs, s.config.PublicURL
	var page bytes.Buffer
	if err := homePage.Execute(&page, data); err != nil {
		s.config.Log.ErrorContext(r.Context(), "the page broke off", "error", err)
		plain(w, http.StatusInternalServerError, "Something failed in the server; the operator's log says what.\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", homePolicy)
	w.WriteHeader(status)
	_, _ = w.Write(page.Bytes()) // whoever went away reads no error either
}

func homeAsset(kind string, text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(text)
	}
}

type homeLink struct{ Text, URL string }

// homeTabs are the questions with which GraphiQL opens.
var homeTabs = func() (links []homeLink) {
	for _, tab := range graphiql.Tabs() {
		links = append(links, homeLink{question(tab.Query), "/graphiql?query=" + url.QueryEscape(tab.Query)})
	}
	return links
}()

// question gives the comment that a tab's query begins with.
func question(query string) string {
	var words []string
	for line := range strings.Lines(query) {
		text, isComment := strings.CutPrefix(line, "#")
		if !isComment {
			break
		}
		words = append(words, strings.Fields(text)...)
	}
	return strings.Join(words, " ")
}
