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
	q := answers.ImpactQuestion{Scenario: scenario(release, region, given), Wages: wagesRequested(ctx),
		Provenance: graphql.FieldRequested(ctx, "provenance"), Notices: graphql.FieldRequested(ctx, "notices")}
	if given != nil {
		q.GivenBoundaries, q.StockIndustry = given.BoundariesOn != nil, deref(given.StockIndustry)
		for _, p := range given.Stocks {
			q.Stocks = append(q.Stocks, labour.Point{On: p.On, Value: p.Workers})
		}
	}
	return answers.Impact(ctx, release, q)
}

// scenario fills what the caller leaves out with the defaults of the contract.
func scenario(release *db.Release, region string, given *model.Scenario) impact.Scenario {
	s := impact.Scenario{
		Region: region, Baseline: labour.MustParseDate("2017-12-22"), Basis: labour.Register,
		Nationalities: []string{"KP"}, To: release.LastDay(nil), SplitIndustry: true, Seed: 1,
	}
	s.From, s.BoundariesOn = s.Baseline, s.To
	if given == nil {
		return s
	}
	s.Baseline, s.Basis, s.Nationalities = given.Baseline, given.Basis, given.Nationalities
	s.From, s.To = s.Baseline, release.LastDay(given.To)
	if given.From != nil {
		s.From = *given.From
	}
	s.BoundariesOn = release.LastDay(given.BoundariesOn)
	s.Stayers, s.StayersRule, s.StayersIn = given.Stayers, given.StayersRule, given.StayersIn
	s.Variant, s.FadeOut, s.SplitIndustry = given.Variant, given.FadeOut, given.SplitByIndustry
	s.Draws, s.Seed, s.Together = given.Draws, int64(given.Seed), given.Together
	if s.Draws == 0 {
		s.Draws = -1 // none is none, and no default
	}
	if given.Prices == model.PricesConstant {
		s.ConstantYear = s.Baseline.Year()
		if given.ConstantPricesOf != nil {
			s.ConstantYear = *given.ConstantPricesOf
		}
	}
	s.Overrides = overrides(given)
	return s
}

// overrides lists the parameters that a scenario sets, the five that have a field of their own among them.
func overrides(given *model.Scenario) []labour.Parameter {
	var list []labour.Parameter
	for _, p := range given.Parameters {
		list = append(list, labour.Parameter{Name: p.Name, Region: deref(p.Region), Industry: deref(p.Industry), Low: p.Low,
			Central: p.Central, High: p.High, Distribution: p.Distribution})
	}
	for _, p := range []struct {
		name  string
		given *impact.Range
	}{
		{"substitutionRate", given.SubstitutionRate}, {"relativeProductivity", given.RelativeProductivity},
		{"relativeWage", given.RelativeWage}, {"outputMultiplier", given.OutputMultiplier},
		{"remittancePerWorkerYearUsd", given.RemittancePerWorkerYearUsd},
	} {
		if p.given != nil {
			list = append(list, labour.Parameter{Name: p.name, Low: p.given.Low, Central: p.given.Central, High: p.given.High})
		}
	}
	return list
}

// wagesRequested reports whether anything is selected that the departed permits' own wages are part of. They are
// followed permit by permit, which costs as much as all the rest.
func wagesRequested(ctx context.Context) bool {
	return slices.ContainsFunc([]string{"wagesLost", "incomeTaxLost", "fiscalLoss", "remittancesForgone", "grossAccounts", "netAccounts",
		"byIndustry", "timeline", "notices", "inputs", "provenance"}, func(field string) bool {
		return graphql.FieldRequested(ctx, field)
	})
}

type economicImpactFields struct{}

func (economicImpactFields) Region(ctx context.Context, obj *answers.EconomicImpact) (*labour.Region, error) {
	return found(releaseOf(ctx).Region(obj.Scenario.Region))
}

type industryImpactFields struct{}

func (industryImpactFields) Industry(ctx context.Context, objs []*impact.IndustryImpact) ([]*labour.Industry, error) {
	return lookUp(objs, func(i *impact.IndustryImpact) string { return i.Industry }, releaseOf(ctx).Industry)
}

type modelInputFields struct{}

func (modelInputFields) Distribution(_ context.Context, obj *impact.Input) (*labour.Distribution, error) {
	return known(obj.Distribution), nil
}

func (modelInputFields) Period(_ context.Context, obj *impact.Input) (*labour.CalendarPeriod, error) {
	if obj.Period == nil {
		return nil, nil
	}
	return new(labour.Granularity("").Of(*obj.Period)), nil
}

func (modelInputFields) Citation(_ context.Context, obj *impact.Input) (*string, error) {
	return known(obj.Citation), nil
}

func (modelInputFields) Source(ctx context.Context, objs []*impact.Input) ([]*labour.Source, error) {
	return lookUp(objs, func(i *impact.Input) string { return i.Source }, releaseOf(ctx).Source)
}

func (modelInputFields) Note(_ context.Context, obj *impact.Input) (*string, error) {
	return known(obj.Note), nil
}

func (economicImpactFields) ConstantPricesOf(_ context.Context, obj *answers.EconomicImpact) (*int, error) {
	if obj.Scenario.ConstantYear == 0 {
		return nil, nil
	}
	return &obj.Scenario.ConstantYear, nil
}

func (economicImpactFields) Observed(ctx context.Context, obj *answers.EconomicImpact) ([]answers.ObservedOutcome, error) {
	return answers.Observed(ctx, releaseOf(ctx), obj)
}

type observedOutcomeFields struct{}

func (observedOutcomeFields) Indicator(ctx context.Context, objs []*answers.ObservedOutcome) ([]*labour.Indicator, error) {
	return lookUp(objs, func(o *answers.ObservedOutcome) string { return o.Indicator }, releaseOf(ctx).Indicator)
}

func (query) Parameters(ctx context.Context, name, region *string) ([]labour.Parameter, error) {
	return listed(answers.Parameters(ctx, releaseOf(ctx), deref(name), deref(region)))
}

type parameterFields struct{}

func (parameterFields) Region(ctx context.Context, objs []*labour.Parameter) ([]*labour.Region, error) {
	return lookUp(objs, func(p *labour.Parameter) string { return p.Region }, releaseOf(ctx).Region)
}

func (parameterFields) Industry(ctx context.Context, objs []*labour.Parameter) ([]*labour.Industry, error) {
	return lookUp(objs, func(p *labour.Parameter) string { return p.Industry }, releaseOf(ctx).Industry)
}

func (parameterFields) Nationality(ctx context.Context, objs []*labour.Parameter) ([]*labour.Country, error) {
	return lookUp(objs, func(p *labour.Parameter) string { return p.Nationality }, releaseOf(ctx).Country)
}

func (parameterFields) Source(ctx context.Context, objs []*labour.Parameter) ([]*labour.Source, error) {
	return lookUp(objs, func(p *labour.Parameter) string { return p.Source }, releaseOf(ctx).Source)
}

func (parameterFields) Note(_ context.Context, obj *labour.Parameter) (*string, error) {
	return known(obj.Note), nil
}
