package db

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"homebound/db/internal/build"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// ReportQuery is a question of group-by reporting.
type ReportQuery struct {
	Filter       ReportFilter
	GroupBy      []labour.Dimension
	Granularity  labour.Granularity // "" for one period, the whole
	BoundariesOn *labour.Date       // nil for the last day of the release
	Measures     []labour.Measure   // those to compute; others in OrderBy and Having are computed too
	OrderBy      []ReportOrder      // before the groups' own order, which decides between equals
	Having       []MeasureCondition
	Currency     string // of wages, by ISO 4217; "" for the release's
	Top          *Top   // nil for all groups
}

// ReportOrder sorts rows by a dimension or by a measure; rows without a value come last either way.
type ReportOrder struct {
	By         labour.Dimension // "" where Measure is set
	Measure    labour.Measure
	Descending bool
}

// MeasureCondition keeps the rows whose measure meets the comparison and lies within the bounds, both included; a row
// without a value is left out.
type MeasureCondition struct {
	Measure         labour.Measure
	AtLeast, AtMost *float64
	Comparison[float64]
}

// maxCells bounds the rows of one report, all pages together; they are held while they are sorted and counted.
const maxCells = 1_000_000

// Report is a question and its answer: every row that it has, in order. Rows hold the measures asked for and no
// other. One goroutine uses it at a time.
type Report struct {
	Query        ReportQuery
	Period       labour.Period // what the report covers
	BoundariesOn labour.Date
	Rows         []ReportRow
	Count        int      // of Rows, also where whoever needs them no longer has let them go
	LeftOut      int      // rows that having left out
	SQL          []string // the statements that ran
	Currency     string   // of wages

	release  *Release
	facts    facts
	measures []labour.Measure
	rates    []build.YearRate // into Currency, where that is not the release's
	byYear   yearRates        // into Currency
	covers   *covering        // made when it is first asked for
	empty    bool             // the release holds no dated row at all; Period means nothing then
	others   *Report          // of the groups that Top does not keep
	beside   *derived
}

// ReportRow is one group in one period.
type ReportRow struct {
	Group  map[labour.Dimension]string // code or id by dimension; "" for those without one
	Period labour.Period
	Values
	// Coverage is how much of the row is known, by both tables of the register.
	Coverage labour.Covered
	// Synthetic is false only where every row behind is known not to be made up.
	Synthetic bool
	Others    bool // of all groups that Top does not keep
	Whole     bool // of the totals
}

// Values are the measures of one row. Those of a family that no measure asked for belongs to are zero here.
type Values struct {
	PermitsIssued      int
	WorkersAuthorised  int
	WorkersPresent     int
	PeakWorkersPresent int
	PeakOn             labour.Date
	WorkerDays         int
	Days               int      // of the period
	AverageMonthlyWage *float64 // in the report's currency; nil where no wage is known
	WorkersRepatriated int

	wageWorkers int // those that AverageMonthlyWage is of
	// NoPermits and NoDepartures say that nothing is known of permits or of repatriations: their measures have no value.
	NoPermits, NoDepartures bool
}

// AverageWorkersPresent returns the worker-days over the days of the period.
func (v Values) AverageWorkersPresent() float64 {
	return float64(v.WorkerDays) / float64(max(1, v.Days))
}

// accessors read each measure's value; false where a row has none.
var accessors = map[labour.Measure]func(*Values) (float64, bool){
	labour.PermitsIssued:         func(v *Values) (float64, bool) { return float64(v.PermitsIssued), true },
	labour.WorkersAuthorised:     func(v *Values) (float64, bool) { return float64(v.WorkersAuthorised), true },
	labour.WorkersPresent:        func(v *Values) (float64, bool) { return float64(v.WorkersPresent), true },
	labour.PeakWorkersPresent:    func(v *Values) (float64, bool) { return float64(v.PeakWorkersPresent), true },
	labour.AverageWorkersPresent: func(v *Values) (float64, bool) { return v.AverageWorkersPresent(), true },
	labour.WorkerDays:            func(v *Values) (float64, bool) { return float64(v.WorkerDays), true },
	labour.WorkersRepatriated:    func(v *Values) (float64, bool) { return float64(v.WorkersRepatriated), true },
	labour.AverageMonthlyWage: func(v *Values) (float64, bool) {
		if v.AverageMonthlyWage == nil {
			return 0, false
		}
		return *v.AverageMonthlyWage, true
	},
}

