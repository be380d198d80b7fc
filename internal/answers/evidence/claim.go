package evidence

import (
	"slices"
	"strings"

	"homebound/internal/labour"
)

// Relation is how a piece of evidence bears on a claim.
type Relation string

const (
	Equal      Relation = "EQUAL"       // the same quantity of the same days
	Before     Relation = "BEFORE"      // the same quantity, earlier
	After      Relation = "AFTER"       // the same quantity, later
	LowerBound Relation = "LOWER_BOUND" // the quantity is at least this
	UpperBound Relation = "UPPER_BOUND" // the quantity is at most this
	Related    Relation = "RELATED"     // shown beside it; decides nothing
)

// Relations lists all of them.
var Relations = []Relation{Equal, Before, After, LowerBound, UpperBound, Related}

// Piece is one figure that a claim is held against or shown beside.
type Piece struct {
	Relation   Relation
	Value      float64
	ValueHigh  *float64             // of BETWEEN alone
	Qualifier  labour.ClaimOperator // "" where the figure is no limit
	Unit       string
	From, To   labour.Date
	Source     string // id
	Indicator  string // code; "" for a figure of the register
	Region     string
	Counted    bool   // whether it took part in the verdict
	Conversion string // how it was brought to the claim's unit, or why it does not count; "" where neither
	Query      string // where it can be asked
}

// Check is what a claim comes to on the evidence of a release.
type Check struct {
	Verdict     labour.Verdict
	Explanation string
	Evidence    []Piece
	Allowed     Set // the values that the claim allows
	Possible    Set // the values that the quantity may have
}

// Figure is what a register that is not synthetic says of a claim's quantity over a period.
type Figure struct {
	Period  labour.Period
	Value   float64
	Within  float64 // by how much Value may be off, where rows are masked
	Unit    string
	Covered labour.Covered
	Sources []string
	Query   string
}

// longestStock is how many days a figure or a claim may name and still be of a stock on a day.
const longestStock = 31

const (
	vicinity    = 7  // days either side of those that a figure names for which it testifies
	nearYearEnd = 45 // days from a year's end within which its figure bounds a stock
	nearest     = 92 // days between two figures of a stock that decide what lies between
)

// Indicators that are of the same subject and decide nothing.
var relatedTo = map[labour.Family][]string{
	labour.Stock:         {labour.WorkersPresentEstimate, "PERMITS_VALID", "QUOTA", "QUOTA_VISA_PERMITS", "HIRING_AUTHORISATIONS", "WORKERS_INVITED"},
	labour.IssueFlow:     {"PERMITS_ISSUED_REPORTED", "PERMITS_VALID", "WORK_VISAS", "WORK_VISAS_QUARTER", "HIRING_AUTHORISATIONS", "QUOTA", "ENTRIES_WORK"},
	labour.DepartureFlow: {labour.RepatriatedReported},
}

const foreignPermits = "FOREIGN_WORK_PERMITS"

