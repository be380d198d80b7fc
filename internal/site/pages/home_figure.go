package pages

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"homebound/internal/chart"
	"homebound/internal/site/embeds"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

// homeFigure is one picture of the page, with all that goes with it.
type homeFigure struct {
	*chart.Picture
	Anchor  string // of the figure within the page
	Release int
	Lazy    bool // whether it is far down the page

	Sources []embeds.Drawing // the first whose medium fits is shown, else Image
	Image   embeds.Drawing
	Heads   []embeds.Cell
	Cells   [][]embeds.Cell

	Files          []homeLink // the picture and its data
	Export         string     // what is behind it, in more detail; "" where it is not of the district
	Query          string     // address of its question in GraphiQL
	Live, Archived string     // snippets
	Citation       string
}

// homeExports are the tables that go deeper than a picture, for the district.
var homeExports = func() map[string]string {
	report := func(measures string, by ...string) string {
		return "report.csv?" + url.Values{"within": {homeRegion}, "nationalities": {homeNationality}, "groupBy": by,
			"granularity": {"MONTH"}, "measures": {measures}}.Encode()
	}
	impact := "impact.csv?" + url.Values{"region": {homeRegion}, "scenario.basis": {"REPORTED"}}.Encode()
	permits := report("PERMITS_ISSUED,WORKERS_AUTHORISED", "REGION", "PERIOD")
	return map[string]string{
		"stock": report("WORKERS_PRESENT", "REGION", "PERIOD"), "permits": permits, "map": permits,
		"outcomes": report("WORKERS_REPATRIATED", "REGION", "OUTCOME",
			"PERIOD"), "impact": impact, "variants": impact, "bridge": impact, "tornado": impact,
	}
}()

// homeFigure returns a chart of a release, nil where there is nothing to draw. All addresses are of this very
// release, so that the words, the figures and the pictures of a page are never of two.
func (s *Pages) homeFigure(ctx context.Context, name, region string, release *homeRelease) (*homeFigure, error) {
	values := url.Values{}
	if region != homeRegion { // which is that of every chart where none is named
		values.Set("region", region)
	}
	shown, err := s.charts.Of(ctx, name, values)
	if err != nil || len(shown.Rows) == 0 {
		return nil, err
	}
	picture := shown.Picture
	f := &homeFigure{
		Picture: picture, Anchor: name + "-" + region, Release: release.Number, Lazy: name != "stock" ||
			region != homeRegion,
		Live: s.embeds.Snippet(name, values, 0), Archived: s.embeds.Snippet(name, values, release.Number),
	}
	file := func(extension string, drawing url.Values) string {
		all := maps.Clone(values)
		maps.Copy(all, drawing)
		address := url.URL{Path: port.ReleasePath(release.Number) + "/charts/" + name + "." + extension,
			RawQuery: all.Encode()}
		return address.String()
	}
	for _, extension := range pictures.Formats {
		f.Files = append(f.Files, homeLink{strings.ToUpper(extension), file(extension, nil)})
	}
	if region == homeRegion {
		f.Export = port.ReleasePath(release.Number) + "/export/" + homeExports[name]
	}
	f.Query = graphiqlLink(shown.Question())
	drawn := func(media string, theme chart.Theme, width int) embeds.Drawing {
		values := url.Values{"theme": {string(theme)}, "width": {strconv.Itoa(width)}}
		return embeds.Drawing{Media: media, URL: file("svg", values), Width: width,
			Height: picture.Height(chart.Options{Theme: theme, Width: width})}
	}
	f.Sources, f.Image = embeds.ForEveryReader(drawn)
	f.Heads, f.Cells = embeds.Cells(picture)
	f.Citation = fmt.Sprintf("“%s”. %s %s", picture.Title, release.Citation, picture.Permalink)
	return f, nil
}
