package graph

import (
	"cmp"
	"context"

	"github.com/99designs/gqlgen/graphql"

	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Compliance(ctx context.Context, sanction string, within, region *string, asOf *labour.Date,
	basis labour.Basis) (*answers.Compliance, error) {
	return answers.Judge(ctx, releaseOf(ctx), answers.ComplianceQuestion{Sanction: sanction, Region: deref(cmp.Or(within, region)),
		AsOf: asOf, Basis: basis, Provenance: graphql.FieldRequested(ctx, "provenance")})
}

func (query) MemberStates(ctx context.Context, sanction string, country *string, asOf *labour.Date) (
	[]answers.MemberState, error) {
	return listed(answers.MemberStates(ctx, releaseOf(ctx), sanction, country, asOf))
}

type complianceFields struct{}

func (complianceFields) Region(ctx context.Context, obj *answers.Compliance) (*labour.Region, error) {
	if obj.Region == "" {
		return nil, nil
	}
	return found(releaseOf(ctx).Region(obj.Region))
}

type memberStateFields struct{}

func (memberStateFields) Country(ctx context.Context, obj *answers.MemberState) (*labour.Country, error) {
	country, err := releaseOf(ctx).Country(obj.Country)
	return &country, err
}

type memberStateReportFields struct{}

func (memberStateReportFields) Document(_ context.Context, obj *labour.MemberStateReport) (*string, error) {
	return known(obj.Document), nil
}

func (memberStateReportFields) Text(_ context.Context, obj *labour.MemberStateReport) (*string, error) {
	return known(obj.Text), nil
}

func (memberStateReportFields) Note(_ context.Context, obj *labour.MemberStateReport) (*string, error) {
	return known(obj.Note), nil
}

func (memberStateReportFields) Source(ctx context.Context, objs []*labour.MemberStateReport) ([]*labour.Source, error) {
	return lookUp(objs, func(m *labour.MemberStateReport) string { return m.Source }, releaseOf(ctx).Source)
}
