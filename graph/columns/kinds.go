package columns

import (
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"

	"homebound/graph/scalar"
)

// Append appends a value to JSON.
type Append[V any] func(json []byte, value V) ([]byte, error)

// Text appends a text, or a value of an enum.
func Text[S ~string](json []byte, value S) ([]byte, error) {
	return scalar.AppendText(json, string(value)), nil
}

// Bool appends a truth value.
func Bool(json []byte, value bool) ([]byte, error) { return strconv.AppendBool(json, value), nil }

// Of is a column of what a row has.
func Of[T, V any](get func(*T) V, write Append[V]) Column[T] {
	return By(func(_ context.Context, row *T) (V, error) { return get(row), nil }, write)
}

// Maybe is a column of what a row may have: null for nil.
func Maybe[T, V any](get func(*T) *V, write Append[V]) Column[T] {
	return MaybeBy(func(_ context.Context, row *T) (*V, error) { return get(row), nil }, write)
}

// By is a column of what a resolver finds for each row.
func By[T, V any](resolve func(context.Context, *T) (V, error), write Append[V]) Column[T] {
	return func(ctx context.Context, _ graphql.CollectedField, rows []*T) (Cell, error) {
		return func(json []byte, row int) ([]byte, error) {
			value, err := resolve(ctx, rows[row])
			if err != nil {
				return nil, err
			}
			return write(json, value)
		}, nil
	}
}

// MaybeBy is a column of what a resolver may find for each row: null for nil.
func MaybeBy[T, V any](resolve func(context.Context, *T) (*V, error), write Append[V]) Column[T] {
	return func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
		return By(resolve, func(json []byte, value *V) ([]byte, error) {
			if value == nil {
				return null(json, field)
			}
			return write(json, *value)
		})(ctx, field, rows)
	}
}

// Asked is By for a resolver that takes an argument, which is read once.
func Asked[T, A, V any](read func(map[string]any) (A, error), resolve func(context.Context, *T, A) (V, error),
	write Append[V]) Column[T] {
	return func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
		argument, err := read(Arguments(ctx, field))
		if err != nil {
			return nil, err
		}
		asked := func(ctx context.Context, row *T) (V, error) { return resolve(ctx, row, argument) }
		return By(asked, write)(ctx, field, rows)
	}
}

// Arguments returns the arguments of a field by their names, as the question and its variables have them.
func Arguments(ctx context.Context, field graphql.CollectedField) map[string]any {
	return field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
}

// Object is a column of an object that each row has.
func Object[T, R any](get func(*T) *R, table *Table[R]) Column[T] {
	return Objects(func(_ context.Context, _ graphql.CollectedField, rows []*T) ([]*R, error) {
		found := make([]*R, len(rows))
		for i, row := range rows {
			found[i] = get(row)
		}
		return found, nil
	}, table)
}

// Batch is a column of objects that a resolver finds for all rows at once: null for nil.
func Batch[T, R any](resolve func(context.Context, []*T) ([]*R, error), table *Table[R]) Column[T] {
	return Objects(func(ctx context.Context, _ graphql.CollectedField, rows []*T) ([]*R, error) {
		return resolve(ctx, rows)
	}, table)
}

// Objects is Batch for a resolver that takes arguments from the field.
func Objects[T, R any](resolve func(context.Context, graphql.CollectedField, []*T) ([]*R, error),
	table *Table[R]) Column[T] {
	return func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
		found, err := resolve(ctx, field, rows)
		if err != nil {
			return nil, err
		}
		there, place := make([]*R, 0, len(found)), make([]int, len(found))
		for i, object := range found {
			if place[i] = len(there); object != nil {
				there = append(there, object)
			}
		}
		object, err := table.row(ctx, field.Selections, there)
		if err != nil {
			return nil, err
		}
		return func(json []byte, row int) ([]byte, error) {
			if found[row] == nil {
				return null(json, field)
			}
			return object(json, place[row])
		}, nil
	}
}

// Named is a column of an object that rows name by a key, many by the same: it is found and written once for each key,
// and copied to the rows. The zero key is null.
func Named[T any, K comparable, R any](key func(*T) K, find func(context.Context, K) (R, error),
	table *Table[R]) Column[T] {
	return func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
		var none K
		var objects []*R
		known, place := map[K]int{}, make([]int, len(rows))
		for i, row := range rows {
			k := key(row)
			if k == none {
				place[i] = -1
				continue
			}
			at, found := known[k]
			if !found {
				object, err := find(ctx, k)
				if err != nil {
					return nil, err
				}
				at, objects = len(objects), append(objects, &object)
				known[k] = at
			}
			place[i] = at
		}
		texts, err := table.texts(ctx, field, objects)
		if err != nil {
			return nil, err
		}
		return func(json []byte, row int) ([]byte, error) {
			if place[row] < 0 {
				return null(json, field)
			}
			return append(json, texts[place[row]]...), nil
		}, nil
	}
}

// texts writes some objects, each by itself.
func (t *Table[T]) texts(ctx context.Context, field graphql.CollectedField, objects []*T) ([]string, error) {
	object, err := t.row(ctx, field.Selections, objects)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(objects))
	var json []byte
	for i := range objects {
		if json, err = object(json[:0], i); err != nil {
			return nil, err
		}
		texts[i] = string(json)
	}
	return texts, nil
}

// Lists is a column of lists of objects that a resolver finds for all rows at once.
func Lists[T, R any](resolve func(context.Context, []*T) ([][]R, error), table *Table[R]) Column[T] {
	return func(ctx context.Context, field graphql.CollectedField, rows []*T) (Cell, error) {
		found, err := resolve(ctx, rows)
		if err != nil {
			return nil, err
		}
		var all []*R
		first := make([]int, len(found))
		for i, list := range found {
			first[i] = len(all)
			for j := range list {
				all = append(all, &list[j])
			}
		}
		object, err := table.row(ctx, field.Selections, all)
		if err != nil {
			return nil, err
		}
		return func(json []byte, row int) ([]byte, error) {
			json = append(json, '[')
			for j := range found[row] {
				if j > 0 {
					json = append(json, ',')
				}
				if json, err = object(json, first[row]+j); err != nil {
					return nil, err
				}
			}
			return append(json, ']'), nil
		}, nil
	}
}