// Of returns a measure's value, or false where it has none or is not known at all.
func (v Values) Of(m labour.Measure) (float64, bool) {
	read, known := accessors[m]
	unknown := v.NoPermits
	if m == labour.WorkersRepatriated {
		unknown = v.NoDepartures
	}
	if !known || unknown {
		return 0, false
	}
	return read(&v)
}

// Report answers a question. It returns a Fault with BadUserInput, NotFound or LimitExceeded where the question is
// at fault.
func (r *Release) Report(ctx context.Context, q ReportQuery) (*Report, error) {
	rep, err := r.Ask(ctx, q)
	if err != nil {
		return nil, err
	}
	return rep, rep.Answer(ctx)
}

// Answer computes the report's rows. A report asked for its totals alone does without. Which rows there are follows from
// the question but for its measures: the groups of every kind of register row.
func (rep *Report) Answer(ctx context.Context) error {
	var top *topOf
	var others []ReportRow
	var err error
	of := rep
	if rep.Query.Top != nil {
		if top, err = rep.chooseTop(ctx); err != nil {
			return err
		}
		of = rep.narrowed(top, rep.dimensions(), false)
	}
	if rep.Rows, err = rep.answerRows(ctx, of); err != nil {
		return err
	}
	if top != nil {
		if len(rep.Query.OrderBy) == 0 {
			slices.SortStableFunc(rep.Rows, func(a, b ReportRow) int {
				return top.places[rep.groupKey(a)] - top.places[rep.groupKey(b)]
			})
		}
		if others, err = rep.othersOf(ctx, top); err != nil {
			return err
		}
	}
	all := len(rep.Rows)
	rep.Rows = slices.DeleteFunc(rep.Rows, func(row ReportRow) bool { return !row.meets(rep.Query.Having) })
	rep.LeftOut = all - len(rep.Rows)
	if len(rep.Query.OrderBy) > 0 {
		rep.Rows = sortRows(rep.Rows, rep.Query.OrderBy)
	}
	rep.Rows = append(rep.Rows, others...)
	rep.Count = len(rep.Rows)
	return nil
}

// answerRows computes the rows before anything is left out of them, those of a report of some of its groups in its place.
// How much is known of them is a matter of the report.
func (rep *Report) answerRows(ctx context.Context, of *Report) ([]ReportRow, error) {
	measured := familiesOf(of.measures)
	rows, err := of.filled(ctx, of.tally(), func(t *tally) error {
		if err := of.compute(ctx, t, of.measures, measured); err != nil {
			return err
		}
		if of.empty || len(t.dimensions) == 0 {
			return nil
		}
		return of.appear(ctx, t, slices.DeleteFunc(of.families(), func(f labour.Family) bool { return measured[f] }))
	})
	if of != rep {
		rep.SQL = append(rep.SQL, of.SQL...)
	}
	rep.cover(rows)
	rep.show(rows)
	return rows, err
}

// tally returns an empty tally of the report's groups and periods.
func (rep *Report) tally() *tally {
	return newTally(rep.dimensions(), calendar{rep.Period, rep.Query.Granularity})
}

// tallied has a tally filled, once there is room for it, and returns its rows as they are shown.
func (rep *Report) tallied(ctx context.Context, t *tally, fill func(*tally) error) ([]ReportRow, error) {
	rows, err := rep.filled(ctx, t, fill)
	rep.cover(rows)
	rep.show(rows)
	return rows, err
}

// filled is tallied, and returns the rows as they are.
func (rep *Report) filled(ctx context.Context, t *tally, fill func(*tally) error) ([]ReportRow, error) {
	leave, err := rep.reserve(ctx, t)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := fill(t); err != nil {
		return nil, err
	}
	return t.rows(), nil
}

