package graph

import (
	"context"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

func (query) Permit(ctx context.Context, id string) (*labour.Permit, error) {
	if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
		return nil, err
	}
	return one(releaseOf(ctx).Permits(ctx, []string{keyOf("Permit", id)}))
}

func (query) Employer(ctx context.Context, id string) (*labour.Employer, error) {
	return one(releaseOf(ctx).Employers(ctx, []string{keyOf("Employer", id)}))
}

func (query) Repatriation(ctx context.Context, id string) (*labour.Repatriation, error) {
	if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
		return nil, err
	}
	return one(releaseOf(ctx).Repatriations(ctx, []string{keyOf("Repatriation", id)}))
}

// one returns the only row of a look-up by one id.
func one[T any](rows []*T, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

func (query) Permits(ctx context.Context, filter *model.PermitFilter, orderBy *model.PermitOrder, first *int,
	after *string, last *int, before *string) (*model.PermitConnection, error) {
	return one(permitPages(ctx, []db.PermitFilter{permitFilter(filter)}, orderBy, pageArgs{first, after, last, before, nil}))
}

func (query) Employers(ctx context.Context, filter *model.EmployerFilter, orderBy *model.EmployerOrder, first *int,
	after *string, last *int, before *string) (*model.EmployerConnection, error) {
	return one(employerPages(ctx, []db.EmployerFilter{employerFilter(filter)}, orderBy,
		pageArgs{first, after, last, before, nil}))
}

func (query) Repatriations(ctx context.Context, filter *model.RepatriationFilter, orderBy *model.RepatriationOrder,
	first *int, after *string, last *int, before *string) (*model.RepatriationConnection, error) {
	return one(repatriationPages(ctx, []db.RepatriationFilter{repatriationFilter(filter)}, orderBy,
		pageArgs{first, after, last, before, nil}))
}

func (query) Observations(ctx context.Context, filter *model.ObservationFilter, orderBy *model.ObservationOrder,
	first *int, after *string, last *int, before *string) (*model.ObservationConnection, error) {
	order, listed := observationOrder(orderBy)
	span, err := pageArgs{first, after, last, before, nil}.span(ctx, listed)
	if err != nil {
		return nil, err
	}
	pages, err := releaseOf(ctx).ObservationPages(ctx, []db.ObservationFilter{observationFilter(filter)}, order, span)
	if err != nil {
		return nil, err
	}
	return connections(ctx, pages, span, listed)[0], nil
}

func permitPages(ctx context.Context, filters []db.PermitFilter, orderBy *model.PermitOrder,
	args pageArgs) ([]*model.PermitConnection, error) {
	if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
		return nil, err
	}
	order, listed := permitOrder(orderBy)
	span, err := args.span(ctx, listed)
	if err != nil {
		return nil, err
	}
	pages, err := releaseOf(ctx).PermitPages(ctx, filters, order, span)
	if err != nil {
		return nil, err
	}
	return connections(ctx, pages, span, listed), nil
}

func employerPages(ctx context.Context, filters []db.EmployerFilter, orderBy *model.EmployerOrder,
	args pageArgs) ([]*model.EmployerConnection, error) {
	order, listed := employerOrder(orderBy)
	if err := answers.CheckEmployerOrder(ctx, releaseOf(ctx), order.Field); err != nil {
		return nil, err
	}
	span, err := args.span(ctx, listed)
	if err != nil {
		return nil, err
	}
	pages, err := releaseOf(ctx).EmployerPages(ctx, filters, order, span)
	if err != nil {
		return nil, err
	}
	return connections(ctx, pages, span, listed), nil
}

func repatriationPages(ctx context.Context, filters []db.RepatriationFilter, orderBy *model.RepatriationOrder,
	args pageArgs) ([]*model.RepatriationConnection, error) {
	if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
		return nil, err
	}
	order, listed := repatriationOrder(orderBy)
	span, err := args.span(ctx, listed)
	if err != nil {
		return nil, err
	}
	pages, err := releaseOf(ctx).RepatriationPages(ctx, filters, order, span)
	if err != nil {
		return nil, err
	}
	return connections(ctx, pages, span, listed), nil
}

type employerFields struct{}

func (employerFields) ID(_ context.Context, obj *labour.Employer) (string, error) {
	return globalID("Employer", obj.ID), nil
}

func (employerFields) TaxID(_ context.Context, obj *labour.Employer) (*string, error) {
	return known(obj.TaxID), nil
}

func (employerFields) Region(ctx context.Context, objs []*labour.Employer) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(e *labour.Employer) string { return e.Region })
}

