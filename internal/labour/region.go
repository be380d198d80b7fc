package labour

import (
	"maps"
	"slices"
)

// Region is a country, a district, a subject, or a grouping of a publisher's own.
type Region struct {
	Code      string // ISO 3166-2 (RU-PRI), ISO 3166-1 for a country (RU), the publisher's own for groupings (RU-FD-FE)
	NameEN    string
	NameLocal string
	Kind      RegionKind
	Currency  string // ISO 4217, "" where it is that of the region around it or of its country
}

// RegionKind is the level of a region.
type RegionKind string

const (
	KindCountry  RegionKind = "COUNTRY"
	KindDistrict RegionKind = "DISTRICT"
	KindSubject  RegionKind = "SUBJECT"
	KindOther    RegionKind = "OTHER"
)

// RegionKinds lists all of them.
var RegionKinds = []RegionKind{KindCountry, KindDistrict, KindSubject, KindOther}

// Membership says that a region belongs to a parent from one day to another, both included; a nil end is open.
type Membership struct {
	Code, Parent       string
	ValidFrom, ValidTo *Date
}

// On reports whether the membership holds on day d.
func (m Membership) On(d Date) bool {
	return (m.ValidFrom == nil || *m.ValidFrom <= d) && (m.ValidTo == nil || d <= *m.ValidTo)
}

// Geography holds every region and its dated parents. It answers for one stated day at a time, since regions move.
type Geography struct {
	regions map[string]Region
	parents map[string][]Membership
	members map[string][]Membership
}

// NewGeography indexes the regions and memberships of one release.
func NewGeography(regions []Region, memberships []Membership) *Geography {
	g := &Geography{make(map[string]Region, len(regions)), map[string][]Membership{}, map[string][]Membership{}}
	for _, r := range regions {
		g.regions[r.Code] = r
	}
	for _, m := range memberships {
		g.parents[m.Code] = append(g.parents[m.Code], m)
		g.members[m.Parent] = append(g.members[m.Parent], m)
	}
	return g
}

// Changes lists, in order, the days on which any membership begins, or is no more.
func (g *Geography) Changes() []Date {
	days := map[Date]bool{}
	for _, memberships := range g.parents {
		for _, m := range memberships {
			if m.ValidFrom != nil {
				days[*m.ValidFrom] = true
			}
			if m.ValidTo != nil {
				days[*m.ValidTo+1] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(days))
}

// Region returns the region of a code, and whether there is one.
func (g *Geography) Region(code string) (Region, bool) {
	r, ok := g.regions[code]
	return r, ok
}

// Codes lists every region's code in order.
func (g *Geography) Codes() []string { return slices.Sorted(maps.Keys(g.regions)) }

// Parent returns the code of the region that code belongs to on day on, or "" where it belongs to none.
func (g *Geography) Parent(code string, on Date) string {
	for _, m := range g.parents[code] {
		if m.On(on) {
			return m.Parent
		}
	}
	return ""
}

// Children lists the codes of a region's direct members on day on, in order.
func (g *Geography) Children(code string, on Date) []string {
	var codes []string
	for _, m := range g.members[code] {
		if m.On(on) {
			codes = append(codes, m.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Within lists the region itself and everything below it on day on, in the order of codes.
func (g *Geography) Within(code string, on Date) []string {
	found := []string{code}
	for i := 0; i < len(found); i++ {
		for _, child := range g.Children(found[i], on) {
			if !slices.Contains(found, child) {
				found = append(found, child)
			}
		}
	}
	slices.Sort(found)
	return found
}

// Ancestor returns the code of the nearest region of a kind, from the region itself upwards on day on, or "".
func (g *Geography) Ancestor(code string, kind RegionKind, on Date) string {
	for seen := 0; code != "" && seen <= len(g.regions); seen++ {
		if g.regions[code].Kind == kind {
			return code
		}
		code = g.Parent(code, on)
	}
	return ""
}

// District returns the code of the nearest ancestor of kind DISTRICT on day on, or "".
func (g *Geography) District(code string, on Date) string { return g.Ancestor(code, KindDistrict, on) }
