// Package pages serves what people read: the page of a release, what it changed, and the feed of releases.
package pages

import (
	"bytes"
	_ "embed"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"homebound/db"
	"homebound/internal/mount"
	"homebound/internal/site/embeds"
	"homebound/internal/site/graphiql"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
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

var homePage = mount.Parse(homeText, homeWords)

// homePolicy lets the page load its own style, script and pictures, and nothing else.
const homePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// Pages are what people read: the page of a release, what it changed, and the feed of releases.
type Pages struct {
	port.Base
	charts *pictures.Pictures
	embeds *embeds.Embeds
}

// NewPages registers the feed, and the page that a person reads first: of the current release and, for ever, of
// each. Whoever is not let in, or comes too early, gets a page that says so.
func New(base port.Base, charts *pictures.Pictures, embeds *embeds.Embeds) *Pages {
	s := &Pages{base, charts, embeds}
	page := http.HandlerFunc(s.showHome)
	s.Handle("GET /{$}", s.Explained(s.showNotice, s.Admit(s.Current(page))))
	s.Handle("GET /releases/{number}/{$}", s.Explained(s.showNotice, s.Admit(s.Numbered(page))))
	s.Handle("GET /home.css", homeAsset("text/css; charset=utf-8", homeStyle))
	s.Handle("GET /home.js", homeAsset("text/javascript; charset=utf-8", homeScript))
	s.Handle("GET /home.svg", homeAsset("image/svg+xml", homeIcon))
	s.changes()
	s.feed()
	return s
}

// showHome shows the page of the release that it is lent. The page depends on that and on which release is current,
// since that of an old one says that there is a newer one: it is kept by both, and asked for again each time.
func (s *Pages) showHome(w http.ResponseWriter, r *http.Request) {
	newest, done, err := s.Store.Current(r.Context())
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	done()
	number := strconv.Itoa(newest.Info().Number)
	s.Keep(http.HandlerFunc(s.tellHome)).ServeHTTP(w, port.Within(r, "/",
		url.Values{"current": {number}, "address": {strings.TrimSuffix(r.URL.Path, "/") + "/"}}))
}

func (s *Pages) tellHome(w http.ResponseWriter, r *http.Request) {
	told, err := s.tellStory(r.Context())
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	if number := r.URL.Query().Get("current"); number != strconv.Itoa(told.Release.Number) {
		told.Current = number
	}
	told.OEmbed = s.OEmbed(r.URL.Query().Get("address"))
	if told.partial() {
		s.DoNotKeep(w) // what is refused to this principal now may be told to the next
	}
	s.writeHome(w, r, http.StatusOK, told)
}

// showNotice shows why there is no release to tell of. Before the first one there is nothing wrong about that.
func (s *Pages) showNotice(w http.ResponseWriter, r *http.Request, status int, message string) {
	if _, _, err := s.Store.Current(r.Context()); errors.Is(err, db.ErrNoRelease) &&
		status == http.StatusServiceUnavailable {
		status = http.StatusOK
	}
	w.Header().Set("Cache-Control", "no-store")
	s.writeHome(w, r, status, &homeData{Notice: message, KeyNeeded: status == http.StatusUnauthorized})
}

func (s *Pages) writeHome(w http.ResponseWriter, r *http.Request, status int, data *homeData) {
	data.Tabs, data.PublicURL = homeTabs, s.PublicURL
	var page bytes.Buffer
	if err := homePage.Write(&page, mount.Of(s.PublicURL), "", data); err != nil {
		s.Log.ErrorContext(r.Context(), "the page broke off", "error", err)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "Something failed in the server; the operator's log says what.\n")
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

// question returns the comment that a tab's query begins with.
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
