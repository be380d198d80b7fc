package labour_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

func day(text string) *labour.Date {
	if text == "" {
		return nil
	}
	d := labour.MustParseDate(text)
	return &d
}

func russia() *labour.Geography {
	return labour.NewGeography([]labour.Region{
		{Code: "RU", Kind: labour.KindCountry}, {Code: "RU-FD-FE", Kind: labour.KindDistrict}, {Code: "RU-FD-SI", Kind: labour.KindDistrict},
		{Code: "RU-BU", Kind: labour.KindSubject}, {Code: "RU-PRI", Kind: labour.KindSubject}, {Code: "VLADIVOSTOK", Kind: labour.KindOther}, {Code: "X", Kind: labour.KindOther},
	}, []labour.Membership{
		{Code: "RU-FD-FE", Parent: "RU"}, {Code: "RU-FD-SI", Parent: "RU"}, {Code: "RU-PRI", Parent: "RU-FD-FE"}, {Code: "VLADIVOSTOK", Parent: "RU-PRI"},
		{Code: "RU-BU", Parent: "RU-FD-SI", ValidTo: day("2018-11-03")}, {Code: "RU-BU", Parent: "RU-FD-FE", ValidFrom: day("2018-11-04")},
	})
}

func TestGeography_OnTheDaysAroundAMove(t *testing.T) {
	g := russia()
	before, after := *day("2018-11-03"), *day("2018-11-04")
	assert.Equal(t, "RU-FD-SI", g.Parent("RU-BU", before))
	assert.Equal(t, "RU-FD-FE", g.Parent("RU-BU", after))
	assert.Equal(t, []string{"RU-PRI"}, g.Children("RU-FD-FE", before))
	assert.Equal(t, []string{"RU-BU", "RU-PRI"}, g.Children("RU-FD-FE", after))
	assert.Equal(t, []string{"RU-FD-FE", "RU-PRI", "VLADIVOSTOK"}, g.Within("RU-FD-FE", before))
	assert.Equal(t, []string{"RU-BU", "RU-FD-FE", "RU-PRI", "VLADIVOSTOK"}, g.Within("RU-FD-FE", after))
	assert.Equal(t, []string{"RU-FD-SI"}, g.Within("RU-FD-SI", after), "a region that lost its members includes itself")
	assert.Equal(t, "RU-FD-SI", g.District("RU-BU", before))
	assert.Equal(t, "RU-FD-FE", g.District("RU-BU", after))
}

func TestGeography_ClimbsToTheNearestOfAKind(t *testing.T) {
	g, on := russia(), *day("2018-01-01")
	assert.Equal(t, "RU-FD-FE", g.District("VLADIVOSTOK", on), "through a subject")
	assert.Equal(t, "RU-FD-FE", g.District("RU-FD-FE", on), "a district is its own")
	assert.Equal(t, "", g.District("RU", on), "a country lies in none")
	assert.Equal(t, "", g.District("X", on))
	assert.Equal(t, "", g.District("NOWHERE", on))
	assert.Equal(t, "RU", g.Ancestor("VLADIVOSTOK", labour.KindCountry, on))
	assert.Equal(t, []string{"RU", "RU-BU", "RU-FD-FE", "RU-FD-SI", "RU-PRI", "VLADIVOSTOK"}, g.Within("RU", on))
	assert.Equal(t, []string{"RU", "RU-BU", "RU-FD-FE", "RU-FD-SI", "RU-PRI", "VLADIVOSTOK", "X"}, g.Codes())
	_, known := g.Region("NOWHERE")
	assert.False(t, known)
}

// A circle that slipped in must not turn a question into a loop.
func TestGeography_EndsOnACircle(t *testing.T) {
	g := labour.NewGeography([]labour.Region{{Code: "A"}, {Code: "B"}}, []labour.Membership{{Code: "A", Parent: "B"}, {Code: "B", Parent: "A"}})
	assert.Equal(t, []string{"A", "B"}, g.Within("A", 0))
	assert.Equal(t, "", g.District("A", 0))
}

func TestCheckMembership(t *testing.T) {
	have := []labour.Membership{{Code: "B", Parent: "A", ValidTo: day("2018-11-03")}, {Code: "C", Parent: "B"}}
	for _, one := range []struct {
		code, parent, from, to, says string
	}{
		{"B", "D", "2018-11-04", "", ""},
		{"B", "D", "2018-11-03", "", "expected one parent of B on any day, found A and D from 2018-11-03"},
		{"B", "D", "", "", "expected one parent of B on any day, found A and D from the beginning"},
		{"A", "C", "2018-11-04", "", ""}, // by then B has left A
		{"A", "C", "2018-11-03", "2018-11-03", "expected regions that do not contain themselves, found A above C already"},
		{"D", "D", "", "", "expected regions that do not contain themselves, found D above D already"},
		{"D", "A", "2018-02-01", "2018-01-01", ""}, // never
	} {
		m := labour.Membership{Code: one.code, Parent: one.parent, ValidFrom: day(one.from), ValidTo: day(one.to)}
		assert.Equal(t, one.says, labour.CheckMembership(have, m), "%s in %s from %s to %s", one.code, one.parent, one.from, one.to)
	}
}

func TestCheckMembership_AgainstEveryDay(t *testing.T) {
	const horizon = 12
	rng := rand.New(rand.NewPCG(9, 10))
	codes := []string{"A", "B", "C", "D", "E"}
	open := func() *labour.Date {
		if rng.IntN(4) == 0 {
			return nil
		}
		d := labour.Date(rng.IntN(horizon))
		return &d
	}
	accepted, refused := 0, 0
	for range 300 {
		var have []labour.Membership
		for range 12 {
			m := labour.Membership{Code: codes[rng.IntN(5)], Parent: codes[rng.IntN(5)], ValidFrom: open(), ValidTo: open()}
			if m.ValidFrom != nil && m.ValidTo != nil && *m.ValidFrom > *m.ValidTo {
				m.ValidFrom, m.ValidTo = m.ValidTo, m.ValidFrom
			}
			all := append(slices.Clone(have), m)
			fits := true
			for on := labour.Date(-1); on <= horizon; on++ {
				fits = fits && fitOn(all, on)
			}
			problem := labour.CheckMembership(have, m)
			require.Equal(t, fits, problem == "", "%s to %v: %s", show(m), have, problem)
			if fits {
				have = all
				accepted++
			} else {
				refused++
			}
		}
	}
	assert.Greater(t, accepted, 500)
	assert.Greater(t, refused, 500)
}

// fitOn reports whether on one day no region has two parents, and none lies within itself.
func fitOn(memberships []labour.Membership, on labour.Date) bool {
	parent := map[string]string{}
	for _, m := range memberships {
		if !m.On(on) {
			continue
		}
		if _, twice := parent[m.Code]; twice {
			return false
		}
		parent[m.Code] = m.Parent
	}
	for code := range parent {
		steps := 0
		for at := parent[code]; at != ""; at = parent[at] {
			if steps++; at == code || steps > len(parent) {
				return false
			}
		}
	}
	return true
}

func show(m labour.Membership) string {
	end := func(d *labour.Date) string {
		if d == nil {
			return "open"
		}
		return d.String()
	}
	return fmt.Sprintf("%s in %s, %s to %s", m.Code, m.Parent, end(m.ValidFrom), end(m.ValidTo))
}
