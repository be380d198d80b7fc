package db

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"homebound/internal/labour"
)

// perHead is a value for each 1,000 inhabitants or employed of the row's place, of the year of its last day.
func (rep *Report) perHead(ctx context.Context, f *Figure, h held) error {
	indicator, industry := labour.Population, ""
	if h.as == labour.Per1000Employed {
		indicator, industry = labour.EmployedPersons, h.row.Group[labour.ByIndustry]
		if list := rep.facts.industries; industry == "" && len(list) == 1 {
			industry = list[0]
		}
	}
	place := rep.placeOf(h.row)
	if place == "" || h.row.Others {
		f.Why = "The row is of no one region, of which " + indicator + " could be known."
		return nil
	}
	if _, grouped := h.row.Group[labour.ByIndustry]; grouped && h.as == labour.Per1000Employed && industry == "" {
		f.Why = "The row is of no known industry."
		return nil
	}
	all, done := rep.beside.seen[indicator]
	if !done && slices.ContainsFunc(rep.release.Indicators(), func(i labour.Indicator) bool { return i.Code == indicator }) {
		var err error
		if all, err = rep.release.Observations(ctx, ObservationFilter{Indicators: []string{indicator}}); err != nil {
			return err
		}
		rep.beside.seen[indicator] = all
	}
	year := h.row.Period.To.Year()
	for _, o := range all {
		if o.Region != place || o.Industry != industry || o.Nationality != "" || o.Qualifier != "" ||
			o.From.Year() != year || o.To.Year() != year {
			continue
		}
		scale, plain := map[string]float64{"persons": 1, "thousand persons": 1000}[strings.ReplaceAll(o.Unit, "_", " ")]
		if persons := o.Value * scale; plain && persons > 0 {
			f.Base, f.Value = &persons, new(h.value/persons*1000)
			return nil
		}
	}
	of := place
	if industry != "" {
		of += " and industry " + industry
	}
	f.Why = fmt.Sprintf("%s of %s in %d is not in the release.", indicator, of, year)
	return nil
}

// placeOf returns the one region that a row is of: its own, its district, else that of the report; "" where there is none.
func (rep *Report) placeOf(row ReportRow) string {
	for _, d := range []labour.Dimension{labour.ByRegion, labour.ByDistrict} {
		if place, grouped := row.Group[d]; grouped {
			return place
		}
	}
	if len(rep.Query.Filter.Within) == 1 {
		return rep.Query.Filter.Within[0]
	}
	return ""
}
