package web

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
	"homebound/internal/web/graphiql"
)

//go:embed home.html
var homeText string

//go:embed home.css
var homeStyle []byte

var homePage = template.Must(template.New("home").Funcs(template.FuncMap{"grouped": grouped}).Parse(homeText))

// homeData is what the page at / shows.
type homeData struct {
	Release *labour.Release // nil where nothing is published yet
	Tabs    []homeLink
}

type homeLink struct{ Question, URL string }

// home says what the current release holds, with links to ask about it.
func home(c Config) http.HandlerFunc {
	var data homeData
	for _, tab := range graphiql.Tabs() {
		data.Tabs = append(data.Tabs, homeLink{question(tab.Query), "/graphiql?query=" + url.QueryEscape(tab.Query)})
	}
	return func(w http.ResponseWriter, r *http.Request) {
		shown := data
		release, done, err := c.Store.Current(r.Context())
		switch {
		case err == nil:
			defer done()
			info := release.Info()
			shown.Release = &info
		case !errors.Is(err, db.ErrNoRelease):
			c.Log.ErrorContext(r.Context(), "no release to show", "error", err)
			plain(w, http.StatusServiceUnavailable, "The release cannot be read; the operator's log says why.\n")
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'")
		if err := homePage.Execute(w, shown); err != nil {
			c.Log.ErrorContext(r.Context(), "the page broke off", "error", err)
		}
	}
}

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

// grouped writes a number with a comma before every three digits.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
