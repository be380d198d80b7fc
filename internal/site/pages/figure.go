package pages

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/embeds"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// figure is one picture of a page, with where its figures and its question are. The server's SVG stands by itself.
type figure struct {
	*pictures.Shown
	Name       string // of the chart
	Parameters string // that it was asked by
	Anchor     string // of the figure within the page
	Release    int
	Lazy       bool // whether it is far down the page

	Drawings []embeds.Drawing // the first whose medium fits is shown, else Image
	Image    embeds.Drawing
	Page     string // address of the picture's own page
	Query    string // address of its question in GraphiQL
}

// figure returns a chart of a release; nil where there is nothing to draw. All addresses are of this very release, so
// that the words, the figures and the pictures of a page are never of two.
func (s *Pages) figure(ctx context.Context, base string, release int, name string, values url.Values) (*figure, error) {
	values = inLangValues(ctx, values)
	shown, err := s.charts.Of(ctx, name, values)
	if err != nil {
		return nil, err
	}
	if len(shown.Rows) == 0 || shown.Empty != "" {
		return nil, nil
	}
	return pictured(shown, base, release, name, values), nil
}

// inLangValues returns the parameters of a picture in the language of a page.
func inLangValues(ctx context.Context, values url.Values) url.Values {
	in := languageIn(ctx)
	if in.IsEnglish() {
		return values
	}
	values = maps.Clone(values)
	values.Set(langName, in.Code())
	return values
}

// pictured returns what goes with a chart that is drawn.
func pictured(shown *pictures.Shown, base string, release int, name string, values url.Values) *figure {
	f := &figure{Shown: shown, Name: name, Parameters: values.Encode(), Release: release, Lazy: true,
		Anchor: strings.Trim(name+"-"+values.Get("region"), "-")}
	drawn := func(media string, theme chart.Theme, width int) embeds.Drawing {
		return embeds.Drawing{Media: media, Width: width,
			URL:    f.file("svg", url.Values{"theme": {string(theme)}, "width": {strconv.Itoa(width)}}),
			Height: shown.Height(chart.Options{Theme: theme, Width: width})}
	}
	f.Drawings, f.Image = embeds.ForEveryReader(drawn)
	f.Page = base + "/charts/" + name + "?" + f.Parameters
	f.Query = graphiqlLink(shown.Question())
	return f
}

// file returns the address of the picture in a form, drawn in a way.
func (f *figure) file(extension string, drawing url.Values) string {
	all, _ := url.ParseQuery(f.Parameters) // which Encode has written
	maps.Copy(all, drawing)
	address := url.URL{Path: port.ReleasePath(f.Release) + "/charts/" + f.Name + "." + extension, RawQuery: all.Encode()}
	return address.String()
}

// Card returns the address of the picture in the size of those that go with links.
func (f *figure) Card() string {
	path, query, _ := strings.Cut(f.file("png", url.Values{"width": {"600"}, "scale": {"2"}}), "?")
	values, _ := url.ParseQuery(query) // which Encode has written
	region := values.Get("region")
	if region == "" {
		return path + "?" + query
	}
	// The region comes first: some who read this from a page decode it twice, and take &reg for a sign.
	values.Del("region")
	return path + "?" + url.Values{"region": {region}}.Encode() + "&" + values.Encode()
}

// Files lists the picture and its data in every form.
func (f *figure) Files() (files []link) {
	for _, extension := range pictures.Formats {
		files = append(files, link{strings.ToUpper(extension), f.file(extension, nil)})
	}
	return files
}

// Cited returns a reference to the picture, ready to paste.
func (f *figure) Cited() string {
	return f.Words.Say("Embed.quoted", f.Title, f.Citation, f.Permalink)
}

// Sure says how far the picture can be trusted, as the end of a line; "" where nothing is to be said.
func (f *figure) Sure() any {
	switch {
	case f.Synthetic && f.mixed():
		return words.Text("the dashed line is made up by a program; the points were published.")
	case f.Synthetic:
		return words.Text("not at all. These rows are made up by a program.")
	}
	return ""
}

// mixed reports whether others' figures stand beside those of a register.
func (f *figure) mixed() bool {
	return len(f.Columns) > 0 && f.Columns[0].Name == "series" &&
		slices.ContainsFunc(f.Rows, func(row []any) bool { return row[0] != "register" })
}
