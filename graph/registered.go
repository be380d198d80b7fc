package graph

import (
	"context"

	"homebound/graph/model"
	"homebound/internal/labour"
)

// What registers know of a permit or a repatriation beside its figures, and what they do not know.

func (query) Outcomes(ctx context.Context) ([]labour.OwnOutcome, error) {
	return listed(releaseOf(ctx).Outcomes(), nil)
}

func (permitFields) IssuedOn(_ context.Context, obj *labour.Permit) (*labour.Date, error) {
	return labour.KnownDate(obj.IssuedOn), nil
}

func (permitFields) ValidFrom(_ context.Context, obj *labour.Permit) (*labour.Date, error) {
	return labour.KnownDate(obj.ValidFrom), nil
}

func (permitFields) ValidTo(_ context.Context, obj *labour.Permit) (*labour.Date, error) {
	return labour.KnownDate(obj.ValidTo), nil
}

func (permitFields) WageUnit(_ context.Context, obj *labour.Permit) (*labour.WageUnit, error) {
	return known(obj.WageUnit), nil
}

func (permitFields) IndustryCode(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.IndustryCode), nil
}

func (permitFields) IndustryClassification(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.IndustryClassification), nil
}

func (permitFields) OccupationCode(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.OccupationCode), nil
}

func (permitFields) OccupationClassification(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.OccupationClassification), nil
}

func (permitFields) Precision(_ context.Context, obj *labour.Permit) ([]model.DayPrecision, error) {
	days := map[string]*labour.Date{"issued_on": &obj.IssuedOn, "valid_from": &obj.ValidFrom, "valid_to": &obj.ValidTo,
		"revoked_on": obj.RevokedOn, "contract_on": obj.ContractOn}
	return precisions(obj.Precision, days), nil
}

func (repatriationFields) Precision(_ context.Context, obj *labour.Repatriation) ([]model.DayPrecision, error) {
	return precisions(obj.Precision, map[string]*labour.Date{"date": &obj.Date}), nil
}

func (repatriationFields) OwnOutcome(ctx context.Context, obj *labour.Repatriation) (*labour.OwnOutcome, error) {
	return releaseOf(ctx).OwnOutcome(obj.OwnOutcome), nil
}

// fieldOf names the field of the contract that a column of days is.
var fieldOf = map[string]string{"issued_on": "issuedOn", "valid_from": "validFrom", "valid_to": "validTo",
	"revoked_on": "revokedOn", "contract_on": "contractOn", "date": "date"}

func precisions(all []labour.Precision, days map[string]*labour.Date) []model.DayPrecision {
	list := []model.DayPrecision{}
	for _, p := range all {
		if day := days[p.Column]; day != nil && day.Known() {
			list = append(list, model.DayPrecision{Field: fieldOf[p.Column], Granularity: p.Unit, Span: p.Unit.Of(p.Span(*day))})
		}
	}
	return list
}

func (regionFields) Currency(ctx context.Context, obj *labour.Region) (string, error) {
	return releaseOf(ctx).CurrencyOf(obj.Code), nil
}

func (f releaseFields) Gaps(ctx context.Context, obj *labour.Release) ([]model.RegisterGap, error) {
	release, done, err := f.r.Store.Numbered(ctx, obj.Number)
	if err != nil {
		return nil, err
	}
	defer done()
	counts, gaps := release.Gaps(), []model.RegisterGap{}
	for _, gap := range labour.Gaps {
		if n := counts[gap]; n > 0 {
			found := model.RegisterGap{Gap: gap, Rows: &n}
			if release.Confidential() > 0 {
				found.Rows = nil
			}
			gaps = append(gaps, found)
		}
	}
	return gaps, nil
}

// currencyOf returns the currency that a report's wages are in: the one asked for, else that of the region which the
// filter names, else "", which is the release's.
func currencyOf(ctx context.Context, asked *string, within []string) string {
	switch {
	case asked != nil:
		return *asked
	case len(within) > 0:
		return releaseOf(ctx).CurrencyOf(within[0])
	}
	return ""
}
