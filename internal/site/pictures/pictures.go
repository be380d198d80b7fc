// Package pictures answers with charts: their documents, and how an answer becomes a picture.
package pictures

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"homebound/graph"
	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// Names lists the pictures in the order in which they tell the story.
var Names = []string{"stock", "permits", "map", "outcomes", "impact", "variants", "bridge", "tornado", "compliance"}

// chartAnswer is what a chart's document is answered, which knows how to show itself.
type chartAnswer interface {
	// common gives what every document asks for.
	common() *chartCommon
	// picture shows the answer to these variables. Its region is there.
	picture(variables port.Variables) (*chart.Picture, error)
}

// chartKind is a document and how its answer is read.
type chartKind struct {
	document port.Document
	answer   func() chartAnswer
	// settle, where there is one, fills in variables that follow from others and from the days that there are data of.
	settle func(ctx context.Context, s *Pictures, variables port.Variables, data labour.Period) error
}

//go:embed documents/*.graphql
var chartDocuments embed.FS

var chartKinds = map[string]chartKind{
	"stock":      {mustChartDocument("stock"), func() chartAnswer { return new(stockAnswer) }, nil},
	"permits":    {mustChartDocument("permits"), func() chartAnswer { return new(permitsAnswer) }, nil},
	"map":        {mustChartDocument("map"), func() chartAnswer { return new(mapAnswer) }, settleMap},
	"outcomes":   {mustChartDocument("outcomes"), func() chartAnswer { return new(outcomesAnswer) }, nil},
	"impact":     {mustChartDocument("impact"), func() chartAnswer { return new(impactAnswer) }, settleScenario},
	"variants":   {mustChartDocument("variants"), func() chartAnswer { return new(variantsAnswer) }, settleScenario},
	"bridge":     {mustChartDocument("bridge"), func() chartAnswer { return new(bridgeAnswer) }, settleScenario},
	"tornado":    {mustChartDocument("tornado"), func() chartAnswer { return new(tornadoAnswer) }, settleScenario},
	MembersName:  {mustChartDocument(MembersName), func() chartAnswer { return new(membersAnswer) }, settleMembers},
	"compliance": {mustChartDocument("compliance"), func() chartAnswer { return new(complianceAnswer) }, nil},
}

func mustChartDocument(name string) port.Document {
	text, err := chartDocuments.ReadFile("documents/" + name + ".graphql")
	if err != nil {
		panic(fmt.Sprintf("web: %v", err)) // which the build has looked at
	}
	return port.MustDocument(string(text))
}

// DocumentOf returns the document behind a chart of chartNames.
func DocumentOf(name string) port.Document { return chartKinds[name].document }

// Pictures answers with charts and their data.
type Pictures struct {
	port.Base

	// About finds what the pages of the release in ctx are about. It is set before the first request; where it is nil,
	// the defaults of the documents hold.
	About func(ctx context.Context) (Subject, error)
	// Notice shows a refusal as a page, where a person is likely to read it; set likewise. Where it is nil, all are JSON.
	Notice func(w http.ResponseWriter, r *http.Request, status int, message string)
}

// NewPictures registers what /charts/ returns: the pictures and their data.
func New(base port.Base) *Pictures {
	s := &Pictures{Base: base}
	shown := s.found(s.Keep(http.HandlerFunc(s.Serve)))
	for address, acquire := range map[string]func(http.Handler) http.Handler{
		"/charts/{file}": s.Current, "/releases/{number}/charts/{file}": s.Numbered,
	} {
		plain := s.Admit(s.Reading(s.Bounded(acquire(shown))))
		page := s.Explained(func(w http.ResponseWriter, r *http.Request, status int, message string) {
			s.Notice(w, r, status, message)
		}, plain)
		s.Handle(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if s.Notice != nil && wantsPage(r) {
				page.ServeHTTP(w, r)
			} else {
				plain.ServeHTTP(w, r)
			}
		}))
	}
	return s
}

// wantsPage reports whether a person is likely to read the answer: only browsers name HTML among what they accept, and
// not where they want a picture of a page.
func wantsPage(r *http.Request) bool {
	return strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

// found tells editors in which the address of a picture is pasted where to ask how to show it.
func (s *Pictures) found(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if extension := path.Ext(r.PathValue("file")); extension == ".svg" || extension == ".png" {
			ask := s.OEmbed(r.URL.RequestURI())
			w.Header().Set("Link", fmt.Sprintf(`<%[1]s&format=json>; rel="alternate"; type="application/json+oembed", `+
				`<%[1]s&format=xml>; rel="alternate"; type="text/xml+oembed"`, ask))
		}
		next.ServeHTTP(w, r)
	})
}

// Formats are the forms of a chart by the ending of its file's name.
var Formats = []string{"svg", "png", "csv", "json"}

