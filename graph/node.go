package graph

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/answers"
	"homebound/internal/labour"
)

// globalID names an object among all types: the type and the object's own key, in base64.
func globalID(typename, key string) string {
	return base64.StdEncoding.EncodeToString([]byte(typename + ":" + key))
}

// parseGlobalID splits a global id into type and key; false for a text that is no global id.
func parseGlobalID(id string) (typename, key string, ok bool) {
	text, err := base64.StdEncoding.DecodeString(id)
	if err != nil || !utf8.Valid(text) {
		return "", "", false
	}
	typename, key, ok = strings.Cut(string(text), ":")
	_, known := nodes[typename]
	return typename, key, ok && known
}

// keyOf returns the publisher's own key from an id of a type, which may be global or the publisher's own.
func keyOf(typename, id string) string {
	if named, key, ok := parseGlobalID(id); ok && named == typename {
		return key
	}
	return id
}

func keysOf(typename string, ids []string) []string {
	if ids == nil {
		return nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = keyOf(typename, id)
	}
	return keys
}

// nodes says, for each type of the contract that is a Node, how objects are found by their keys: in the order of the
// keys, nil for those that do not exist.
var nodes = map[string]func(ctx context.Context, r *Resolver, keys []string) ([]model.Node, error){
	"Release": func(ctx context.Context, r *Resolver, keys []string) ([]model.Node, error) {
		markVolatile(ctx)
		return eachNode(keys, func(key string) (labour.Release, error) {
			number, err := strconv.Atoi(key)
			if err != nil {
				return labour.Release{}, labour.Faultf(labour.NotFound, "There is no release %q.", key)
			}
			release, done, err := r.Store.Numbered(ctx, number)
			if err != nil {
				return labour.Release{}, err
			}
			defer done()
			return release.Info(), nil
		})
	},
	"Region": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Region)
	},
	"Source": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Source)
	},
	"Sanction": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Sanction)
	},
	"Employer": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return allNodes(releaseOf(ctx).Employers(ctx, keys))
	},
	"Permit": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
			return nil, err
		}
		return allNodes(releaseOf(ctx).Permits(ctx, keys))
	},
	"Repatriation": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		if err := answers.CheckRows(ctx, releaseOf(ctx)); err != nil {
			return nil, err
		}
		return allNodes(releaseOf(ctx).Repatriations(ctx, keys))
	},
	"Industry": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Industry)
	},
	"Country": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Country)
	},
	"Indicator": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return eachNode(keys, releaseOf(ctx).Indicator)
	},
	"Claim": func(ctx context.Context, _ *Resolver, keys []string) ([]model.Node, error) {
		return allNodes(claimsByID(ctx, releaseOf(ctx), keys))
	},
}

func eachNode[T any](keys []string, find func(string) (T, error)) ([]model.Node, error) {
	list := make([]model.Node, len(keys))
	for i, key := range keys {
		value, err := found(find(key))
		if err != nil {
			return nil, err
		}
		if value != nil {
			list[i] = value
		}
	}
	return list, nil
}

func allNodes[T any](rows []*T, err error) ([]model.Node, error) {
	list := make([]model.Node, len(rows))
	for i, row := range rows {
		if row != nil {
			list[i] = row
		}
	}
	return list, err
}

func claimsByID(ctx context.Context, release *db.Release, ids []string) ([]*labour.Claim, error) {
	claims, err := release.Claims(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]*labour.Claim, len(ids))
	for i, id := range ids {
		for j := range claims {
			if claims[j].ID == id {
				list[i] = &claims[j]
			}
		}
	}
	return list, nil
}

func (q query) Node(ctx context.Context, id string) (model.Node, error) {
	list, faults := q.lookUp(ctx, []string{id})
	return list[0], faults[0]
}

// Nodes looks up ids of any types. One that cannot be answered is null with its own error; the others stand.
func (q query) Nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > maxPage {
		return nil, labour.Faultf(labour.LimitExceeded, "nodes: expected at most %d ids, found %d.", maxPage, len(ids))
	}
	list, faults := q.lookUp(ctx, ids)
	for i, fault := range faults {
		if fault != nil {
			graphql.AddError(ctx, gqlerror.WrapPath(append(graphql.GetPath(ctx), ast.PathIndex(i)), fault))
		}
	}
	return list, nil
}

// lookUp returns the objects with these ids, each type at once, and for each id what is wrong with it.
func (q query) lookUp(ctx context.Context, ids []string) ([]model.Node, []error) {
	keys, places := map[string][]string{}, map[string][]int{}
	list, faults := make([]model.Node, len(ids)), make([]error, len(ids))
	for i, id := range ids {
		typename, key, ok := parseGlobalID(id)
		if !ok {
			faults[i] = labour.Faultf(labour.BadUserInput,
				"node: expected an id that this server gave out, found %.100q.", id)
			continue
		}
		keys[typename] = append(keys[typename], key)
		places[typename] = append(places[typename], i)
	}
	for typename, some := range keys {
		objects, err := nodes[typename](ctx, q.r, some)
		for i, place := range places[typename] {
			if err != nil {
				faults[place] = err
			} else {
				list[place] = objects[i]
			}
		}
	}
	return list, faults
}
