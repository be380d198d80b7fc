package embeds

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/negotiate"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

// oEmbedAnswer is a response of oEmbed 1.0 (https://oembed.com): how another site shows what an address leads to.
type oEmbedAnswer struct {
	XMLName      xml.Name `json:"-" xml:"oembed"`
	Version      string   `json:"version" xml:"version"`
	Type         string   `json:"type" xml:"type"` // rich, an embed; photo, its picture; or link, a statement's page
	Title        string   `json:"title" xml:"title"`
	ProviderName string   `json:"provider_name" xml:"provider_name"`
	ProviderURL  string   `json:"provider_url" xml:"provider_url"`
	CacheAge     int      `json:"cache_age" xml:"cache_age"` // seconds
	HTML         string   `json:"html,omitempty" xml:"html,omitempty"`
	URL          string   `json:"url,omitempty" xml:"url,omitempty"`
	Width        int      `json:"width,omitempty" xml:"width,omitempty"` // CSS pixels; a link has none
	Height       int      `json:"height,omitempty" xml:"height,omitempty"`
}

// shown is what an address of this server leads to.
type shown struct {
	release   int    // 0: the current one
	chart     string // "" for the page of a release
	extension string // of a picture, with its dot; "" for an embed
	claim     string // the id of a statement, which has no picture
	values    url.Values
}

// shownPaths are the forms of addresses that can be shown elsewhere: a release in front, then what there is of it. The
// page of a release is shown by its first picture, that of a region by its stock, that of a picture by itself, and that of a
// statement by a link.
var shownPaths = regexp.MustCompile(
	`^(?:/releases/([1-9][0-9]{0,8}))?(?:/(embed|charts)/([a-z]+)(\.svg|\.png)?|/regions/([A-Za-z0-9-]+)|/claims/([^/]+))?$`)

// shownAt reads the address of an embed, a picture or a page. A Fault with NotFound says that it is none of them.
func (s *Embeds) shownAt(address string) (shown, error) {
	if u, err := url.Parse(address); err == nil && u.User == nil {
		public, _ := url.Parse(s.PublicURL) // which the command has checked
		path, within := strings.CutPrefix(u.Path, public.Path)
		found := shownPaths.FindStringSubmatch(strings.TrimSuffix(path, "/"))
		values, err := url.ParseQuery(negotiate.WithoutTracking(u.RawQuery))
		if hostOf(u) != "" && hostOf(u) == hostOf(public) && within && found != nil && err == nil &&
			(found[2] != "embed" || found[4] == "") {
			return shownBy(found, values), nil
		}
	}
	return shown{}, labour.Faultf(labour.NotFound,
		"Expected for url the address of an embed, a picture or a page with one, such as %s/embed/stock; found %.200q.",
		s.PublicURL, address)
}

// shownBy returns what the parts of a path lead to.
func shownBy(found []string, values url.Values) shown {
	release, _ := strconv.Atoi(found[1]) // the pattern lets nothing else through
	at := shown{release, found[3], found[4], found[6], values}
	switch region := found[5]; {
	case region != "":
		at.chart, at.values = "stock", url.Values{"region": {region}}
	case at.claim == "" && at.chart == "":
		at.values = url.Values{}
	}
	return at
}

// hostOf returns the host and port of an address over HTTP, in small letters and without the port that goes without
// saying; "" for any other. Whether the address says http or https makes no difference: it is this server's all the
// same, and what it is answered has the public address.
func hostOf(u *url.URL) string {
	if u == nil || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	host := strings.ToLower(u.Host)
	return strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
}

// oEmbed registers where other sites ask how to show an embed.
func (s *Embeds) oEmbed() {
	values := func(r *http.Request) (url.Values, bool) {
		at, err := s.shownAt(r.URL.Query().Get("url"))
		return at.values, err == nil && at.extension == "" // an embed's address opens what is said of it, too
	}
	s.Handle("/oembed", s.AdmitReader(values, s.Reading(s.Bounded(http.HandlerFunc(s.answerOEmbed)))))
}

func (s *Embeds) answerOEmbed(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	format := asked.Get("format")
	if format != "" && format != "json" && format != "xml" {
		s.RefuseAs(w, r, http.StatusNotImplemented,
			labour.Faultf(labour.BadUserInput, "Expected for format json or xml, found %.40q.", format))
		return
	}
	at, err := s.shownAt(asked.Get("url"))
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	widest, err := pixels(asked, "maxwidth")
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	highest, err := pixels(asked, "maxheight")
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	r.SetPathValue("number", "")
	acquire := s.Current
	if at.release > 0 {
		r.SetPathValue("number", strconv.Itoa(at.release))
		acquire = s.Numbered
	}
	acquire(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := s.describeEmbed(r, at, widest, highest)
		if err != nil {
			s.Refuse(w, r, err)
			return
		}
		answer.write(w, format)
	})).ServeHTTP(w, r)
}

