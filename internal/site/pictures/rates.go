package pictures

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/table"
	"homebound/internal/words"
)

// A map by counts mostly shows where many people live. Where a release has employment, permits are shown per 1,000
// employed: of the last year that is published up to the end of the days shown.

// mapColumns are those of the bars and what makes rates of them.
var mapColumns = slices.Concat(permitsColumns, []table.Column{
	{Name: "employed", Kind: table.Number, Unit: "thousand persons",
		Description: "Employed persons in the year employed_in. Empty where not published."},
	{Name: "employed_in", Kind: table.Whole, IsName: true, Description: "The year that employed is of."},
	{Name: "per_1000_employed", Kind: table.Number, Unit: "permits per 1,000 employed",
		Description: "Permits issued in the period for each 1,000 employed. Empty where either is not known."},
})

// has reports whether a release has an indicator.
func (s *Pictures) has(ctx context.Context, indicator string) (bool, error) {
	document, err := chartDocuments.ReadFile("documents/indicators.graphql")
	if err != nil {
		return false, fmt.Errorf("charts: %w", err)
	}
	var answer struct{ Indicators []askedCode }
	if err := s.Ask(ctx, string(document), nil, &answer); err != nil {
		return false, err
	}
	return slices.Contains(answer.Indicators, askedCode{indicator}), nil
}

// employment is a region's last published number of employed persons.
type employment struct {
	thousands float64
	year      int
	source    port.Source
}

// employed returns who was employed in a place in the last year that does not begin after a day; nil where nobody says.
func (p askedPlace) employed(by labour.Date) *employment {
	var last *employment
	for _, o := range p.Observations {
		year := labour.Date(o.From).Time().Year()
		if o.Industry != nil || o.Nationality != nil || o.Status == "MISSING" || o.Unit != "thousand persons" ||
			o.Value <= 0 || labour.Date(o.From) > by || last != nil && last.year >= year {
			continue
		}
		last = &employment{o.Value, year, o.Source}
	}
	return last
}

// rate returns permits per 1,000 employed; nil where one of the two is not known.
func (e *employment) rate(permits *float64) *float64 {
	if e == nil || permits == nil {
		return nil
	}
	rate := *permits / e.thousands
	return &rate
}

// asRates shows a map's counts as rates where there is employment for any of its subjects, and completes its data.
func (a *mapAnswer) asRates(p *chart.Picture, drawn chart.Map, places []askedPlace, span labour.Period) {
	p.Columns = mapColumns
	employed := make([]*employment, len(places))
	var years, without []string
	for i, place := range places {
		if employed[i] = place.employed(span.To); employed[i] == nil {
			without = append(without, place.Name)
		} else if year := fmt.Sprint(employed[i].year); !slices.Contains(years, year) {
			years = append(years, year)
		}
	}
	for n, row := range p.Rows {
		i := slices.IndexFunc(places, func(place askedPlace) bool { return place.Code == row[0] })
		if i < 0 || employed[i] == nil {
			p.Rows[n] = append(row, nil, nil, nil)
			continue
		}
		var rate any
		if r := employed[i].rate(drawn[i].Value); r != nil {
			rate = *r
		}
		p.Rows[n] = append(row, employed[i].thousands, int64(employed[i].year), rate)
	}
	if len(years) == 0 {
		return
	}
	p.Unit = "permits per 1,000 employed"
	for i := range drawn {
		if drawn[i].Value != nil && *drawn[i].Value > 0 {
			drawn[i].More = a.in.Amount(*drawn[i].Value, "permits")
		}
		drawn[i].Value, drawn[i].Rate = employed[i].rate(drawn[i].Value), true
		if employed[i] != nil {
			a.cite(employed[i].source)
		}
		if employed[i] != nil && drawn[i].More != "" {
			drawn[i].More = a.in.Say("%s; %s thousand employed in %s", drawn[i].More,
				a.in.Number(employed[i].thousands, 1), strconv.Itoa(employed[i].year))
		}
	}
	slices.Sort(years)
	p.Note(a.in.Say("Employed persons of %s. Classes have about as many regions each.", a.in.Listed(years)))
	if len(without) > 0 {
		p.Note(a.in.Say("No employment is published for %s.", a.in.Listed(without)))
	}
}

// rateSentence tells the rates, the greatest first.
func (a *mapAnswer) rateSentence(drawn chart.Map) string {
	known := slices.DeleteFunc(slices.Clone(drawn), func(s chart.Subject) bool {
		return !s.Rate || s.Value == nil || *s.Value == 0
	})
	slices.SortStableFunc(known, func(s, t chart.Subject) int { return cmp.Compare(*t.Value, *s.Value) })
	var told []string
	for _, s := range known {
		told = append(told, s.Label+" "+a.in.Number(*s.Value, words.Decimals(*s.Value, 2)))
	}
	if len(told) == 0 {
		return ""
	}
	return a.in.Say("Per 1,000 employed: %s.", a.in.Listed(told))
}
