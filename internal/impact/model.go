package impact

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"homebound/internal/labour"
)

// unit is what departures are valued by: a cell of the stock, or the part of one that a share makes of it.
type unit struct {
	cell     int    // of the stock
	place    string // whose figures count: a region, or a region less its parts
	region   string // whose parameters count
	industry string
	factors  []int // that the cell's departures are multiplied by
	stays    bool  // whether it is of StayersIn
}

// model is a question made ready for evaluation at any setting of its inputs. All methods but prepare only read it.
type model struct {
	scenario Scenario
	facts    Facts
	stock    *stock
	values   *valuer
	rows     *parameters
	book     *book
	units    []unit
	worths   map[worthKey]*worth
	prices   map[int]float64 // what an amount of a year is multiplied by; empty where the index is not known
	notices  []string
	fade     int // the slot of fadeOutHalfLifeYears, -1 where net figures do not fade

	stayingOn []float64 // by stretch: the departed of StayersIn before factors
	plainLast float64   // the same of the last day

	products      map[int]float64 // gross product of the region by year, in the prices of the answer; a year without is not known
	productErrors []int           // the factors of its error

	central *points
	once    sync.Once
	drawn   *points

	mu    sync.Mutex
	terms map[termKey][]keyed
}

type worthKey struct{ unit, year int }

// chain lists a region and those it lies in, the nearest first.
func (m *model) chain(region string) []string {
	var codes []string
	for code := region; code != "" && !slices.Contains(codes, code); {
		codes = append(codes, code)
		code = m.facts.Geography.Parent(code, m.scenario.BoundariesOn)
	}
	return codes
}

// country returns the country that the scenario's region lies in, or "".
func (m *model) country() string {
	return m.facts.Geography.Ancestor(m.scenario.Region, labour.KindCountry, m.scenario.BoundariesOn)
}

// note adds a notice once.
func (m *model) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(m.notices, text) {
		m.notices = append(m.notices, text)
	}
}

// share is a part of the stock of a country.
type share struct {
	place, region string
	factors       []int
}

// divide makes units of the cells of the stock. It returns why no stock is known where a share is missing.
func (m *model) divide() (reason string, err error) {
	s := m.scenario
	year := s.Baseline.Year()
	var common []int
	if r, imputed, ok := m.rows.find(stockFactor, m.chain(s.Region), "", year); ok {
		common = []int{m.book.factor(plain, m.use(r, imputed, year))}
	} else {
		m.values.ledger.plain(stockFactor, 1, "not varied: no range of the stock is known")
	}
	for i, cell := range m.stock.cells {
		parts := []share{{cell.Region, cell.Region, nil}}
		if m.facts.Whole != "" {
			if parts, reason = m.shares(); reason != "" {
				return reason, nil
			}
		}
		for _, part := range parts {
			for _, u := range m.industries(cell, part) {
				u.cell, u.factors = i, slices.Concat(common, part.factors, u.factors)
				m.units = append(m.units, u)
			}
		}
	}
	return "", m.placeStayers()
}

// shares divides a country's stock into the region's own: the parts of it that have a share of their own, and the rest.
func (m *model) shares() ([]share, string) {
	s, year := m.scenario, m.scenario.Baseline.Year()
	whole, imputed, ok := m.rows.find(regionShare, []string{s.Region}, "", year)
	if !ok || whole.Region != "" && whole.Region != s.Region || whole.Region == "" && !whole.set {
		return nil, fmt.Sprintf("no stock of %s is published and no share of it in that of %s (regionShare) is known", s.Region,
			m.facts.Whole)
	}
	slots := []int{m.use(whole, imputed, year)}
	m.note("The stock of %s is derived from a share of that of %s (regionShare %v, %v to %v): the region is assumed to empty in step with "+
		"the country.", s.Region, m.facts.Whole, whole.Central, whole.Low, whole.High)
	var parts []share
	var without []string
	for _, code := range m.facts.Geography.Within(s.Region, s.BoundariesOn) {
		r, imputed, ok := m.rows.find(regionShare, []string{code}, "", year)
		inside := slices.ContainsFunc(m.chain(code)[1:], func(above string) bool { return slices.Contains(without, above) })
		if !ok || r.Region != code || code == s.Region || inside {
			continue
		}
		at := m.use(r, imputed, year)
		slots = append(slots, at)
		parts = append(parts, share{code, code, []int{m.book.factor(plain, at)}})
		without = append(without, code)
	}
	if len(parts) == 0 {
		return []share{{s.Region, s.Region, []int{m.book.factor(plain, slots[0])}}}, ""
	}
	rest := s.Region + " without " + strings.Join(without, ", ")
	m.values.standings[rest] = [][]string{slices.DeleteFunc(slices.Sorted(slices.Values(m.values.subjects(s.Region, map[string]bool{}))),
		func(code string) bool {
			return slices.ContainsFunc(m.chain(code), func(above string) bool { return slices.Contains(without, above) })
		})}
	return append(parts, share{rest, s.Region, []int{m.book.factor(remainder, slots...)}}), ""
}

