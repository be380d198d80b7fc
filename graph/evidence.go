package graph

import (
	"context"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/labour"
)

func (query) Indicators(ctx context.Context) ([]labour.Indicator, error) {
	return listed(releaseOf(ctx).Indicators(), nil)
}

func (query) Sanctions(ctx context.Context) ([]labour.Sanction, error) {
	return listed(releaseOf(ctx).Sanctions(), nil)
}

func (query) Sanction(ctx context.Context, symbol string) (*labour.Sanction, error) {
	return found(releaseOf(ctx).Sanction(symbol))
}

func (query) Sources(ctx context.Context, first *int, after *string, last *int,
	before *string) (*model.SourceConnection, error) {
	return slicePage(ctx, releaseOf(ctx).Sources(), pageArgs{first, after, last, before, nil}, listOrder{name: "sources"},
		func(s labour.Source) string {
			return s.ID
		})
}

type sourceFields struct{}

func (sourceFields) ID(_ context.Context, obj *labour.Source) (string, error) {
	return globalID("Source", obj.ID), nil
}
func (sourceFields) URL(_ context.Context, obj *labour.Source) (*string, error) {
	return known(obj.URL), nil
}
func (sourceFields) Licence(_ context.Context, obj *labour.Source) (*string, error) {
	return known(obj.Licence), nil
}

type sanctionFields struct{}

func (sanctionFields) ID(_ context.Context, obj *labour.Sanction) (string, error) {
	return globalID("Sanction", obj.Symbol), nil
}

func (sanctionFields) Paragraph(_ context.Context, obj *labour.Sanction) (*string, error) {
	return known(obj.Paragraph), nil
}

func (sanctionFields) Nationalities(ctx context.Context, objs []*labour.Sanction) ([][]labour.Country, error) {
	lists := make([][]labour.Country, len(objs))
	for i, sanction := range objs {
		var err error
		if lists[i], err = namedBy(sanction.Nationalities, releaseOf(ctx).Country); err != nil {
			return nil, err
		}
	}
	return lists, nil
}

func (sanctionFields) Source(ctx context.Context, objs []*labour.Sanction) ([]*labour.Source, error) {
	return lookUp(objs, func(s *labour.Sanction) string { return s.Source }, releaseOf(ctx).Source)
}

func (sanctionFields) Obligations(ctx context.Context, obj *labour.Sanction) ([]labour.Obligation, error) {
	return releaseOf(ctx).Obligations(obj.Symbol), nil
}

type obligationFields struct{}

func (obligationFields) Paragraph(_ context.Context, obj *labour.Obligation) (*string, error) {
	return known(obj.Paragraph), nil
}

func (obligationFields) Exemptions(_ context.Context, obj *labour.Obligation) (*string, error) {
	return known(obj.Exemptions), nil
}

func (obligationFields) Milestones(_ context.Context, obj *labour.Obligation) ([]labour.Date, error) {
	if obj.HalfWayOn == nil {
		return []labour.Date{}, nil
	}
	return []labour.Date{*obj.HalfWayOn}, nil
}

func (obligationFields) Source(ctx context.Context, objs []*labour.Obligation) ([]*labour.Source, error) {
	return lookUp(objs, func(o *labour.Obligation) string { return o.Source }, releaseOf(ctx).Source)
}

type observationFields struct{}

func (observationFields) ID(_ context.Context, obj *labour.Observation) (string, error) {
	return globalID("Observation", db.ObservationKey(*obj)), nil
}

func (observationFields) Confidence(_ context.Context, obj *labour.Observation) (*labour.Confidence, error) {
	return known(obj.Confidence), nil
}

func (observationFields) Note(_ context.Context, obj *labour.Observation) (*string, error) {
	return known(obj.Note), nil
}

func (observationFields) Indicator(ctx context.Context, objs []*labour.Observation) ([]*labour.Indicator, error) {
	return lookUp(objs, func(o *labour.Observation) string { return o.Indicator }, releaseOf(ctx).Indicator)
}

func (observationFields) Region(ctx context.Context, objs []*labour.Observation) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(o *labour.Observation) string { return o.Region })
}

func (observationFields) Industry(ctx context.Context, objs []*labour.Observation) ([]*labour.Industry, error) {
	return lookUp(objs, func(o *labour.Observation) string { return o.Industry }, releaseOf(ctx).Industry)
}

func (observationFields) Nationality(ctx context.Context, objs []*labour.Observation) ([]*labour.Country, error) {
	return lookUp(objs, func(o *labour.Observation) string { return o.Nationality }, releaseOf(ctx).Country)
}

func (observationFields) Source(ctx context.Context, objs []*labour.Observation) ([]*labour.Source, error) {
	return lookUp(objs, func(o *labour.Observation) string { return o.Source }, releaseOf(ctx).Source)
}
