package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/impact"
	"homebound/internal/labour"
)

func (query) EconomicImpact(ctx context.Context, region string, scenario *model.Scenario) (*answers.EconomicImpact,
	error) {
	return economicImpact(ctx, region, scenario)
}

func economicImpact(ctx context.Context, region string, given *model.Scenario) (*answers.EconomicImpact, error) {
	release := releaseOf(ctx)
	return answers.Impact(ctx, release, answers.ImpactQuestion{
		Scenario: scenario(release, region,
			given), Wages: wagesRequested(ctx), Provenance: graphql.FieldRequested(ctx, "provenance"),
	})
}

// scenario fills what the caller leaves out with the defaults of the contract.
func scenario(release *db.Release, region string, given *model.Scenario) impact.Scenario {
	s := impact.Scenario{
		Region: region, Baseline: labour.MustParseDate("2017-12-22"), Basis: labour.Register,
		Nationalities: []string{"KP"}, To: release.LastDay(nil), Parameters: impact.Defaults(),
	}
	s.From = s.Baseline
	if given != nil {
		s.Baseline, s.Basis, s.Stayers, s.Nationalities = given.Baseline, given.Basis, given.Stayers, given.Nationalities
		s.From, s.To = s.Baseline, release.LastDay(given.To)
		if given.From != nil {
			s.From = *given.From
		}
		for _, p := range []struct {
			into  *impact.Range
			given *impact.Range
		}{
			{&s.SubstitutionRate, given.SubstitutionRate},
			{&s.RelativeProductivity, given.RelativeProductivity},
			{&s.RelativeWage, given.RelativeWage},
			{&s.OutputMultiplier, given.OutputMultiplier},
			{&s.RemittancePerWorkerYearUSD, given.RemittancePerWorkerYearUsd},
		} {
			if p.given != nil {
				*p.into = *p.given
			}
		}
	}
	s.BoundariesOn = s.To
	if given != nil && given.BoundariesOn != nil {
		s.BoundariesOn = *given.BoundariesOn
	}
	return s
}

// wagesRequested reports whether anything is selected that the departed permits' own wages are part of. They are
// followed permit by permit, which costs as much as all the rest.
func wagesRequested(ctx context.Context) bool {
	return slices.ContainsFunc([]string{"wagesLost", "incomeTaxLost", "inputs", "provenance"}, func(field string) bool {
		return graphql.FieldRequested(ctx, field)
	})
}

type economicImpactFields struct{}

func (economicImpactFields) Region(ctx context.Context, obj *answers.EconomicImpact) (*labour.Region, error) {
	return found(releaseOf(ctx).Region(obj.Scenario.Region))
}

func (economicImpactFields) Timeline(_ context.Context, obj *answers.EconomicImpact,
	granularity labour.Granularity) ([]impact.PeriodImpact, error) {
	return obj.Result.Timeline(granularity), nil
}

type industryImpactFields struct{}

func (industryImpactFields) Industry(ctx context.Context, objs []*impact.IndustryImpact) ([]*labour.Industry, error) {
	return lookUp(objs, func(i *impact.IndustryImpact) string { return i.Industry }, releaseOf(ctx).Industry)
}

type modelInputFields struct{}

// Value returns the figure. The contract has a number here always: 0 stands for one that is missing, and the note
// says so.
func (modelInputFields) Value(_ context.Context, obj *impact.Input) (float64, error) {
	return deref(obj.Value), nil
}

func (modelInputFields) Source(ctx context.Context, objs []*impact.Input) ([]*labour.Source, error) {
	return lookUp(objs, func(i *impact.Input) string { return i.Source }, releaseOf(ctx).Source)
}

func (modelInputFields) Note(_ context.Context, obj *impact.Input) (*string, error) {
	return known(obj.Note), nil
}
