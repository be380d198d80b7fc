package pages

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"homebound/db"
	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/mount"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

//go:embed layout.html
var layoutText string

// pagePolicy lets a page load its own style, script and pictures, ask its own server, and nothing else. What search
// engines read (application/ld+json) is data and no script.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

// frame is what every page has around its content.
type frame struct {
	PublicURL string
	Number    int    // of the release; 0 where none is shown
	Base      string // before the addresses of the same release: "" of the current one
	Current   string // number of the current release, where this is the page of another one
	in        words.Words
	Path      string // of the page within its release, with what it was asked for

	Title, Description string
	Card, CardAlt      string // the picture that goes with a link to the page
	OEmbed             string // where other sites ask how to show this page, but for the format
	Dataset            any    // what search engines read
	Partial            bool   // whether some part was refused to this principal, now
}

func (f *frame) around() *frame { return f }

// Canonical returns the one address of the page.
func (f *frame) Canonical() string { return f.PublicURL + f.Base + f.Path }

// framed is what a page shows.
type framed interface {
	around() *frame
	Canonical() string
	English() string
	Languages() []otherLanguage
}

// visit is a request for a page: the release is in its context.
type visit struct {
	context.Context
	frame
	values url.Values // of the query string
	part   string     // the last part of the path, where it varies
	asked  string     // the address that was asked for
}

// Parameters of the site's own, which no query string can carry: by them Keep tells pages apart that depend on which
// release is current, and on the address by which they were asked for.
const currentName, addressName = ":current", ":address"

// page registers a page of the current release and, for good, of each. A page is kept by the two, and asked for again
// each time, since that of an old release says that there is a newer one. Whoever is not let in gets a page that says
// so.
func (s *Pages) page(path string, text templates, tell func(v *visit) (framed, error)) {
	parsed := text()
	shown := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		newest, done, err := s.Store.Current(r.Context())
		if err != nil {
			s.Refuse(w, r, err)
			return
		}
		done()
		values := r.URL.Query()
		values.Set(currentName, strconv.Itoa(newest.Info().Number))
		values.Set(addressName, r.URL.Path)
		within := port.Within(r, cmp.Or(port.PathWithin(r), "/"), values)
		s.Keep(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.show(w, r, parsed, tell)
		})).ServeHTTP(w, within)
	})
	explained := func(acquire func(http.Handler) http.Handler) http.Handler {
		return s.Explained(s.showNotice, s.Admit(s.Reading(s.Bounded(acquire(shown)))))
	}
	s.Handle("GET "+path, explained(s.Current))
	s.Handle("GET /releases/{number}"+path, explained(s.Numbered))
}

// show tells one page of the release of the request.
func (s *Pages) show(w http.ResponseWriter, r *http.Request, text map[string]*mount.Template, tell func(v *visit) (framed, error)) {
	values := r.URL.Query()
	current, address := values.Get(currentName), values.Get(addressName)
	values.Del(currentName)
	values.Del(addressName)
	v := &visit{Context: r.Context(), values: values, part: cmp.Or(r.PathValue("code"), r.PathValue("id"))}
	v.PublicURL, v.Number, v.Path = s.PublicURL, graph.ReleaseOf(r.Context()).Info().Number, r.URL.Path
	if current != strconv.Itoa(v.Number) {
		v.Current, v.Base = current, port.ReleasePath(v.Number)
	}
	if query := values.Encode(); query != "" {
		v.Path += "?" + query
		address += "?" + query
	}
	v.asked = address
	in, err := words.Chosen(values.Get(langName))
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	v.in, v.Context = in, inLanguage(v.Context, in)
	values.Del(langName)
	told, err := tell(v)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	f := told.around()
	f.Path = inLang(f.Path, in.Code())
	if f.Card != "" && f.OEmbed == "" {
		f.OEmbed = s.OEmbed(address)
	}
	if f.Partial {
		s.DoNotKeep(w) // what is refused to this principal now may be told to the next
	}
	s.write(w, r, http.StatusOK, text[in.Code()], in, told)
}

// noticeData says why there is nothing to show.
type noticeData struct {
	frame
	Heading, Message string
	Foreign          bool // whether the message is English on a page in another language
	KeyNeeded, Lost  bool
}

//go:embed notice.html
var noticeText string

var noticePage = parsePage(noticeText)

// showNotice shows why there is no page to tell of. Before the first release there is nothing wrong about that.
func (s *Pages) showNotice(w http.ResponseWriter, r *http.Request, status int, message string) {
	_, done, err := s.Store.Current(r.Context())
	if err == nil {
		done()
	}
	if errors.Is(err, db.ErrNoRelease) && status == http.StatusServiceUnavailable {
		status = http.StatusOK
	}
	w.Header().Set("Cache-Control", "no-store")
	in, _ := words.Chosen(r.URL.Query().Get(langName)) // English where that is what is wrong
	message, translated := in.Retold(message)
	data := &noticeData{Heading: "Labour migration under sanctions", Message: message, Foreign: !translated,
		KeyNeeded: status == http.StatusUnauthorized, Lost: status == http.StatusNotFound}
	if data.Lost {
		data.Heading = "There is no such page"
	}
	data.in, data.Heading = in, said(in, data.Heading)
	data.Title, data.Description, data.PublicURL = data.Heading, message, s.PublicURL
	s.write(w, r, status, noticePage()[in.Code()], data.in, data)
}

// showLost answers readers who came to an address that there is not.
func (s *Pages) showLost(w http.ResponseWriter, r *http.Request) {
	s.showNotice(w, r, http.StatusNotFound,
		"Nothing is at this address. It may have been mistyped, or cut short by a mail.")
}

func (s *Pages) write(w http.ResponseWriter, r *http.Request, status int, text *mount.Template, in words.Words, data any) {
	var page bytes.Buffer
	if err := text.Write(&page, mount.Of(s.PublicURL), "", data); err != nil {
		s.Log.ErrorContext(r.Context(), "the page broke off", "error", err)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "Something failed in the server; the operator's log says what.\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.WriteHeader(status)
	_, _ = w.Write(keepLang(in, bytes.TrimSpace(page.Bytes()))) // whoever went away reads no error either
}

// partly returns why a part cannot be told to this principal now, in a language; any other error stays one.
func partly(in words.Words, err error) (refused string, other error) {
	if fault, ok := asFault(err); ok {
		text, _ := in.Retold(fault.Error())
		return text, nil
	}
	return "", err
}

func asFault(err error) (fault *labour.Fault, ok bool) {
	ok = errors.As(err, &fault)
	return fault, ok
}