// pixels reads a bound in pixels; a parameter that is left out bounds nothing.
func pixels(values url.Values, name string) (int, error) {
	if !values.Has(name) {
		return 1 << 20, nil
	}
	n, err := strconv.Atoi(values.Get(name))
	if err != nil || n < 1 {
		return 0, labour.Faultf(labour.BadUserInput, "Expected for %s a number of pixels, found %.40q.", name,
			values.Get(name))
	}
	return n, nil
}

// describeEmbed says how to show what is at an address within a width and a height.
func (s *Embeds) describeEmbed(r *http.Request, at shown, widest, highest int) (oEmbedAnswer, error) {
	if at.claim != "" {
		return s.describeClaim(r, at)
	}
	if at.chart == "" {
		var err error
		if at.chart, at.values, err = s.first(r.Context()); err != nil {
			return oEmbedAnswer{}, err
		}
	}
	theme, err := themeOf(at.values)
	if err != nil {
		return oEmbedAnswer{}, err
	}
	picture, err := s.charts.Picture(r.Context(), at.chart, without(at.values, partnerName))
	if err != nil {
		return oEmbedAnswer{}, err
	}
	answer := oEmbedAnswer{Version: "1.0", Title: picture.Title, ProviderName: "Homebound", ProviderURL: s.PublicURL,
		CacheAge: 3600}
	if at.extension == "" {
		answer.rich(picture, theme, s.PublicURL+embedPath(at.chart, at.values, at.release), widest, highest)
		return answer, nil
	}
	width := embedWide
	if at.values.Has("width") {
		if width, err = pixels(at.values, "width"); err != nil {
			return oEmbedAnswer{}, err
		}
	}
	// A picture is drawn no narrower than its words can be read; whoever has less room scales it.
	width = max(chart.LeastWidth, min(width, widest))
	values := maps.Clone(at.values)
	values.Set("width", strconv.Itoa(width))
	answer.photo(s.PublicURL+port.ReleasePath(at.release)+"/charts/"+at.chart+at.extension+"?"+values.Encode(),
		width, picture.Height(chart.Options{Theme: theme, Width: width}), widest, highest)
	return answer, nil
}

// first returns the picture that the page of a release begins with, and of a page without one that which comes first of all.
func (s *Embeds) first(ctx context.Context) (string, url.Values, error) {
	if s.First != nil {
		if name, values, err := s.First(ctx); name != "" || err != nil {
			return name, values, err
		}
	}
	return pictures.Names[0], url.Values{}, nil
}

// describeClaim says how to link to the page of a statement: who said what.
func (s *Embeds) describeClaim(r *http.Request, at shown) (oEmbedAnswer, error) {
	var answer struct {
		Claim *struct{ Speaker, Statement string }
	}
	if err := s.Ask(r.Context(), claimDocument, port.Variables{"id": at.claim}, &answer); err != nil {
		return oEmbedAnswer{}, err
	}
	if answer.Claim == nil {
		return oEmbedAnswer{}, labour.Faultf(labour.NotFound,
			"There is no statement %.80q: expected an id such as those at %s/claims.", at.claim, s.PublicURL)
	}
	return oEmbedAnswer{Version: "1.0", Type: "link", Title: answer.Claim.Speaker + ": " + answer.Claim.Statement,
		ProviderName: "Homebound", ProviderURL: s.PublicURL, CacheAge: 3600}, nil
}

// rich shows an embed. Its height is an estimate: a frame does not grow without the script that snippets have, and
// filters of other sites take scripts away; what does not fit is scrolled to.
func (a *oEmbedAnswer) rich(p *chart.Picture, theme chart.Theme, address string, widest, highest int) {
	const beside, below = 24, 260 // CSS pixels around the picture
	a.Type, a.Width = "rich", min(embedWide, widest)
	drawn := embedWide
	if a.Width < embedNarrowBelow {
		drawn = embedNarrow
	}
	a.Height = min(below+p.Height(chart.Options{Theme: theme, Width: drawn})*max(0, a.Width-beside)/drawn, highest)
	a.HTML = fmt.Sprintf(`<iframe src="%s" title="%s" width="%d" height="%d" frameborder="0" loading="lazy"></iframe>`, html.EscapeString(address), html.EscapeString(a.Title), a.Width, a.Height)
}

// photo shows a picture, scaled down where it does not fit.
func (a *oEmbedAnswer) photo(address string, width, height, widest, highest int) {
	scale := min(1, float64(widest)/float64(width), float64(highest)/float64(height))
	a.Type, a.URL, a.Width, a.Height = "photo", address, max(1, int(float64(width)*scale)), max(1,
		int(float64(height)*scale))
}

func (a oEmbedAnswer) write(w http.ResponseWriter, format string) {
	w.Header().Set("Cache-Control", "no-cache")
	if format == "xml" {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, xml.Header) // whoever went away reads no error either
		_ = xml.NewEncoder(w).Encode(a)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(a)
}