// Serve answers with one chart in one of its forms.
func (s *Pictures) Serve(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	extension := strings.TrimPrefix(path.Ext(file), ".")
	name := strings.TrimSuffix(file, path.Ext(file))
	if !slices.Contains(Formats, extension) {
		s.Refuse(w, r, labour.Faultf(labour.NotFound,
			"There is no chart %.80q: expected a name such as stock with one of the endings .%s.", file,
			strings.Join(Formats, ", .")))
		return
	}
	values, err := Values(r)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	options, err := Options(values)
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	shown, err := s.Of(r.Context(), name, values)
	if err == nil {
		shown.Picture, err = Styled(shown.Picture, values)
	}
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	var body []byte
	var mediaType string
	switch extension {
	case "svg":
		body, mediaType = shown.SVG(options), "image/svg+xml"
	case "png":
		leave, waited := s.Slot(r.Context())
		if waited != nil {
			s.Refuse(w, r, waited)
			return
		}
		defer leave()
		body, err = shown.PNG(options)
		mediaType = "image/png"
	case "csv":
		body, mediaType, err = shown.csv()
	case "json":
		body, err = shown.json()
		mediaType = "application/json"
	}
	if err != nil {
		s.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition",
		fmt.Sprintf(`inline; filename="homebound-r%d-%s.%s"`, shown.release, name, extension))
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // pictures are there to be shown elsewhere
	_, _ = w.Write(body)                                           // whoever went away reads no error either
}

// Values reads the query string of a chart or an embed. What is left of one that cannot be read would show another
// chart than the one that was meant.
func Values(r *http.Request) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, labour.Faultf(labour.BadUserInput,
			"The query string cannot be read: expected pairs such as region=RU-PRI.")
	}
	return values, nil
}

// Picture returns the data of a chart, of the release that ctx acquires. It returns a Fault for a name, a parameter
// or a region that there is not. theme, width and scale are parameters of the drawing and make no difference here.
func (s *Pictures) Picture(ctx context.Context, name string, values url.Values) (*chart.Picture, error) {
	shown, err := s.Of(ctx, name, values)
	if err != nil {
		return nil, err
	}
	return shown.Picture, nil
}

// Shown is a picture with what its json tells beside.
type Shown struct {
	*chart.Picture
	release   int
	Citation  string
	document  string
	variables port.Variables
	sources   []port.Source
}

// Question returns the document that was asked, and its variables.
func (c *Shown) Question() (document string, variables port.Variables) {
	return c.document, c.variables
}

// LangName is the parameter that chooses the language of a picture.
const LangName = "lang"

// language returns the words that a picture is asked for in: English ones where it does not say.
func language(values url.Values) (words.Words, error) {
	if len(values[LangName]) > 1 {
		return words.Words{}, labour.Faultf(labour.BadUserInput, "Expected the parameter %s once, found it %d times.",
			LangName, len(values[LangName]))
	}
	return words.Chosen(values.Get(LangName))
}

// Local reports whether a language other than English is that of a release's own names.
func Local(in words.Words, release labour.Release) bool {
	return !in.IsEnglish() && release.LocalLanguage != "" && words.In(release.LocalLanguage).Code() == in.Code()
}

// DrawingParameters are the parameters that say how a chart is drawn, and not what it shows.
var DrawingParameters = []string{"theme", "width", "scale"}

// Of returns a chart of the release in ctx with what its JSON tells beside. It returns a Fault as Picture does.
func (s *Pictures) Of(ctx context.Context, name string, values url.Values) (*Shown, error) {
	kind, known := chartKinds[name]
	if !known {
		return nil, labour.Faultf(labour.NotFound, "There is no chart %.80q: expected one of %s.", name,
			strings.Join(Names, ", "))
	}
	in, err := language(values)
	if err != nil {
		return nil, err
	}
	asked := Asked(values)
	asked.Del(LangName)
	variables, err := s.Parameters.Read(asked, kind.document.Variables)
	if err != nil {
		return nil, err
	}
	if err := s.assume(ctx, kind, variables); err != nil {
		return nil, fmt.Errorf("charts: %w", err)
	}
	info := graph.ReleaseOf(ctx).Info()
	answer := kind.answer()
	common := answer.common()
	common.data, common.scenario = dataOf(info), variables["scenario"]
	common.in, common.local = in, Local(in, info)
	if kind.settle != nil {
		if err := kind.settle(ctx, s, variables, common.data); err != nil {
			return nil, err
		}
	}
	within := inData(variables, common.data)
	document := s.Parameters.Named(kind.document.Text, common.local)
	if err := s.Ask(ctx, document, within, answer); err != nil {
		var fault *labour.Fault
		if !errors.As(err, &fault) || fault.Code != labour.NotFound || common.Region == nil || name != "compliance" {
			return nil, err // that of compliance alone says what is known in the place of a picture
		}
		if common.unknown = strings.TrimPrefix(fault.Error(), name+": "); !in.IsEnglish() {
			common.unknown = in.Say("It is not known how many workers were there, which does not mean that there was nobody.")
		}
	}
	if common.Region == nil {
		return nil, labour.Faultf(labour.NotFound, "There is no region %.80q: expected a code such as RU-PRI.",
			variables["region"])
	}
	p, err := answer.picture(variables)
	if err != nil {
		return nil, err
	}
	markRows(p)
	p.Permalink = s.Permanent(info.Number) + "/charts/" + name + ".svg"
	if !in.IsEnglish() {
		asked.Set(LangName, in.Code())
	}
	if len(asked) > 0 {
		p.Permalink += "?" + asked.Encode()
	}
	p.Source = sourceLine(in, common.sources, info)
	return &Shown{p, info.Number, cited(in, info, common.Release.Citation), document, within, common.sources}, nil
}

