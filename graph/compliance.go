package graph

import (
	"context"

	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Compliance(ctx context.Context, sanction string, region *string, asOf *labour.Date,
	basis labour.Basis) (*answers.Compliance, error) {
	return answers.Judge(ctx, releaseOf(ctx),
		answers.ComplianceQuestion{Sanction: sanction, Region: deref(region), AsOf: asOf, Basis: basis})
}

type complianceFields struct{}

func (complianceFields) Region(ctx context.Context, obj *answers.Compliance) (*labour.Region, error) {
	if obj.Region == "" {
		return nil, nil
	}
	return found(releaseOf(ctx).Region(obj.Region))
}