// Ask checks a question and resolves what it leaves to defaults, and computes nothing yet.
func (r *Release) Ask(ctx context.Context, q ReportQuery) (*Report, error) {
	rep := &Report{Query: q, release: r, measures: slices.Clone(q.Measures), beside: newDerived()}
	if err := q.checkTop(); err != nil {
		return nil, err
	}
	var err error
	if rep.Period, rep.empty, err = r.period(q.Filter.Period); err != nil {
		return nil, err
	}
	rep.BoundariesOn = r.LastDay(q.BoundariesOn)
	for _, order := range q.OrderBy {
		if (order.By == "") == (order.Measure == "") {
			return nil, labour.Faultf(labour.BadUserInput,
				"orderBy: expected either by or measure in each entry, found %s.", bothOrNeither(order.By != ""))
		}
		if order.By != "" && order.By != labour.ByPeriod && !slices.Contains(q.GroupBy, order.By) {
			return nil, labour.Faultf(labour.BadUserInput, "orderBy: expected a dimension of groupBy, found %s.",
				order.By)
		}
		rep.need(order.Measure)
	}
	for _, condition := range q.Having {
		if condition.AtLeast == nil && condition.AtMost == nil && condition.IsEmpty() {
			return nil, labour.Faultf(labour.BadUserInput,
				"having: expected a comparison for %s, such as gte or lte, found neither.", condition.Measure)
		}
		rep.need(condition.Measure)
	}
	if q.Top != nil {
		rep.need(q.Top.By)
	}
	if slices.Contains(q.GroupBy, labour.ByOutcome) {
		for _, m := range rep.measures {
			if info, _ := m.Info(); info.Family != labour.DepartureFlow {
				return nil, labour.Faultf(labour.BadUserInput,
					"groupBy: OUTCOME groups repatriations alone; expected no measure but workersRepatriated, found %s.", info.Field)
			}
		}
	}
	if rep.facts, err = r.resolve(ctx, q.Filter, rep.BoundariesOn, q.GroupBy...); err != nil {
		return nil, err
	}
	return rep, rep.convert(ctx)
}

func bothOrNeither(both bool) string {
	if both {
		return "both"
	}
	return "neither"
}

func (rep *Report) need(m labour.Measure) {
	if m != "" && !slices.Contains(rep.measures, m) {
		rep.measures = append(rep.measures, m)
	}
}

// period returns the days that a range covers in this release, and whether the release is without any dated row.
func (r *Release) period(asked DateRange) (p labour.Period, empty bool, err error) {
	if r.info.DataFrom == nil && (asked.From == nil || asked.To == nil) {
		return labour.Period{}, true, nil
	}
	if r.info.DataFrom != nil {
		p = labour.Period{From: *r.info.DataFrom, To: *r.info.DataThrough}
	}
	if asked.From != nil {
		p.From = *asked.From
	}
	if asked.To != nil {
		p.To = *asked.To
	}
	if p.Days() == 0 {
		return p, false, labour.Faultf(labour.BadUserInput,
			"period: expected a first day that is not after the last, found %s to %s.", p.From, p.To)
	}
	return p, false, nil
}

// dimensions lists what rows are grouped by beside the period.
func (rep *Report) dimensions() []labour.Dimension {
	var dimensions []labour.Dimension
	for _, d := range rep.Query.GroupBy {
		if d != labour.ByPeriod && !slices.Contains(dimensions, d) {
			dimensions = append(dimensions, d)
		}
	}
	return dimensions
}

// Totals computes measures over all groups and the whole period: a peak of sums, not a sum of peaks. Having and
// paging do not touch it.
func (rep *Report) Totals(ctx context.Context, measures []labour.Measure) (ReportRow, error) {
	rows, err := rep.tallied(ctx, newTally(nil, calendar{whole: rep.Period}), func(t *tally) error {
		return rep.compute(ctx, t, measures, familiesOf(measures))
	})
	if err != nil {
		return ReportRow{}, err
	}
	for _, m := range measures {
		rep.need(m)
	}
	rows[0].Whole = true
	return rows[0], nil
}

