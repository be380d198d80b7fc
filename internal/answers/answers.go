// Package answers answers the domain's questions for whoever asks: whether a claim holds, how far a sanction has been
// followed, what departures cost, which rows of a list may be read. It reads releases through db, computes through
// impact and labour, and knows neither GraphQL nor HTTP.
package answers

import (
	"homebound/db"
	"homebound/internal/labour"
)

// Provenance is what a figure rests on, with the release that it was read from.
type Provenance struct {
	Release   labour.Release
	Sources   []labour.Source // in the order of ids
	RowsRead  int             // of the register and of observations
	Synthetic bool            // whether any of the rows is made up
	Method    string          // a sentence or two
	SQL       []string        // one statement each
}

// ProvenanceOf returns what db found behind a figure of a release.
func ProvenanceOf(release *db.Release, p db.Provenance) Provenance {
	return Provenance{
		Release: release.Info(), Sources: p.Sources, RowsRead: p.RowsRead, Synthetic: p.Synthetic, Method: p.Method, SQL: p.SQL,
	}
}

// KnownIndicators returns those of the codes that the release has; one that it lacks has no observation in it either.
func KnownIndicators(release *db.Release, codes ...string) []string {
	known := []string{}
	for _, code := range codes {
		if _, err := release.Indicator(code); err == nil {
			known = append(known, code)
		}
	}
	return known
}

// perturbed tells whether figures on a basis are made of the release's masked rows.
func perturbed(release *db.Release, basis labour.Basis) bool {
	return basis == labour.Register && release.Perturbed()
}

// named returns a code as a list, nil where there is none.
func named(code string) []string {
	if code == "" {
		return nil
	}
	return []string{code}
}
