package pages

import (
	"cmp"
	_ "embed"
	"net/url"
	"slices"
	"strings"

	"homebound/internal/labour"
	"homebound/internal/site/exports"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

//go:embed region.html
var regionText string

//go:embed regions.html
var regionsText string

var regionPage, regionsPage = parsePage(regionText), parsePage(regionsText)

// regions registers the page of each region, and that which lists them.
func (s *Pages) regions() {
	s.page("/regions", regionsPage, func(v *visit) (framed, error) { return s.tellRegions(v) })
	s.page("/regions/{code}", regionPage, func(v *visit) (framed, error) { return s.tellRegion(v) })
}

// thisRelease is the answer to release.graphql.
type thisRelease struct {
	Release struct {
		releaseAnswer
		Confidential *int
	}
	Sanctions []sanctionAnswer
}

// whose returns what the pages of the release are about.
func (s *Pages) whose(v *visit) (*thisRelease, *subject, error) {
	release := &thisRelease{}
	if err := s.ask(v, "release", nil, release); err != nil {
		return nil, nil, err
	}
	about, err := s.subjectOf(v, release.Sanctions)
	return release, about, err
}

// regionData is what the page of a region shows.
type regionData struct {
	frame
	subject
	regionAnswer
	Day       string // whose boundaries count
	Pictures  []regionPicture
	Multiples *figure // of its members; nil where there are none
	Employers *employersAnswer
	Masked    bool
	Claims    *saidAnswer
	Published []publishedFigure
	Exports   []homeExport
	Ask       string // address of the page's question in GraphiQL
}

// regionPicture is a picture, or why there is none.
type regionPicture struct {
	Heading words.Text
	Empty   string
	Figure  *figure
}

// regionAnswer is the answer to region.graphql.
type regionAnswer struct {
	Place *struct {
		placeAnswer
		Parent       *ancestor
		Children     []named
		Observations []observation
	} `json:"region"`
	Report struct {
		Rows []struct {
			Period                                            struct{ Label string }
			PermitsIssued, WorkersPresent, WorkersRepatriated *float64
		}
		Provenance struct {
			Synthetic bool
			Sources   []port.Source
		}
	}
}

type ancestor struct {
	named
	Parent *ancestor
}

type observation struct {
	Indicator             struct{ Name, Unit string }
	Industry, Nationality *struct{ Code string }
	From, To, Status      string
	Value                 float64
	Source                port.Source
}

// publishedFigure is what was published of the workers of a region.
type publishedFigure struct {
	What        string
	When, Value any
	Source      port.Source
}

type employersAnswer struct {
	TotalCount int
	Nodes      []struct {
		Name      string
		Industry  *struct{ Name string }
		Synthetic bool
	}
}

// saidAnswer is the answer to said.graphql.
type saidAnswer struct {
	TotalCount int
	Nodes      []claimAnswer
	PageInfo   struct {
		HasNextPage bool
		EndCursor   string
	}
}

// said asks for statements, whose pages are below a base.
func (s *Pages) said(v *visit, variables port.Variables) (*saidAnswer, error) {
	var answer struct{ Claims saidAnswer }
	err := s.ask(v, "said", variables, &answer)
	for i := range answer.Claims.Nodes {
		answer.Claims.Nodes[i].Base, answer.Claims.Nodes[i].in = v.Base, v.in
	}
	return &answer.Claims, err
}

// lost says that there is no page of a kind under an id.
func lost(kind, id, expected string) error {
	return labour.Faultf(labour.NotFound, "There is no %s %.80q: expected %s.", kind, id, expected)
}

// tellRegion returns the page of a region. What is of a few workers alone, the release itself masks.
func (s *Pages) tellRegion(v *visit) (*regionData, error) {
	v.Path, v.values = "/regions/"+url.PathEscape(v.part), nil
	release, about, err := s.whose(v)
	if err != nil {
		return nil, err
	}
	data := &regionData{subject: *about, Masked: release.Release.Confidential != nil}
	variables := port.Variables{"region": v.part, "nationalities": orAll(about.codes())}
	if err := s.ask(v, "region", variables, &data.regionAnswer); err != nil {
		return nil, err
	}
	if data.Place == nil {
		return nil, lost("region", v.part, "a code such as those at /regions")
	}
	data.frame = v.frame
	if through := release.Release.DataThrough; through != nil {
		data.Day = *through
	}
	data.Title = said(v.in, phrased("%s: %s", data.Place.Name, about.Workers()))
	data.Description = said(v.in, phrased("How many %s were in %s, how they left, what was said of it, and where each figure is from.",
		about.Workers(), theRegion(v.in, data.Place.Name)))
	data.Published = data.published(about.codes())
	if err := s.drawRegion(v, data); err != nil {
		return nil, err
	}
	if data.Claims, err = s.said(v, port.Variables{"filter": map[string]any{"within": v.part}, "first": 5}); err != nil {
		return nil, err
	}
	if err := s.employersOf(v, data); err != nil {
		return nil, err
	}
	if data.Ask, err = askLink("region", variables); err != nil {
		return nil, err
	}
	data.Exports = s.regionExports(v.Number, v.part, about.codes())
	data.Dataset = data.frame.dataset(data.Title, data.Description, &release.Release.releaseAnswer, "?codes="+url.QueryEscape(v.part))
	return data, nil
}

// drawRegion draws the pictures of a region, or says why one cannot be drawn.
func (s *Pages) drawRegion(v *visit, data *regionData) error {
	for _, p := range []struct {
		name    string
		heading words.Text
	}{{"stock", "How many were there?"},
		{"permits", "How many permits were issued?"}, {"outcomes", "Who left, and how?"}} {
		values := s.parameters(p.name, v.part, data.codes())
		values = inLangValues(v, values)
		shown, err := s.charts.Of(v, p.name, values)
		refused, err := partly(v.in, err)
		if err != nil {
			return err
		}
		told := regionPicture{Heading: p.heading, Empty: refused}
		data.Partial = data.Partial || refused != ""
		switch {
		case shown != nil && shown.Empty == "":
			told.Figure = pictured(shown, v.Base, v.Number, p.name, values)
			if data.Card == "" {
				data.Card, data.CardAlt = told.Figure.Card(), shown.Description
			}
			told.Figure.Lazy = len(data.Pictures) > 0
		case shown != nil:
			told.Empty = shown.Empty
		}
		data.Pictures = append(data.Pictures, told)
	}
	return s.drawMembers(v, data)
}

// drawMembers draws a small picture of each member of a district or a country.
func (s *Pages) drawMembers(v *visit, data *regionData) (err error) {
	if len(data.Place.Children) == 0 {
		return nil
	}
	data.Multiples, err = s.figure(v, v.Base, v.Number, pictures.MembersName,
		s.parameters(pictures.MembersName, v.part, data.codes()))
	_, err = partly(v.in, err)
	return err
}

// employersOf asks who employs in the region, where this principal may know.
func (s *Pages) employersOf(v *visit, data *regionData) error {
	if data.Masked {
		return nil
	}
	var answer struct{ Employers employersAnswer }
	err := s.ask(v, "employers", port.Variables{"region": v.part}, &answer)
	if fault, ok := asFault(err); ok && fault.Code == labour.Forbidden {
		data.Masked = true
		return nil
	}
	data.Employers = &answer.Employers
	return err
}

// published lists what others published of these workers, the newest first.
func (a *regionAnswer) published(nationalities []string) (figures []publishedFigure) {
	for _, o := range slices.Backward(a.Place.Observations) {
		if o.Industry != nil || o.Status == "MISSING" || o.Nationality == nil ||
			!slices.Contains(nationalities, o.Nationality.Code) {
			continue
		}
		figures = append(figures, publishedFigure{o.Indicator.Name, spanOf(o.From, o.To),
			phrased("%s %s", o.Value, unitOf(o.Indicator.Unit)), o.Source})
	}
	return figures
}

// Ancestors names what a region is part of, the nearest first.
func (a *regionAnswer) Ancestors() (all []named) {
	for at := a.Place.Parent; at != nil; at = at.Parent {
		all = append(all, at.named)
	}
	return all
}

// regionExports lists the files that go deeper than the page.
func (s *Pages) regionExports(number int, region string, nationalities []string) (all []homeExport) {
	by := url.Values{"within": {region}, "groupBy": {"PERIOD"}, "granularity": {"MONTH"},
		"measures": {"PERMITS_ISSUED,WORKERS_PRESENT,WORKERS_REPATRIATED"}}
	if len(nationalities) > 0 {
		by["nationalities"] = nationalities
	}
	for _, table := range []struct{ title, name, query string }{
		{"The register by month", "report", by.Encode()},
		{"What others published", "observations", url.Values{"codes": {region}}.Encode()},
	} {
		files := homeExport{Name: table.title}
		for _, format := range exports.Formats() {
			address := port.ReleasePath(number) + "/export/" + table.name + "." + format + "?" + table.query
			files.Files = append(files.Files, link{format, address})
		}
		all = append(all, files)
	}
	return all
}

// regionsData is the list of all regions: each country with its districts, and these with their members.
type regionsData struct {
	frame
	Top []*listedRegion
}

type listedRegion struct {
	Code, Name, Kind string
	Parent           *named
	Members          []*listedRegion
	Base             string // before the address of its page
}

// allRegions asks for the regions of the release, in the order of their codes.
func (s *Pages) allRegions(v *visit) ([]*listedRegion, error) {
	var answer struct {
		Regions struct{ Nodes []*listedRegion }
	}
	err := s.ask(v, "regions", nil, &answer)
	return answer.Regions.Nodes, err
}

func (s *Pages) tellRegions(v *visit) (*regionsData, error) {
	v.Path, v.values = "/regions", nil
	regions, err := s.allRegions(v)
	if err != nil {
		return nil, err
	}
	data := &regionsData{frame: v.frame}
	data.Title = v.in.Say("All regions")
	data.Description = v.in.Say("Countries, districts and regions that this release tells of, each with its pictures, figures and statements.")
	data.Top = tree(regions, v.Base)
	return data, nil
}

// tree puts regions under those that they belong to: what has members comes before what has none.
func tree(regions []*listedRegion, base string) (top []*listedRegion) {
	byCode := map[string]*listedRegion{}
	for _, r := range regions {
		r.Base, byCode[r.Code] = base, r
	}
	for _, r := range regions {
		if r.Parent != nil && byCode[r.Parent.Code] != nil {
			parent := byCode[r.Parent.Code]
			parent.Members = append(parent.Members, r)
		} else {
			top = append(top, r)
		}
	}
	order := func(list []*listedRegion) {
		slices.SortStableFunc(list, func(a, b *listedRegion) int {
			return cmp.Or(cmp.Compare(min(1, len(b.Members)), min(1, len(a.Members))), strings.Compare(a.Name, b.Name))
		})
	}
	for _, r := range regions {
		order(r.Members)
	}
	order(top)
	return top
}
