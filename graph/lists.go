package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
)

// GlobalID returns the id that `node` finds an object by.
func GlobalID(typename, key string) string { return globalID(typename, key) }

// KeyOf returns the publisher's own key of an object, whose global id or key is given.
func KeyOf(typename, id string) string { return keyOf(typename, id) }

// Key returns the publisher's own key of the object that a global id names, whatever its type is; what is no global id
// comes back as it is.
func Key(id string) string {
	if _, key, ok := parseGlobalID(id); ok {
		return key
	}
	return id
}

// FullList opens the whole list that a field of the root has page by page: permits, employers or repatriations. The
// variables are its arguments `filter` and `orderBy`, as a query would bring them that is valid.
func FullList(ctx context.Context, field string, variables map[string]any) (*answers.FullList, error) {
	release := releaseOf(ctx)
	switch field {
	case "permits":
		filter, orderBy, err := listArguments[model.PermitFilter, model.PermitOrder](variables)
		if err != nil {
			return nil, err
		}
		order, _ := permitOrder(orderBy)
		return answers.FullPermits(ctx, release, permitFilter(filter), order)
	case "employers":
		filter, orderBy, err := listArguments[model.EmployerFilter, model.EmployerOrder](variables)
		if err != nil {
			return nil, err
		}
		order, _ := employerOrder(orderBy)
		return answers.FullEmployers(ctx, release, employerFilter(filter), order)
	case "repatriations":
		filter, orderBy, err := listArguments[model.RepatriationFilter, model.RepatriationOrder](variables)
		if err != nil {
			return nil, err
		}
		order, _ := repatriationOrder(orderBy)
		return answers.FullRepatriations(ctx, release, repatriationFilter(filter), order)
	}
	return nil, fmt.Errorf("full list: expected permits, employers or repatriations, found %q", field)
}

// listArguments reads the arguments of a list from variables.
func listArguments[F, O any](variables map[string]any) (filter *F, orderBy *O, err error) {
	text, err := json.Marshal(variables)
	if err != nil {
		return nil, nil, fmt.Errorf("full list: %w", err)
	}
	var arguments struct {
		Filter  *F
		OrderBy *O
	}
	if err := json.Unmarshal(text, &arguments); err != nil {
		return nil, nil, fmt.Errorf("full list: %w", err)
	}
	return arguments.Filter, arguments.OrderBy, nil
}

func permitOrder(given *model.PermitOrder) (db.Order[db.PermitOrder], listOrder) {
	by := cmp.Or(deref(given).Field, model.PermitOrderFieldIssuedOn)
	return orderOf("permits", db.PermitOrder(by), db.PermitByWorkers, deref(given).Direction)
}

func employerOrder(given *model.EmployerOrder) (db.Order[db.EmployerOrder], listOrder) {
	by := cmp.Or(deref(given).Field, model.EmployerOrderFieldName)
	list := "employers"
	if by == model.EmployerOrderFieldName { // whose cursors hold keys of sorting: none of before, with a name, is taken
		list = "employers sorted by"
	}
	return orderOf(list, db.EmployerOrder(by), db.EmployerByWorkersAuthorised, deref(given).Direction)
}

func repatriationOrder(given *model.RepatriationOrder) (db.Order[db.RepatriationOrder], listOrder) {
	by := cmp.Or(deref(given).Field, model.RepatriationOrderFieldDate)
	return orderOf("repatriations", db.RepatriationOrder(by), db.RepatriationByWorkers, deref(given).Direction)
}

func observationOrder(given *model.ObservationOrder) (db.Order[db.ObservationOrder], listOrder) {
	by := cmp.Or(deref(given).Field, model.ObservationOrderFieldIndicator)
	order, listed := orderOf("observations", db.ObservationOrder(by), "", deref(given).Direction)
	if order.Field == db.ObservationByValue {
		listed.by = byFraction
	}
	return order, listed
}