// markRows says of each figure whether synthetic rows took part in it, so that the mark goes where a row is copied
// to. What others have published is nobody's invention.
func markRows(p *chart.Picture) {
	series := slices.IndexFunc(p.Columns, func(c table.Column) bool { return c.Name == "series" })
	p.Columns = append(slices.Clip(p.Columns), port.SyntheticColumn)
	for i, row := range p.Rows {
		p.Rows[i] = append(row, p.Synthetic && (series < 0 || row[series] == "register"))
	}
}

// Options reads how a chart is to be drawn.
func Options(values url.Values) (chart.Options, error) {
	o := chart.Options{Theme: chart.Light, Width: 800, Scale: 1}
	for _, name := range DrawingParameters {
		if len(values[name]) > 1 {
			return o, labour.Faultf(labour.BadUserInput, "Expected the parameter %s once, found it %d times.", name,
				len(values[name]))
		}
	}
	if theme := values.Get("theme"); values.Has("theme") {
		o.Theme = chart.Theme(theme)
		if !slices.Contains(chart.Themes, o.Theme) {
			return o, labour.Faultf(labour.BadUserInput, "Expected for theme one of light, dark, found %.80q.", theme)
		}
	}
	for _, p := range []struct {
		name        string
		least, most int
		into        *int
	}{{"width", chart.LeastWidth, chart.MostWidth, &o.Width}, {"scale", 1, 3, &o.Scale}} {
		if text := values.Get(p.name); values.Has(p.name) {
			n, err := strconv.Atoi(text)
			if err != nil || n < p.least || n > p.most {
				return o, labour.Faultf(labour.BadUserInput,
					"Expected for %s a whole number from %d to %d, found %.80q.", p.name, p.least, p.most, text)
			}
			*p.into = n
		}
	}
	if accent := values.Get("accent"); accent != "" {
		var err error
		if o.Accent, err = chart.ParseAccent(accent); err != nil {
			return o, labour.Faultf(labour.BadUserInput,
				"Expected for accent a colour of six hexadecimal digits such as 0072B2, found %.20q.", accent)
		}
	}
	if o.Width*o.Scale > chart.MostDots {
		return o, labour.Faultf(labour.BadUserInput, "Expected for width times scale at most %d dots, found %d.",
			chart.MostDots, o.Width*o.Scale)
	}
	return o, nil
}

// csv writes the data of a chart as a table.
func (c *Shown) csv() (body []byte, mediaType string, err error) {
	format, _ := table.ByExtension("csv")
	var b bytes.Buffer
	w, err := format.New(&b, c.Columns, table.Meta{Title: c.Title, Description: c.Description})
	if err != nil {
		return nil, "", fmt.Errorf("charts: %w", err)
	}
	defer w.Discard()
	for _, row := range c.Rows {
		if err := w.Write(row); err != nil {
			return nil, "", fmt.Errorf("charts: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("charts: %w", err)
	}
	return b.Bytes(), format.MediaType, nil
}

// json writes all that a chart shows and how to ask for it again.
func (c *Shown) json() ([]byte, error) {
	type query struct {
		Document  string         `json:"document"`
		Variables port.Variables `json:"variables"`
	}
	var b bytes.Buffer
	err := port.WriteJSON(&b, struct {
		Title       string         `json:"title"`
		Subtitle    string         `json:"subtitle"`
		Unit        string         `json:"unit"`
		Source      string         `json:"source"`
		Sources     []port.Source  `json:"sources"`
		Synthetic   bool           `json:"synthetic"`
		Description string         `json:"description"`
		Notes       []string       `json:"notes"`
		Release     int            `json:"release"`
		Citation    string         `json:"citation"`
		Permalink   string         `json:"permalink"`
		Query       query          `json:"query"`
		Columns     []table.Column `json:"columns"`
		Rows        [][]any        `json:"rows"`
	}{c.Title, c.Subtitle, c.Unit, c.Source, c.sources, c.Synthetic, c.Description, orEmpty(c.Notes), c.release, c.Citation, c.Permalink,
		query{c.document, c.variables}, c.Columns, orEmpty(c.Rows)})
	if err != nil {
		return nil, fmt.Errorf("charts: %w", err)
	}
	return b.Bytes(), nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
