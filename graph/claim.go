package graph

import (
	"context"

	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Claims(ctx context.Context, filter *model.ClaimFilter, first *int, after *string, last *int,
	before *string) (*model.ClaimConnection, error) {
	f := deref(filter)
	claims, err := answers.FindClaims(ctx, releaseOf(ctx), answers.ClaimFilter{
		Topics: f.Topics, Speaker: deref(f.Speaker), Region: f.Region, Verdicts: f.Verdicts,
	})
	if err != nil {
		return nil, err
	}
	return slicePage(ctx, claims, pageArgs{first, after, last, before}, listOrder{name: "claims"},
		func(c labour.Claim) string { return c.ID })
}

type claimFields struct{}

func (claimFields) ID(_ context.Context, obj *labour.Claim) (string, error) {
	return globalID("Claim", obj.ID), nil
}

func (claimFields) SpeakerRole(_ context.Context, obj *labour.Claim) (*string, error) {
	return known(obj.SpeakerRole), nil
}

// Operator returns how the number is meant. The contract has a value here always: EXACTLY stands for a claim
// without a number.
func (claimFields) Operator(_ context.Context, obj *labour.Claim) (labour.ClaimOperator, error) {
	if obj.Operator == "" {
		return labour.Exactly, nil
	}
	return obj.Operator, nil
}

func (claimFields) Confidence(_ context.Context, obj *labour.Claim) (*labour.Confidence, error) {
	return known(obj.Confidence), nil
}

func (claimFields) Note(_ context.Context, obj *labour.Claim) (*string, error) {
	return known(obj.Note), nil
}

func (claimFields) Source(ctx context.Context, objs []*labour.Claim) ([]*labour.Source, error) {
	return lookUp(objs, func(c *labour.Claim) string { return c.Source }, releaseOf(ctx).Source)
}

func (claimFields) Region(ctx context.Context, objs []*labour.Claim) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(c *labour.Claim) string { return c.Region })
}

func (claimFields) Industry(ctx context.Context, objs []*labour.Claim) ([]*labour.Industry, error) {
	return lookUp(objs, func(c *labour.Claim) string { return c.Industry }, releaseOf(ctx).Industry)
}

func (claimFields) Nationality(ctx context.Context, objs []*labour.Claim) ([]*labour.Country, error) {
	return lookUp(objs, func(c *labour.Claim) string { return c.Nationality }, releaseOf(ctx).Country)
}

func (claimFields) Check(ctx context.Context, objs []*labour.Claim) ([]*answers.ClaimCheck, error) {
	return model.Together(ctx, objs, func(objs []*labour.Claim) ([]*answers.ClaimCheck, error) {
		return answers.Claims(ctx, releaseOf(ctx), objs)
	})
}
