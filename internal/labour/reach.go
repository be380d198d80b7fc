package labour

import "slices"

// Extent is where a source has rows of a table: a region, a nationality and the days from its first row to its last. A
// source that has rows and declares nothing reaches as far as its rows do, and no further.
type Extent struct {
	Source      string
	Table       RegisterTable
	Region      string // "" where it is unknown
	Nationality string // NoOrigin where it is unknown
	Period      Period
	Synthetic   bool
}

// Reach says how far the registers of a release reach: what their sources declare, and where they have rows.
type Reach struct{ spans map[string][]reached } // by region code

// reached is the days of one region that one source knows of.
type reached struct {
	source      string
	table       RegisterTable
	nationality string // "" for all
	days        Period
	complete    bool
	declared    bool // for the region and all within it; else for the region alone
	synthetic   bool
}

// NewReach indexes what sources declare and where they have rows; synthetic says which sources are made up.
func NewReach(declared []Coverage, rows []Extent, synthetic func(source string) bool) *Reach {
	r := &Reach{map[string][]reached{}}
	for _, c := range declared {
		r.spans[c.Region] = append(r.spans[c.Region], reached{c.Source, c.Table, c.Nationality,
			Period{c.From, c.To}, c.Completeness == CompleteSource, true, synthetic(c.Source)})
	}
	for _, e := range rows {
		r.spans[e.Region] = append(r.spans[e.Region],
			reached{e.Source, e.Table, e.Nationality, e.Period, false, false, e.Synthetic})
	}
	return r
}

// NoOrigin stands for the nationality of rows that have none, beside "" for all.
const NoOrigin = "?"

// Asked is what a figure of the register is asked for, but for its days.
type Asked struct {
	Table         RegisterTable
	Regions       []string // "" for rows of no known region; each counts alone: a region that is asked for with all within it is listed with these
	Nationalities []string // nil for all; NoOrigin for rows without one
	Synthetic     *bool    // only sources that are made up, or only those that are not
	NotSource     string   // leaves out one source
	// Up returns the region that a region lies in, "" where it lies in none.
	Up func(region string) string
}

// Known is which days of a question are known.
type Known struct {
	complete        []Period // whole, of every region and nationality asked for
	touched, madeUp []Period // of which some source has something; of which that is synthetic
}

// Known tells which days of a question are known. A question is known whole on the days on which complete sources
// together cover each of its regions, those that have others of the question within them through these, and each of
// its nationalities; all nationalities are covered by a source that declares all, and by no other.
func (r *Reach) Known(q Asked) Known {
	nationalities := q.Nationalities
	if len(nationalities) == 0 {
		nationalities = []string{""}
	}
	var k Known
	first := true
	around := map[string]bool{}
	for _, region := range q.Regions {
		around[q.Up(region)] = true
	}
	for _, region := range q.Regions {
		for _, nationality := range nationalities {
			var whole []Period
			for at, own := region, true; own || at != ""; at, own = q.Up(at), false {
				for _, s := range r.spans[at] {
					if !own && !s.declared || !s.meets(q, nationality) {
						continue
					}
					k.touched = append(k.touched, s.days)
					if s.synthetic {
						k.madeUp = append(k.madeUp, s.days)
					}
					if s.complete && (s.nationality == "" || s.nationality == nationality) {
						whole = append(whole, s.days)
					}
				}
			}
			if around[region] {
				continue // what it has within it decides
			}
			if whole = joined(whole); first {
				k.complete, first = whole, false
			} else {
				k.complete = shared(k.complete, whole)
			}
		}
	}
	k.touched, k.madeUp = joined(k.touched), joined(k.madeUp)
	return k
}

// Sources lists the sources that have something of a question in a period, each once for each way in which it has.
func (r *Reach) Sources(q Asked, p Period) []string {
	nationalities := q.Nationalities
	if len(nationalities) == 0 {
		nationalities = []string{""}
	}
	var sources []string
	for _, region := range q.Regions {
		for at, own := region, true; own || at != ""; at, own = q.Up(at), false {
			for _, s := range r.spans[at] {
				if (own || s.declared) && s.days.Clip(p).Days() > 0 &&
					slices.ContainsFunc(nationalities, func(n string) bool { return s.meets(q, n) }) {
					sources = append(sources, s.source)
				}
			}
		}
	}
	return sources
}

// meets reports whether a source can have rows of what is asked for.
func (s reached) meets(q Asked, nationality string) bool {
	return s.table == q.Table && (s.nationality == "" || nationality == "" || s.nationality == nationality) &&
		(q.Synthetic == nil || s.synthetic == *q.Synthetic) && (q.NotSource == "" || s.source != q.NotSource)
}

// On tells how much of a period is known: COMPLETE where all of it is known whole, NONE where no source touches it,
// else PARTIAL.
func (k Known) On(p Period) Covered {
	switch {
	case slices.ContainsFunc(k.complete, func(days Period) bool { return p.Days() > 0 && days.Clip(p) == p }):
		return Complete
	case meets(k.touched, p):
		return Partial
	}
	return NotAtAll
}

// MadeUp reports whether a source that is synthetic touches a period. Where none does and no other source either, it
// is not known who would have been counted: see Touched.
func (k Known) MadeUp(p Period) bool { return meets(k.madeUp, p) }

// Touched reports whether any source has something of a period.
func (k Known) Touched(p Period) bool { return meets(k.touched, p) }

func meets(all []Period, p Period) bool {
	return slices.ContainsFunc(all, func(days Period) bool { return days.Clip(p).Days() > 0 })
}

// joined returns the same days as periods that lie apart, in the order of time.
func joined(all []Period) []Period {
	slices.SortFunc(all, func(a, b Period) int { return a.From.Sub(b.From) })
	var apart []Period
	for _, p := range all {
		if last := len(apart) - 1; p.Days() == 0 {
			continue
		} else if last >= 0 && p.From <= apart[last].To+1 {
			apart[last].To = max(apart[last].To, p.To)
		} else {
			apart = append(apart, p)
		}
	}
	return apart
}

// shared returns the days that two lists of periods have in common.
func shared(some, others []Period) []Period {
	var both []Period
	for _, p := range some {
		for _, q := range others {
			if days := p.Clip(q); days.Days() > 0 {
				both = append(both, days)
			}
		}
	}
	return joined(both)
}

// And joins what is known of two tables that a figure is read from: COMPLETE or NONE where both are, else PARTIAL.
func (c Covered) And(other Covered) Covered {
	if c == other {
		return c
	}
	return Partial
}
