package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// summed returns the days of the report's period that the sums of employers answer for periods of a granularity, and those
// at its ends that cut a sum; false where they do not cover the question, or have no day of it.
func (rep *Report) summed(dimensions []labour.Dimension, g labour.Granularity) (whole labour.Period, ends []labour.Period, ok bool) {
	whole = rep.Period
	if !rep.hasSums(dimensions, g) {
		return whole, nil, false
	}
	if from := rep.release.sumFrom(whole.From); from < whole.From {
		whole.From = rep.release.sumTo(whole.From) + 1
		ends = append(ends, labour.Period{From: rep.Period.From, To: min(whole.From-1, whole.To)})
	}
	if to := rep.release.sumTo(whole.To); to > whole.To && whole.From <= whole.To {
		whole.To = rep.release.sumFrom(whole.To) - 1
		ends = append(ends, labour.Period{From: whole.To + 1, To: rep.Period.To})
	}
	return whole, ends, whole.Days() > 0
}

// hasSums reports whether the sums of employers have some dimensions, in periods of a granularity.
func (rep *Report) hasSums(dimensions []labour.Dimension, g labour.Granularity) bool {
	_, has := rep.release.planner(build.EmployerSums, dimensions)
	return has && (g == "" || g == labour.Year)
}

// sumFrom returns the first day of the sum that a day is in: of the year, or of the data in it, or behind its last.
func (r *Release) sumFrom(day labour.Date) labour.Date {
	from := labour.YearPeriod(day.Year()).From
	if first := r.info.DataFrom; first != nil && *first <= day {
		from = max(from, *first)
	}
	if last := r.info.DataThrough; last != nil && *last < day {
		from = max(from, *last+1)
	}
	return from
}

// sumTo returns the last day of the sum that a day is in.
func (r *Release) sumTo(day labour.Date) labour.Date {
	to := labour.YearPeriod(day.Year()).To
	if first := r.info.DataFrom; first != nil && *first > day {
		to = min(to, *first-1)
	}
	if last := r.info.DataThrough; last != nil && *last >= day {
		to = min(to, *last)
	}
	return to
}

// summing is a row of the sums of employers.
type summing struct {
	values []string // of its group
	sums   []byte
}

// eachEmployer hands out the rows of each employer's sums that the report's filter leaves of some facts, all at once. They
// are good until visit returns.
func (rep *Report) eachEmployer(ctx context.Context, t *tally, kind string, visit func(id string, rows []summing) error) error {
	sb := rep.grouped(t, build.EmployerSums, kind)
	sb.SelectMore("f.employer_id", "f.sums").OrderBy("f.employer_id")
	rep.SQL = append(rep.SQL, shown(sb))
	var last, id string
	var sums sql.RawBytes
	var rows []summing
	err := eachGroup(ctx, rep.release.file, sb, len(t.dimensions), func(values []string) error {
		if id != last && len(rows) > 0 {
			if err := visit(last, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
		last = id
		rows = slices.Grow(rows, 1)[:len(rows)+1]
		row := &rows[len(rows)-1] // whose memory is used again
		row.values, row.sums = append(row.values[:0], values...), append(row.sums[:0], sums...)
		return nil
	}, sqlite.Text(&id), &sums)
	if err == nil && len(rows) > 0 {
		err = visit(last, rows)
	}
	return err
}

// eachSum hands out what each group has of a flow in the stretches of some days, as of the first day of each.
func (rep *Report) eachSum(ctx context.Context, t *tally, f flow, whole labour.Period,
	visit func(*group, labour.Date, packed.Flow)) error {
	rates := map[labour.Date]func(packed.Currency) (float64, bool){} // by stretch: employers share them
	return rep.eachEmployer(ctx, t, f.facts, func(_ string, rows []summing) error {
		for _, row := range rows {
			var g *group
			err := packed.UnpackSums(row.sums, func(s *packed.Sum) error {
				issued := f.facts == build.PermitFacts
				if !whole.Contains(s.Days.From) || issued && !s.Issued || !issued && !s.Left {
					return nil
				}
				if g == nil {
					g = t.group(row.values)
				}
				if !issued {
					visit(g, s.Days.From, packed.Flow{Workers: s.Departed})
					return nil
				}
				rate := rates[s.Days.From]
				if rate == nil {
					rate = rep.byYear.in(s.Days.From.Year())
					rates[s.Days.From] = rate
				}
				visit(g, s.Days.From, s.In(rate))
				return nil
			})
			if err != nil {
				return err
			}
		}
		return t.checkSize()
	})
}

// followSums is followStock where the sums of employers have all but the ends of the period. Where a group is of several
// rows of an employer, a peak of theirs is none of the group: it is followed day by day.
func (rep *Report) followSums(ctx context.Context, t *tally, whole labour.Period, ends []labour.Period, measured bool) error {
	follow := func(p labour.Period, f facts, wanted func([]string) bool) error {
		return rep.followDays(ctx, t, p, f, wanted, measured)
	}
	if len(ends) > 0 && ends[0].From < whole.From { // in the order of days, the first of equal peaks being the one
		if err := follow(ends[0], rep.facts, nil); err != nil {
			return err
		}
	}
	var several []string // employers
	groups := map[string]bool{}
	err := rep.eachEmployer(ctx, t, build.StockFacts, func(id string, rows []summing) error {
		for _, row := range rows {
			same := func(other summing) bool { return slices.Equal(other.values, row.values) }
			if alone := len(rows) - 1; measured && alone > 0 && len(slices.DeleteFunc(slices.Clone(rows), same)) < alone {
				groups[strings.Join(row.values, sqlite.FieldEnd)] = true
				if !slices.Contains(several, id) {
					several = append(several, id)
				}
				continue
			}
			walk := rep.walk(t, row.values, whole.From, measured)
			if err := walk.sums(row.sums, whole); err != nil {
				return err
			}
		}
		return t.checkSize()
	})
	if err != nil {
		return err
	}
	if len(several) > 0 {
		f := rep.facts
		f.nested.And = append(slices.Clone(f.nested.And), facts{employers: several})
		err = follow(whole, f, func(values []string) bool { return groups[strings.Join(values, sqlite.FieldEnd)] })
	}
	if n := len(ends); err == nil && n > 0 && ends[n-1].From > whole.To {
		err = follow(ends[n-1], rep.facts, nil)
	}
	return err
}

// sums counts some days of a stock by its sums, each of which is of days of one period.
func (w *stockWalk) sums(sums []byte, whole labour.Period) error {
	err := packed.UnpackSums(sums, func(s *packed.Sum) error {
		switch {
		case s.Days.From > whole.To:
			return nil
		case s.Days.To < whole.From:
			w.workers, w.permits = s.Last.Workers, s.Last.Permits
			return nil
		case s.Days.From < whole.From || s.Days.To > whole.To:
			return fmt.Errorf("expected sums of employers that lie within %s to %s, found one of %s to %s", whole.From, whole.To,
				s.Days.From, s.Days.To)
		}
		w.until(s.Days.From)
		w.count(s.Days.To, s.Level)
		return nil
	})
	if err == nil {
		w.until(whole.To + 1)
	}
	return err
}
