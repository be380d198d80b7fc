package graph

import (
	"context"
	"math"
	"strings"

	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

func (query) Claim(ctx context.Context, id string) (*labour.Claim, error) {
	claims, err := claimsByID(ctx, releaseOf(ctx), []string{keyOf("Claim", id)})
	if err != nil {
		return nil, err
	}
	return claims[0], nil
}

func (query) Claims(ctx context.Context, filter *model.ClaimFilter, orderBy *model.ClaimOrder, first *int, after *string,
	last *int, before *string) (*model.ClaimConnection, error) {
	order := deref(orderBy)
	claims, err := answers.FindClaims(ctx, releaseOf(ctx), claimFilter(filter),
		answers.ClaimOrder{Field: order.Field, Descending: order.Direction == model.OrderDirectionDesc})
	if err != nil {
		return nil, err
	}
	return slicePage(ctx, claims, pageArgs{first, after, last, before, nil},
		listOrder{name: strings.TrimSpace("claims " + string(order.Field) + " " + string(order.Direction))},
		func(c labour.Claim) string { return c.ID })
}

type claimFields struct{}

func (claimFields) ID(_ context.Context, obj *labour.Claim) (string, error) {
	return globalID("Claim", obj.ID), nil
}

func (claimFields) SpeakerRole(_ context.Context, obj *labour.Claim) (*string, error) {
	return known(obj.SpeakerRole), nil
}

func (claimFields) Operator(_ context.Context, obj *labour.Claim) (*labour.ClaimOperator, error) {
	return known(obj.Operator), nil
}

func (claimFields) Confidence(_ context.Context, obj *labour.Claim) (*labour.Confidence, error) {
	return known(obj.Confidence), nil
}

func (claimFields) Note(_ context.Context, obj *labour.Claim) (*string, error) {
	return known(obj.Note), nil
}

func (claimFields) Measure(_ context.Context, obj *labour.Claim) (*labour.Measure, error) {
	return known(obj.Measure), nil
}

func (claimFields) Per(_ context.Context, obj *labour.Claim) (*labour.ClaimPer, error) {
	return known(obj.Per), nil
}

func (claimFields) WageBasis(_ context.Context, obj *labour.Claim) (*labour.WageBasis, error) {
	return known(obj.WageBasis), nil
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

func (claimFields) CompareWith(ctx context.Context, objs []*labour.Claim) ([]*labour.Indicator, error) {
	return lookUp(objs, func(c *labour.Claim) string { return c.CompareWith }, releaseOf(ctx).Indicator)
}

func (claimFields) Repeats(ctx context.Context, objs []*labour.Claim) ([]*labour.Claim, error) {
	return claimsNamed(ctx, objs, func(c *labour.Claim) string { return c.Repeats })
}

func (claimFields) Disputes(ctx context.Context, objs []*labour.Claim) ([]*labour.Claim, error) {
	return claimsNamed(ctx, objs, func(c *labour.Claim) string { return c.Disputes })
}

func claimsNamed(ctx context.Context, objs []*labour.Claim, named func(*labour.Claim) string) ([]*labour.Claim, error) {
	return fetch(ctx, objs, named, func(ctx context.Context, ids []string) ([]*labour.Claim, error) {
		return claimsByID(ctx, releaseOf(ctx), ids)
	})
}

func (claimFields) Check(ctx context.Context, objs []*labour.Claim) ([]*evidence.Check, error) {
	return model.Together(ctx, objs, func(objs []*labour.Claim) ([]*evidence.Check, error) {
		return answers.Claims(ctx, releaseOf(ctx), objs)
	})
}

type claimCheckFields struct{}

func (claimCheckFields) Allowed(_ context.Context, obj *evidence.Check) ([]evidence.Interval, error) {
	return obj.Allowed, nil
}

func (claimCheckFields) Possible(_ context.Context, obj *evidence.Check) ([]evidence.Interval, error) {
	return obj.Possible, nil
}

type intervalFields struct{}

func (intervalFields) From(_ context.Context, obj *evidence.Interval) (*float64, error) {
	return finite(obj.Low), nil
}
func (intervalFields) To(_ context.Context, obj *evidence.Interval) (*float64, error) {
	return finite(obj.High), nil
}

// finite returns nil for the end of an interval that is open.
func finite(end float64) *float64 {
	if math.IsInf(end, 0) {
		return nil
	}
	return &end
}

type evidenceFields struct{}

func (evidenceFields) Qualifier(_ context.Context, obj *evidence.Piece) (*labour.ClaimOperator, error) {
	return known(obj.Qualifier), nil
}

func (evidenceFields) Conversion(_ context.Context, obj *evidence.Piece) (*string, error) {
	return known(obj.Conversion), nil
}

func (evidenceFields) Region(ctx context.Context, objs []*evidence.Piece) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(p *evidence.Piece) string { return p.Region })
}

func (evidenceFields) Indicator(ctx context.Context, objs []*evidence.Piece) ([]*labour.Indicator, error) {
	return lookUp(objs, func(p *evidence.Piece) string { return p.Indicator }, releaseOf(ctx).Indicator)
}

func (evidenceFields) Source(ctx context.Context, objs []*evidence.Piece) ([]*labour.Source, error) {
	return lookUp(objs, func(p *evidence.Piece) string {
		first, _, _ := strings.Cut(p.Source, ";") // of a register that is made of several
		return first
	}, releaseOf(ctx).Source)
}