// Indicators lists what New reads of a release's observations for the claims given, money being in currency.
func Indicators(claims []labour.Claim, currency string) []string {
	all := []string{labour.WorkersPresentReported, labour.AverageWage, foreignPermits}
	for _, related := range relatedTo {
		all = append(all, related...)
	}
	for _, c := range claims {
		if c.CompareWith != "" {
			all = append(all, c.CompareWith)
		}
		if other, _ := payOf(c.Unit); other != "" && other != currency {
			all = append(all, labour.ExchangeRateIndicator(currency, other))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// World is what claims are held against. It is built once for all claims of a release, and never changes.
type World struct {
	at     map[place][]labour.Observation
	parts  map[string][]labour.Observation // WORKERS_PRESENT by nationality
	rates  map[string][]labour.Observation // units of the release's currency for one of another, by indicator
	claims map[string]labour.Claim
	within func(region string, on labour.Date) []string
	words  Words
}

type place struct{ indicator, region string }

// New indexes a release's observations and claims. within lists the regions that a region has on a day, itself included.
func New(observations []labour.Observation, claims []labour.Claim,
	within func(region string, on labour.Date) []string, words Words) *World {
	w := &World{
		at: map[place][]labour.Observation{}, parts: map[string][]labour.Observation{}, rates: map[string][]labour.Observation{},
		claims: map[string]labour.Claim{}, within: within, words: words,
	}
	for _, o := range observations {
		if o.Status == labour.StatusMissing {
			continue
		}
		key := place{o.Indicator, o.Region}
		w.at[key] = append(w.at[key], o)
		if strings.HasPrefix(o.Indicator, "FX_") {
			w.rates[o.Indicator] = append(w.rates[o.Indicator], o)
		}
		if o.Indicator == labour.WorkersPresentReported {
			w.parts[o.Nationality] = append(w.parts[o.Nationality], o)
		}
	}
	for _, c := range claims {
		w.claims[c.ID] = c
	}
	return w
}

// Checkable reports whether a claim has a number of a quantity that is counted here, or one that an indicator is.
func Checkable(c labour.Claim) bool {
	return c.Operator != "" && c.ValueLow != nil && (c.Measure != "" || c.CompareWith != "")
}

// Decide holds a claim against the evidence; figures are what registers that are not synthetic say of it. It reports false
// where there is nothing to check.
//
// K is the set of values that the quantity may have, C the set that the claim allows. K within C is CONSISTENT, K and C
// apart INCONSISTENT, all else UNDECIDED.
func (w *World) Decide(c labour.Claim, figures []Figure) (Check, bool) {
	if !Checkable(c) {
		return Check{}, false
	}
	h := &hearing{World: w, claim: c, allowed: NewSet(allowed(c.Operator, *c.ValueLow, c.ValueHigh))}
	h.span, h.dated = days(c)
	info, _ := c.Measure.Info()
	switch {
	case c.CompareWith != "" || c.Measure == labour.AverageMonthlyWage:
		h.wage()
	case c.Measure == labour.PeakWorkersPresent:
		h.peak()
	case info.Family == labour.Stock:
		h.stock()
	default:
		h.related(relatedTo[info.Family], 0)
	}
	h.register(figures)
	return h.conclude(), true
}

// days returns the days that a claim is about, and whether it names any: the day of speaking where it names no other. A
// claim without a first day is about its last, but for one that is of all days up to it.
func days(c labour.Claim) (labour.Period, bool) {
	from, to := c.From, c.To
	if to == nil {
		to = from
	}
	if to == nil {
		to = c.MadeOn
	}
	if to == nil {
		return labour.Period{}, false
	}
	if from == nil {
		from = to
	}
	return labour.Period{From: *from, To: *to}, true
}

// told lists the claims that a claim retells, itself first.
func (w *World) told(c labour.Claim) []labour.Claim {
	chain := []labour.Claim{c}
	for c.Repeats != "" && len(chain) < 16 { // a circle of claims ends there
		next, ok := w.claims[c.Repeats]
		if !ok {
			break
		}
		chain, c = append(chain, next), next
	}
	return chain
}

// dependent tells why an observation is no independent evidence for a claim; "" where it is.
func (w *World) dependent(c labour.Claim, o labour.Observation) string {
	for i, told := range w.told(c) {
		if told.Source == o.Source {
			if i == 0 {
				return "not counted: the claim's own source"
			}
			return "not counted: the source of a statement that the claim repeats"
		}
		significant, _ := digits(o.Value)
		span, dated := days(told)
		if dated && significant >= sameReport && told.ValueLow != nil && *told.ValueLow == o.Value && spanOf(o).Clip(span).Days() > 0 {
			return "not counted: the same report through another publication"
		}
	}
	return ""
}

func spanOf(o labour.Observation) labour.Period { return labour.Period{From: o.From, To: o.To} }

// near is the days for which a figure testifies.
func near(o labour.Observation) labour.Period {
	return labour.Period{From: o.From.AddDays(-vicinity), To: o.To.AddDays(vicinity)}
}
