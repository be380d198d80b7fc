package db

import (
	"cmp"
	"slices"

	"github.com/huandu/go-sqlbuilder"

	"homebound/internal/labour"
)

// Comparison narrows to values: all of what is set must hold. A value that is not known meets no comparison.
type Comparison[T cmp.Ordered] struct {
	Eq, Gt, Gte, Lt, Lte *T
	In                   []T // nil narrows nothing
}

// IsEmpty reports whether the comparison narrows nothing.
func (c Comparison[T]) IsEmpty() bool {
	return c.Eq == nil && c.Gt == nil && c.Gte == nil && c.Lt == nil && c.Lte == nil && c.In == nil
}

// Holds reports whether a value meets the comparison.
func (c Comparison[T]) Holds(v T) bool {
	return (c.Eq == nil || v == *c.Eq) && (c.Gt == nil || v > *c.Gt) && (c.Gte == nil || v >= *c.Gte) &&
		(c.Lt == nil || v < *c.Lt) && (c.Lte == nil || v <= *c.Lte) && (c.In == nil || slices.Contains(c.In, v))
}

// least returns a value that all which meet the comparison reach, nil where it has none.
func (c Comparison[T]) least() *T { return c.bound(slices.Max[[]T], slices.Min[[]T], c.Gt, c.Gte) }

// most returns a value that none which meets the comparison exceeds, nil where it has none.
func (c Comparison[T]) most() *T { return c.bound(slices.Min[[]T], slices.Max[[]T], c.Lt, c.Lte) }

// bound returns the tightest of what bounds a value on one side: some of the comparison's values, and the outermost of its list.
func (c Comparison[T]) bound(tightest, outermost func([]T) T, some ...*T) *T {
	var all []T
	for _, v := range append(some, c.Eq) {
		if v != nil {
			all = append(all, *v)
		}
	}
	if len(c.In) > 0 {
		all = append(all, outermost(c.In))
	}
	if all == nil {
		return nil
	}
	return new(tightest(all))
}

// HoldsKnown reports whether a value meets the comparison; nil, which is not known, meets an empty one alone.
func (c Comparison[T]) HoldsKnown(v *T) bool { return c.IsEmpty() || v != nil && c.Holds(*v) }

// conditions lists what the comparison demands of a column; write makes a value what the column has.
func (c Comparison[T]) conditions(sb *sqlbuilder.SelectBuilder, column string, write func(T) any) []string {
	var list []string
	for _, one := range []struct {
		value     *T
		condition func(string, any) string
	}{{c.Eq, sb.Equal}, {c.Gt, sb.GreaterThan}, {c.Gte, sb.GreaterEqualThan}, {c.Lt, sb.LessThan}, {c.Lte, sb.LessEqualThan}} {
		if one.value != nil {
			list = append(list, one.condition(column, write(*one.value)))
		}
	}
	if c.In != nil {
		values := make([]any, len(c.In))
		for i, v := range c.In {
			values[i] = write(v)
		}
		list = append(list, isIn(sb, column, values))
	}
	return list
}

// ofDays is conditions for a column of days, which has an empty text where the day is not known.
func ofDays(sb *sqlbuilder.SelectBuilder, c Comparison[labour.Date], column string) []string {
	if c.IsEmpty() {
		return nil
	}
	return append(c.conditions(sb, column, func(d labour.Date) any { return d.String() }), column+" <> ''")
}

// ofNumbers is conditions for a column of numbers.
func ofNumbers[T int | float64](sb *sqlbuilder.SelectBuilder, c Comparison[T], column string) []string {
	return c.conditions(sb, column, func(v T) any { return v })
}
