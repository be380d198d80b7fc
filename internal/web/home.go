package web

import (
	_ "embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"homebound/db"
	"homebound/internal/labour"
	"homebound/internal/web/graphiql"
)

//go:embed home.html
var homeText string

//go:embed home.css
var homeStyle []byte

var homePage = template.Must(template.New("home").Parse(homeText))

// homeData is what the page at / shows.
type homeData struct {
	Release *labour.Release // nil where nothing is published yet
	Tabs    []homeLink
}

type homeLink struct{ Name, URL string }

// home says what the current release holds, with links to ask about it.
func home(c Config) http.HandlerFunc {
	var data homeData
	for _, tab := range graphiql.Tabs() {
		data.Tabs = append(data.Tabs, homeLink{tab.Name, "/graphiql?query=" + url.QueryEscape(tab.Query)})
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
