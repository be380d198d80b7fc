// Package embeds serves charts that other sites take in, and how they find them (oEmbed).
package embeds

import (
	"context"
	"embed"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"

	"homebound/graph"
	"homebound/internal/chart"
	"homebound/internal/mount"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

//go:embed embed
var embedFiles embed.FS

//go:embed embed/page.html
var pageText string

// embedPages are the pages that the text defines by name. A template asks by words for what stands around a picture.
var embedPages = mount.Parse(pageText, map[string]any{"say": speaking.Say, "query": speaking.Query})

// partnerName is the parameter by which an embed names the partner on whose page it stands, which the edge reads.
const partnerName = "partner"

// Embeds are pictures that other sites take in.
type Embeds struct {
	port.Base
	charts  *pictures.Pictures
	element element
	// First names the picture that the page of the release in ctx begins with, and what it is asked by; "" for none.
	First func(ctx context.Context) (name string, values url.Values, err error)
}

// NewEmbeds registers the pages that other sites take in, and what they find them by.
func New(base port.Base, charts *pictures.Pictures) *Embeds {
	s := &Embeds{Base: base, charts: charts, element: newElement(base.Parameters.Schema)}
	values := func(r *http.Request) (url.Values, bool) { return r.URL.Query(), true }
	for address, acquire := range map[string]func(http.Handler) http.Handler{
		"/embed/{chart}": s.Current, "/releases/{number}/embed/{chart}": s.Numbered,
	} {
		admitted := s.AdmitReader(values, s.Reading(s.Bounded(acquire(http.HandlerFunc(s.embed)))))
		page := s.Explained(s.refuseFrame, admitted)
		s.Handle(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if path.Ext(r.PathValue("chart")) == "" {
				page.ServeHTTP(w, r)
			} else {
				admitted.ServeHTTP(w, r)
			}
		}))
	}
	for address, file := range map[string]string{"/embed.js": "embed.js", "/embed-frame.js": "frame.js",
		"/embed.css": "embed.css", "/figure.css": "figure.css", "/figure.js": "figure.js", "/share.js": "share.js", "/plot.js": "plot.js",
		"/tabs.js": "tabs.js"} {
		s.Handle("GET "+address, embedFile("embed/"+file))
	}
	s.Handle("GET /figure-words.js", served("text/javascript; charset=utf-8", "public, max-age=3600", scriptWords()))
	s.element.serve(s)
	s.oEmbed()
	return s
}

// embedFile serves what embeds are made of.
func embedFile(name string) http.HandlerFunc {
	content, err := embedFiles.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("web: %v", err)) // which only a file that is not built in could bring about
	}
	return served(mime.TypeByExtension(path.Ext(name)), "public, max-age=3600", content)
}

// embed shows a chart's page, or by its extension one of the files that this page refers to: they are opened by the
// same partner's id as the page is.
func (s *Embeds) embed(w http.ResponseWriter, r *http.Request) {
	values, err := pictures.Values(r)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	about, err := s.charts.Subject(r.Context())
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	values = meant(values, about)
	ancestors, err := s.FrameAncestors(values)
	if err != nil { // the key has ended since it was admitted
		s.Refuse(w, r, err)
		return
	}
	name := r.PathValue("chart")
	if path.Ext(name) != "" {
		file := port.Within(r, "/charts/"+name, without(values, partnerName))
		file.SetPathValue("file", name)
		file.SetPathValue("number", r.PathValue("number"))
		s.Keep(http.HandlerFunc(s.charts.Serve)).ServeHTTP(w, file)
		return
	}
	values = without(values, "width", "scale") // an embed has its own
	e := embedding{chart: name, values: values, about: about, release: graph.ReleaseOf(r.Context()).Info()}
	seen := "" // what else the page depends on
	if r.PathValue("number") != "" {
		newest, done, err := s.Store.Current(r.Context())
		if err != nil {
			s.Refuse(w, r, err)
			return
		}
		done()
		now := newest.Info()
		e.archived, e.current = true, &now
		seen = "?current=" + strconv.Itoa(now.Number)
	}
	header := w.Header()
	frameHeaders(header, ancestors)
	shown := port.Within(r, "/embed/"+name+seen, values)
	if !e.archived {
		shown = s.Shared(shown)
	}
	header["Cache-Control"] = s.CacheControl(shown)
	// The page is kept by all that it depends on, and as that of a current release: an archived one changes, too,
	// when it is archived no longer alone.
	s.Keep(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.showEmbed(w, r, e) })).
		ServeHTTP(w, shown)
}

// frameHeaders lets a page be shown in other pages: by those whose origins are listed, and in those, too, that take
// nothing in which does not ask for it (Cross-Origin-Embedder-Policy), for which the page must hold itself to the
// same.
func frameHeaders(header http.Header, ancestors string) {
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors "+ancestors)
	header.Set("Cross-Origin-Embedder-Policy", "require-corp")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// refuseFrame says inside a frame why it shows no chart. There is nothing in it that not everybody may see, and the
// people whose page it is need to read it, so that any page may show it.
func (s *Embeds) refuseFrame(w http.ResponseWriter, r *http.Request, status int, message string) {
	var page struct {
		words
		Theme                chart.Theme
		Lang                 string
		Title, Message, Live string
		Foreign              bool // whether the message is English on a page in another language
	}
	if number, err := strconv.Atoi(r.PathValue("number")); err == nil && status == http.StatusNotFound {
		if s.removed(number) {
			status = http.StatusGone
		}
		page.Live = embedPath(r.PathValue("chart"), r.URL.Query(), 0)
	}
	page.words, _ = languageOf(r.URL.Query().Get(langName)) // English where that is what is wrong
	message, translated := page.Retold(message)
	page.Lang, page.Message, page.Foreign, page.Title = page.Code(), message, !translated, page.Say("nothing")
	if status == http.StatusGone {
		page.Title = page.Say("keptNoLonger")
	}
	page.Theme, _ = themeOf(r.URL.Query())
	frameHeaders(w.Header(), "*")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	s.writePage(w, r, "refusal", page)
}

// removed reports whether there was a release of a number once.
func (s *Embeds) removed(number int) bool {
	numbers, err := s.Store.Numbers()
	return err == nil && len(numbers) > 0 && number > 0 && number < slices.Max(numbers) &&
		!slices.Contains(numbers, number)
}

func (s *Embeds) writePage(w http.ResponseWriter, r *http.Request, name string, data any) {
	if err := embedPages.Write(w, mount.Of(s.PublicURL), name, data); err != nil {
		s.Log.ErrorContext(r.Context(), "the page broke off", "error", err)
	}
}