// industries splits a cell of no known industry by the shares of industries, where the scenario asks for it and any is known.
func (m *model) industries(cell Cell, part share) []unit {
	whole := unit{place: part.place, region: part.region, industry: cell.Industry}
	if cell.Industry != "" || !m.scenario.SplitIndustry {
		return []unit{whole}
	}
	year := m.scenario.Baseline.Year()
	var codes []string
	for _, r := range m.rows.rows[industryShare] {
		codes = append(codes, r.Industry)
	}
	slices.Sort(codes)
	var units []unit
	var slots []int
	for _, code := range slices.Compact(codes) {
		r, imputed, ok := m.rows.find(industryShare, m.chain(part.region), code, year)
		if !ok || code == "" || r.Industry != code {
			continue
		}
		at := m.use(r, imputed, year)
		slots = append(slots, at)
		units = append(units, unit{place: part.place, region: part.region, industry: code, factors: []int{m.book.factor(plain, at)}})
	}
	if len(units) == 0 {
		return []unit{whole}
	}
	whole.factors = []int{m.book.factor(complement, slots...)}
	return append(units, whole)
}

// placeStayers marks the units of the regions where stayers stay.
func (m *model) placeStayers() error {
	s := m.scenario
	for i := range m.units {
		m.units[i].stays = len(s.StayersIn) == 0
	}
	for _, named := range s.StayersIn {
		within := m.facts.Geography.Within(named, s.BoundariesOn)
		found := false
		for i := range m.units {
			if slices.Contains(within, m.units[i].region) {
				m.units[i].stays, found = true, true
			}
		}
		switch {
		case found:
		case s.Basis == labour.Register:
			m.note("No stock is known of %s, so that nobody can stay there.", named)
		default:
			var known []string
			for _, u := range m.units {
				known = append(known, u.place)
			}
			slices.Sort(known)
			return labour.Faultf(labour.BadUserInput, "stayersIn: expected regions whose stock is known by itself (%s), found %s",
				strings.Join(slices.Compact(known), "; "), named)
		}
	}
	return nil
}

// use notes that a row is read and returns its slot.
func (m *model) use(r row, imputed bool, year int) int {
	m.values.ledger.parameter(r, imputed, year)
	return m.book.slot(r)
}

// leaving returns, at every point, how many have departed from the units of StayersIn on the last day.
func (m *model) leaving(p *points) []float64 {
	sum := make([]float64, p.n)
	last := &m.stock.stretches[len(m.stock.stretches)-1]
	for _, u := range m.units {
		if gone := last.of(u.cell); u.stays && gone > 0 {
			part := filled(p.n, gone)
			p.multiply(part, u.factors)
			for i, v := range part {
				sum[i] += v
			}
		}
	}
	return sum
}

func filled(n int, v float64) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = v
	}
	return list
}

// undone returns, at every point, how many departures the stayers undo on the last day, in the measure of the stock before
// factors. Factors multiply the departures of all units of StayersIn alike on every day, so that a stock twice as large with
// n stayers is twice the stock with n/2.
func (m *model) undone(p *points) []float64 {
	p.mu.Lock()
	known := p.stay
	p.mu.Unlock()
	if known != nil {
		return known
	}
	n := m.plainLast
	undone := m.leaving(p)
	for i, leaving := range undone {
		switch {
		case leaving <= 0 || n <= 0:
			undone[i] = n
		default:
			undone[i] = min(n, float64(m.scenario.Stayers)*n/leaving)
		}
	}
	p.mu.Lock()
	p.stay = undone
	p.mu.Unlock()
	return undone
}

// staying returns the departed, before factors, of the cells that have units of StayersIn. Where shares divide one cell, all
// its parts fall in step, so that the cell stands for any of them.
func (m *model) staying(s *stretch) float64 {
	sum := 0.0
	for cell := range s.gone {
		if slices.ContainsFunc(m.units, func(u unit) bool { return u.cell == cell && u.stays }) {
			sum += s.gone[cell]
		}
	}
	return sum
}

// draws returns the draws, made when they are first asked for.
func (m *model) draws() *points {
	m.once.Do(func() { m.drawn = m.book.draws(m.scenario.Draws, m.scenario.Seed, m.scenario.Together) })
	return m.drawn
}

func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}