// familiesOf tells which kinds of register rows some measures count.
func familiesOf(measures []labour.Measure) map[labour.Family]bool {
	families := map[labour.Family]bool{}
	for _, m := range measures {
		info, _ := m.Info()
		families[info.Family] = true
	}
	return families
}

// families lists the kinds of register rows that the report's groups are of.
func (rep *Report) families() []labour.Family {
	if slices.Contains(rep.Query.GroupBy, labour.ByOutcome) {
		return []labour.Family{labour.DepartureFlow}
	}
	return []labour.Family{labour.IssueFlow, labour.Stock, labour.DepartureFlow}
}

// compute runs one statement for each of some families of measures.
func (rep *Report) compute(ctx context.Context, t *tally, measures []labour.Measure,
	families map[labour.Family]bool) error {
	if rep.empty {
		return nil
	}
	if families[labour.IssueFlow] {
		if err := rep.countPermits(ctx, t, slices.Contains(measures, labour.AverageMonthlyWage)); err != nil {
			return err
		}
	}
	if families[labour.Stock] {
		if err := rep.followStock(ctx, t, true); err != nil {
			return err
		}
	}
	if families[labour.DepartureFlow] {
		if err := rep.countRepatriations(ctx, t); err != nil {
			return err
		}
	}
	return t.checkSize()
}

// meets reports whether a row is within every condition.
func (row ReportRow) meets(conditions []MeasureCondition) bool {
	for _, c := range conditions {
		value, known := row.Of(c.Measure)
		if !known || c.AtLeast != nil && value < *c.AtLeast || c.AtMost != nil && value > *c.AtMost || !c.Holds(value) {
			return false
		}
	}
	return true
}

// sortKey is what a row is sorted by in one order: a number or a text.
type sortKey struct {
	number float64
	text   string
	known  bool
}

func (row *ReportRow) sortKey(order ReportOrder) (k sortKey) {
	switch {
	case order.Measure != "":
		k.number, k.known = row.Of(order.Measure)
	case order.By == labour.ByPeriod:
		k.number, k.known = float64(row.Period.From), true
	default:
		k.text = row.Group[order.By]
		k.known = k.text != ""
	}
	return k
}

// sortRows returns the rows in order: as asked, then as they come, by the groups in the order of groupBy, then by period. What
// they are sorted by is read once a row.
func sortRows(rows []ReportRow, orders []ReportOrder) []ReportRow {
	keys := make([]sortKey, 0, len(rows)*len(orders))
	places := make([]int, len(rows))
	for i := range rows {
		places[i] = i
		for _, order := range orders {
			keys = append(keys, rows[i].sortKey(order))
		}
	}
	slices.SortFunc(places, func(i, j int) int {
		for at, order := range orders {
			x, y := &keys[i*len(orders)+at], &keys[j*len(orders)+at]
			result := compareKnown(order.Descending, x.number, y.number, x.known, y.known)
			if result = cmp.Or(result, compareKnown(order.Descending, x.text, y.text, x.known, y.known)); result != 0 {
				return result
			}
		}
		return cmp.Compare(i, j)
	})
	sorted := make([]ReportRow, len(places))
	for i, place := range places {
		sorted[i] = rows[place]
	}
	return sorted
}

// compareKnown orders two values; those that are not known come last either way.
func compareKnown[T ~string | ~float64](descending bool, x, y T, known, alsoKnown bool) int {
	switch {
	case known != alsoKnown && known:
		return -1
	case known != alsoKnown:
		return 1
	case x == y:
		return 0
	case (x < y) != descending:
		return -1
	}
	return 1
}

// Key names a row within its report: the values of its groups and its period.
func (rep *Report) Key(row ReportRow) string {
	parts := make([]string, 0, len(row.Group)+2)
	if row.Others {
		parts = append(parts, "others")
	}
	for _, d := range rep.dimensions() {
		parts = append(parts, row.Group[d])
	}
	return strings.Join(append(parts, row.Period.Key()), sqlite.FieldEnd)
}

// Covers reports whether the report has any day to cover; a release without a single dated row has none.
func (rep *Report) Covers() bool { return !rep.empty }
