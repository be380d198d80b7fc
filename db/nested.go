package db

import (
	"slices"

	"homebound/internal/labour"
)

// Nested puts filters of one kind together: a row meets all of And, at least one of Or, and not Not.
type Nested[F any] struct {
	And []F
	Or  []F // nil narrows nothing; without members it keeps nothing, since no row meets one of none
	Not *F
}

// isEmpty reports whether there is no filter within.
func (n Nested[F]) isEmpty() bool { return n.And == nil && n.Or == nil && n.Not == nil }

// Inherit hands what the filters within one take from it to each of them.
func Inherit[F any](nested Nested[F], hand func(inner *F)) Nested[F] {
	each := func(filters []F) []F {
		filters = slices.Clone(filters)
		for i := range filters {
			hand(&filters[i])
		}
		return filters
	}
	nested.And, nested.Or = each(nested.And), each(nested.Or)
	if nested.Not != nil {
		nested.Not = &each([]F{*nested.Not})[0]
	}
	return nested
}

// A filter holds no more others than this, so that a short question cannot become a statement without end.
const (
	maxFilters     = 50
	maxFilterDepth = 10
)

// FoldFilter goes through a filter and all within it: own makes a result of each by itself, the outer ones first, and join
// puts it together with the results of those within. It returns a Fault with LimitExceeded for too many filters.
func FoldFilter[F, R any](f F, within func(F) Nested[F], own func(f F, depth int) (R, error),
	join func(own R, within Nested[R]) R) (R, error) {
	count := 0
	var fold func(f F, depth int) (R, error)
	each := func(filters []F, depth int) ([]R, error) {
		if filters == nil {
			return nil, nil
		}
		made := make([]R, len(filters))
		for i, f := range filters {
			var err error
			if made[i], err = fold(f, depth); err != nil {
				return nil, err
			}
		}
		return made, nil
	}
	fold = func(f F, depth int) (r R, err error) {
		if count++; count > maxFilters || depth > maxFilterDepth {
			return r, labour.Faultf(labour.LimitExceeded,
				"filter: expected at most %d filters, within one another by and, or and not at most %d deep, found more.",
				maxFilters, maxFilterDepth)
		}
		if r, err = own(f, depth); err != nil {
			return r, err
		}
		given, made := within(f), Nested[R]{}
		if made.And, err = each(given.And, depth+1); err != nil {
			return r, err
		}
		if made.Or, err = each(given.Or, depth+1); err != nil {
			return r, err
		}
		if given.Not != nil {
			not, err := fold(*given.Not, depth+1)
			if err != nil {
				return r, err
			}
			made.Not = &not
		}
		return join(r, made), nil
	}
	return fold(f, 0)
}

// Matches makes of a filter a test of values that are held in memory.
func Matches[F, T any](f F, within func(F) Nested[F], own func(F) (func(*T) bool, error)) (func(*T) bool, error) {
	type test = func(*T) bool
	return FoldFilter(f, within, func(f F, _ int) (test, error) { return own(f) },
		func(own test, nested Nested[test]) test {
			return func(value *T) bool {
				if !own(value) || nested.Not != nil && (*nested.Not)(value) {
					return false
				}
				for _, meets := range nested.And {
					if !meets(value) {
						return false
					}
				}
				met := nested.Or == nil
				for _, meets := range nested.Or {
					met = met || meets(value)
				}
				return met
			}
		})
}
