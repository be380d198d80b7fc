package graph

import (
	"context"
	"slices"
	"strings"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Claims(ctx context.Context, filter *model.ClaimFilter, first *int, after *string, last *int,
	before *string) (*model.ClaimConnection, error) {
	release := releaseOf(ctx)
	claims, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	f := deref(filter)
	var within []string
	if f.Region != nil {
		if _, err := release.Region(*f.Region); err != nil {
			return nil, err
		}
		within = release.Geography().Within(*f.Region, release.LastDay(nil))
	}
	speaker := strings.ToLower(deref(f.Speaker))
	claims = slices.DeleteFunc(claims, func(c labour.Claim) bool {
		return f.Topics != nil && !slices.Contains(f.Topics, c.Topic) ||
			!strings.Contains(strings.ToLower(c.Speaker), speaker) ||
			f.Region != nil && !slices.Contains(within, c.Region)
	})
	if f.Verdicts != nil {
		if claims, err = withVerdict(ctx, release, claims, f.Verdicts); err != nil {
			return nil, err
		}
	}
	return slicePage(ctx, claims, pageArgs{first, after, last, before}, listOrder{name: "claims"},
		func(c labour.Claim) string {
			return c.ID
		})
}

// withVerdict keeps the claims whose check comes to one of the verdicts.
func withVerdict(ctx context.Context, release *db.Release, claims []labour.Claim,
	verdicts []labour.Verdict) ([]labour.Claim, error) {
	pointers := make([]*labour.Claim, len(claims))
	for i := range claims {
		pointers[i] = &claims[i]
	}
	checks, err := answers.Claims(ctx, release, pointers)
	if err != nil {
		return nil, err
	}
	var kept []labour.Claim
	for i, check := range checks {
		if check != nil && slices.Contains(verdicts, check.Verdict) {
			kept = append(kept, claims[i])
		}
	}
	return kept, nil
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
