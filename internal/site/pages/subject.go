package pages

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// subject is what the pages of a release are about, as its rows have it: the workers that its sanction orders home, or
// else those with the most permits, and where most of them worked.
type subject struct {
	Sanction      *sanctionAnswer // nil where the release has none
	Nationalities []named
	Region        *placeAnswer // nil where the release tells of nowhere
}

type named struct{ Code, Name string }

// sanctionAnswer is a sanction.
type sanctionAnswer struct {
	Symbol, Title, AdoptedOn string
	Paragraph, Deadline      *string
	Nationalities            []named
	Source                   port.Source
}

// placeAnswer is a region.
type placeAnswer struct {
	Code, Name, Kind string
	Local            string
	Parent           *named
}

// codes returns the codes of the workers' nationalities; empty stands for all.
func (s *subject) codes() []string {
	codes := []string{}
	for _, n := range s.Nationalities {
		codes = append(codes, n.Code)
	}
	return codes
}

// Workers names whom the pages are about: workers from North Korea.
func (s *subject) Workers() any {
	var names list
	for _, n := range s.Nationalities {
		names = append(names, n)
	}
	if len(names) == 0 {
		return words.Text("foreign workers")
	}
	return phrased("workers from %s", names)
}

// subjectOf finds what the pages of the release in ctx are about.
func (s *Pages) subjectOf(ctx context.Context, sanctions []sanctionAnswer) (*subject, error) {
	about := &subject{Sanction: mainSanction(sanctions)}
	if about.Sanction != nil {
		about.Nationalities = about.Sanction.Nationalities
	} else {
		var most struct {
			Report struct {
				Rows []struct{ Nationality *named }
			}
		}
		if err := s.ask(ctx, "nationality", nil, &most); err != nil {
			return nil, err
		}
		for _, row := range most.Report.Rows {
			if row.Nationality != nil {
				about.Nationalities = []named{*row.Nationality}
			}
		}
	}
	code, err := s.mainRegion(ctx, about.codes())
	if err != nil || code == "" {
		return about, err
	}
	var place struct{ Region *placeAnswer }
	err = s.ask(ctx, "place", port.Variables{"region": code}, &place)
	about.Region = place.Region
	return about, err
}

// about is subjectOf for pictures that nobody tells what to show.
func (s *Pages) about(ctx context.Context) (pictures.Subject, error) {
	release := &thisRelease{}
	if err := s.ask(ctx, "release", nil, release); err != nil {
		return pictures.Subject{}, err
	}
	found, err := s.subjectOf(ctx, release.Sanctions)
	if err != nil || found.Region == nil {
		return pictures.Subject{}, err
	}
	return pictures.Subject{Region: found.Region.Code, Nationalities: found.codes()}, nil
}

// mainSanction returns the sanction that orders workers home: one with a deadline before others, and a later one before
// an earlier; nil where there is none.
func mainSanction(all []sanctionAnswer) *sanctionAnswer {
	if len(all) == 0 {
		return nil
	}
	main := slices.MaxFunc(all, func(a, b sanctionAnswer) int {
		rank := func(o sanctionAnswer) int {
			if o.Deadline != nil {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.AdoptedOn, b.AdoptedOn))
	})
	return &main
}

// mainRegion returns the district with the most permits for these nationalities, the country where there are no
// districts, and without a register the one that most was published of; "" where there is nothing of any.
func (s *Pages) mainRegion(ctx context.Context, nationalities []string) (string, error) {
	var most struct {
		Districts struct {
			Rows []struct {
				District      *named
				PermitsIssued *float64
			}
		}
		Regions struct{ Rows []struct{ Region named } }
	}
	if err := s.ask(ctx, "most", port.Variables{"nationalities": orAll(nationalities)}, &most); err != nil {
		return "", err
	}
	for _, row := range most.Districts.Rows {
		if row.District != nil {
			return row.District.Code, nil
		}
	}
	release := graph.ReleaseOf(ctx)
	regions, on := release.Geography(), release.LastDay(nil)
	if rows := most.Regions.Rows; len(rows) > 0 {
		return cmp.Or(regions.Ancestor(rows[0].Region.Code, labour.KindCountry, on), rows[0].Region.Code), nil
	}
	var published struct {
		Regions struct {
			Nodes []struct {
				Code         string
				Observations []struct{ Nationality *named }
			}
		}
	}
	if err := s.ask(ctx, "published", nil, &published); err != nil {
		return "", err
	}
	counts := map[string]int{}
	for _, region := range published.Regions.Nodes {
		into := cmp.Or(regions.District(region.Code, on), regions.Ancestor(region.Code, labour.KindCountry, on))
		for _, o := range region.Observations {
			if len(nationalities) == 0 || o.Nationality != nil && slices.Contains(nationalities, o.Nationality.Code) {
				counts[into]++
			}
		}
	}
	best := ""
	for _, code := range regions.Codes() { // in order, so that the first of equals is the answer
		isDistrict := regions.District(code, on) == code
		was := regions.District(best, on) == best && best != ""
		if counts[code] > 0 && (best == "" || isDistrict && !was || isDistrict == was && counts[code] > counts[best]) {
			best = code
		}
	}
	return best, nil
}

// orAll returns the value of a list of codes in which none stands for all.
func orAll(codes []string) any {
	if len(codes) == 0 {
		return nil
	}
	return codes
}

// parameters returns what a picture of a region is asked by, for the workers that the pages are about. What the contract
// takes by itself is not named.
func (s *Pages) parameters(chart, region string, nationalities []string) url.Values {
	values := url.Values{"region": {region}}
	takes := pictures.DocumentOf(chart).Variables
	switch {
	case takes.ForName("nationalities") != nil:
		values["nationalities"] = nationalities
		if len(nationalities) == 0 {
			values["nationalities"] = []string{""}
		}
	case takes.ForName("scenario") != nil && !slices.Equal(port.Texts(s.scenarioNationalities()), nationalities):
		values["scenario.nationalities"] = nationalities
	}
	return values
}

// scenarioNationalities returns whose departure an estimate is of where none is named.
func (s *Pages) scenarioNationalities() any {
	value, err := s.Parameters.Schema.Types["Scenario"].Fields.ForName("nationalities").DefaultValue.Value(nil)
	if err != nil {
		return nil
	}
	return value
}
