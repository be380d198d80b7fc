package db

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	lru "github.com/hashicorp/golang-lru/v2"

	"homebound/internal/labour"
)

// everything is what questions without a filter ask of a release again and again, and what never changes of it.
type everything struct {
	appears *lru.Cache[appearKey, appearance]
	// known says which days of each place and nationality are known, on the boundaries of the release's last day.
	known *lru.Cache[coveredGroup, map[labour.RegisterTable]labour.Known]
}

func newEverything() (e everything, err error) {
	if e.appears, err = lru.New[appearKey, appearance](mostAppearances); err == nil {
		e.known, err = lru.New[coveredGroup, map[labour.RegisterTable]labour.Known](mostKnownGroups)
	}
	return e, err
}

// appearKey is all that decides which groups a family of register rows adds to a report of everything: those that the
// measured families have are there before.
type appearKey struct {
	family, measured, dimensions string
	period                       labour.Period
	boundaries                   labour.Date
}

// appearance are the groups that come up, in their order, and the statements that find them.
type appearance struct {
	groups     [][]string
	statements []string
}

// What is kept is bounded: so many questions, of so many groups and families each.
const (
	mostAppearances = 64
	mostAppearing   = 1024
	mostKnownGroups = 4096
)

// isAll reports whether a filter narrows nothing. A condition that is added to facts counts as one without being told.
func (f facts) isAll() bool { return reflect.ValueOf(f).IsZero() }

// appear notes the groups that have a register row of a family in the period, and none of its figures. Of a question
// without a filter they are kept with the release, which is a file that never changes.
func (rep *Report) appear(ctx context.Context, t *tally, family labour.Family) error {
	if !rep.facts.isAll() {
		return rep.findAppearing(ctx, t, family)
	}
	key := appearKey{family: fmt.Sprint(family), measured: fmt.Sprint(familiesOf(rep.measures)),
		dimensions: fmt.Sprint(t.dimensions), period: rep.Period, boundaries: rep.BoundariesOn}
	all := rep.release.everything
	found, kept := all.appears.Get(key)
	if kept {
		for _, values := range found.groups {
			t.group(values)
		}
		rep.SQL = append(rep.SQL, found.statements...)
		return t.checkSize()
	}
	groups, statements := len(t.order), len(rep.SQL)
	if err := rep.findAppearing(ctx, t, family); err != nil {
		return err
	}
	if len(t.order)-groups > mostAppearing {
		return nil
	}
	for _, g := range t.order[groups:] {
		found.groups = append(found.groups, g.values)
	}
	found.statements = slices.Clone(rep.SQL[statements:])
	all.appears.Add(key, found)
	return nil
}

// knownOf returns which days of a group are known. Those of a report of everything, on the boundaries of the last day,
// are kept with the release.
func (e everything) knownOf(rep *Report, key coveredGroup,
	find func(coveredGroup) map[labour.RegisterTable]labour.Known) map[labour.RegisterTable]labour.Known {
	if !rep.facts.isAll() || rep.BoundariesOn != rep.release.LastDay(nil) {
		return find(key)
	}
	found, kept := e.known.Get(key)
	if !kept {
		found = find(key)
		e.known.Add(key, found)
	}
	return found
}