func (employerFields) Industry(ctx context.Context, objs []*labour.Employer) ([]*labour.Industry, error) {
	return lookUp(objs, func(e *labour.Employer) string { return e.Industry }, releaseOf(ctx).Industry)
}

func (employerFields) Source(ctx context.Context, objs []*labour.Employer) ([]*labour.Source, error) {
	return lookUp(objs, func(e *labour.Employer) string { return e.Source }, releaseOf(ctx).Source)
}

func (employerFields) Permits(ctx context.Context, objs []*labour.Employer, filter *model.PermitFilter,
	orderBy *model.PermitOrder, first *int, after *string, last *int, before *string) ([]*model.PermitConnection,
	error) {
	return model.Together(ctx, objs, func(objs []*labour.Employer) ([]*model.PermitConnection, error) {
		filters := make([]db.PermitFilter, len(objs))
		for i, employer := range objs {
			filters[i] = permitFilter(filter)
			filters[i].Employer = employer.ID
		}
		return permitPages(ctx, filters, orderBy, pageArgs{first, after, last, before, nil})
	})
}

type permitFields struct{}

func (permitFields) ID(_ context.Context, obj *labour.Permit) (string, error) {
	return globalID("Permit", obj.ID), nil
}

func (permitFields) Occupation(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.Occupation), nil
}

func (permitFields) WageCurrency(_ context.Context, obj *labour.Permit) (*string, error) {
	return known(obj.WageCurrency), nil
}

func (permitFields) Status(ctx context.Context, obj *labour.Permit, on *labour.Date) (labour.PermitStatus, error) {
	return obj.Status(releaseOf(ctx).LastDay(on)), nil
}

func (permitFields) Region(ctx context.Context, objs []*labour.Permit) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(p *labour.Permit) string { return p.Region })
}

func (permitFields) Nationality(ctx context.Context, objs []*labour.Permit) ([]*labour.Country, error) {
	return lookUp(objs, func(p *labour.Permit) string { return p.Nationality }, releaseOf(ctx).Country)
}

func (permitFields) Industry(ctx context.Context, objs []*labour.Permit) ([]*labour.Industry, error) {
	return lookUp(objs, func(p *labour.Permit) string { return p.Industry }, releaseOf(ctx).Industry)
}

func (permitFields) Source(ctx context.Context, objs []*labour.Permit) ([]*labour.Source, error) {
	return lookUp(objs, func(p *labour.Permit) string { return p.Source }, releaseOf(ctx).Source)
}

func (permitFields) Employer(ctx context.Context, objs []*labour.Permit) ([]*labour.Employer, error) {
	return fetch(ctx, objs, func(p *labour.Permit) string { return p.Employer }, releaseOf(ctx).Employers)
}

func (permitFields) Repatriations(ctx context.Context, objs []*labour.Permit) ([][]labour.Repatriation, error) {
	return model.Together(ctx, objs, func(objs []*labour.Permit) ([][]labour.Repatriation, error) {
		ids := make([]string, len(objs))
		for i, permit := range objs {
			ids[i] = permit.ID
		}
		lists, err := releaseOf(ctx).RepatriationsUnder(ctx, ids)
		gatherLists(ctx, lists)
		return lists, err
	})
}

type repatriationFields struct{}

func (repatriationFields) ID(_ context.Context, obj *labour.Repatriation) (string, error) {
	return globalID("Repatriation", obj.ID), nil
}

func (repatriationFields) Region(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Region, error) {
	return regionsNamed(ctx, objs, func(p *labour.Repatriation) string { return p.Region })
}

func (repatriationFields) Nationality(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Country, error) {
	return lookUp(objs, func(p *labour.Repatriation) string { return p.Nationality }, releaseOf(ctx).Country)
}

func (repatriationFields) Sanction(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Sanction, error) {
	return lookUp(objs, func(p *labour.Repatriation) string { return p.Sanction }, releaseOf(ctx).Sanction)
}

func (repatriationFields) Source(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Source, error) {
	return lookUp(objs, func(p *labour.Repatriation) string { return p.Source }, releaseOf(ctx).Source)
}

func (repatriationFields) Employer(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Employer, error) {
	return fetch(ctx, objs, func(p *labour.Repatriation) string { return p.Employer }, releaseOf(ctx).Employers)
}

func (repatriationFields) Permit(ctx context.Context, objs []*labour.Repatriation) ([]*labour.Permit, error) {
	return fetch(ctx, objs, func(p *labour.Repatriation) string { return p.Permit }, releaseOf(ctx).Permits)
}
