package evidence

import (
	"fmt"
	"slices"

	"homebound/internal/labour"
)

// Standing is where somebody stands with one obligation on a day. What is not known is nil.
type Standing struct {
	Kind                labour.ObligationKind
	Status              labour.ComplianceStatus
	Baseline            *float64 // workers on the first day that it binds
	Remaining           *float64 // workers on the day asked about
	Progress            *float64 // 1 less remaining over baseline; 1 where nobody was there to begin with
	HalfWayMet          *bool    // at the mark that the sanction itself sets
	RequiredMonthlyPace *float64
	RecentMonthlyPace   *float64 // mean monthly fall over the last three months
	ProjectedCompletion *labour.Date
	Authorised          *float64 // workers authorised under a ban, less the grandfathered
	Explanation         string
}

// daysPerMonth is the mean length of a month of the Gregorian calendar: 146,097 days in 4,800 months.
const daysPerMonth = 146097.0 / 4800

// Repatriation judges an obligation to send everybody home, by the stock on a day that at returns. A status is given only
// where the stock is known, whole, and where both figures that it lies between would give the same.
func Repatriation(o labour.Obligation, asOf labour.Date, at func(labour.Date) Stock) Standing {
	s := Standing{Kind: o.Kind, Status: labour.Unknown}
	baseline, remaining := at(o.AppliesFrom), at(asOf)
	s.Baseline, s.Remaining = valueOf(baseline), valueOf(remaining)
	if baseline.Known && remaining.Known {
		progress := 1.0
		if baseline.Value > 0 {
			progress = 1 - remaining.Value/baseline.Value
		}
		s.Progress = &progress
	}
	if o.HalfWayOn != nil && asOf >= *o.HalfWayOn {
		if half := at(*o.HalfWayOn); half.Known && baseline.Known && !half.Partial && !baseline.Partial {
			s.HalfWayMet = new(half.Value <= baseline.Value/2)
		}
	}
	s.pace(o, asOf, at, remaining)
	switch {
	case !remaining.Known:
		s.Explanation = fmt.Sprintf("It is not known how many were there on %s: %s.", asOf, remaining.neighbours())
	case remaining.Partial:
		s.Explanation = fmt.Sprintf("At least %s were there on %s; what is known is a part, and no status follows from a part.",
			number(remaining.Value), asOf)
	default:
		s.judge(o, asOf, remaining)
	}
	return s
}

func valueOf(s Stock) *float64 {
	if !s.Known {
		return nil
	}
	return &s.Value
}

// pace finds how fast numbers have to fall and how fast they fell.
func (s *Standing) pace(o labour.Obligation, asOf labour.Date, at func(labour.Date) Stock, remaining Stock) {
	if !remaining.Known {
		return
	}
	if o.Deadline != nil && asOf < *o.Deadline {
		s.RequiredMonthlyPace = new(required(remaining.Value, asOf, *o.Deadline))
	}
	earlier := at(asOf.AddMonths(-3))
	if earlier.Known {
		s.RecentMonthlyPace = new((earlier.Value - remaining.Value) / 3)
	}
	const lastYear = 9999
	switch {
	case remaining.Value <= 0:
		s.ProjectedCompletion = &asOf
	case s.RecentMonthlyPace != nil && *s.RecentMonthlyPace > 0:
		days := remaining.Value / *s.RecentMonthlyPace * daysPerMonth
		if days <= float64(labour.NewDate(lastYear, 12, 31).Sub(asOf)) {
			s.ProjectedCompletion = new(asOf.AddDays(int(days + 0.5)))
		}
	}
}

func required(remaining float64, asOf, deadline labour.Date) float64 {
	return remaining / (float64(deadline.Sub(asOf)) / daysPerMonth)
}

// judge returns the status where the figures either side agree on it.
func (s *Standing) judge(o labour.Obligation, asOf labour.Date, remaining Stock) {
	status := s.statusAt(o, asOf, remaining.Value)
	for _, p := range []*Point{remaining.Before, remaining.After} {
		if p != nil && s.statusAt(o, asOf, p.Value) != status {
			status = labour.Unknown
			s.Explanation = fmt.Sprintf("About %s on %s by a straight line, from which no status follows: %s.",
				number(float64(int(remaining.Value+0.5))), asOf, remaining.neighbours())
		}
	}
	s.Status = status
	if s.Explanation != "" {
		return
	}
	s.Explanation = fmt.Sprintf("%s were there on %s", number(float64(int(remaining.Value+0.5))), asOf)
	if remaining.Value == 0 {
		s.Explanation = fmt.Sprintf("Nobody was there on %s", asOf)
	}
	if remaining.Flat {
		s.Explanation += ", if nothing changed since: " + remaining.neighbours()
	}
	if status == labour.Unknown {
		s.Explanation += "; how fast numbers fell is not known"
	}
	s.Explanation += "."
}

func (s *Standing) statusAt(o labour.Obligation, asOf labour.Date, remaining float64) labour.ComplianceStatus {
	switch {
	case remaining <= 0:
		return labour.Completed
	case o.Deadline == nil:
		return labour.Unknown
	case asOf > *o.Deadline:
		return labour.Missed
	case asOf == *o.Deadline:
		return labour.Behind
	case s.RecentMonthlyPace == nil:
		return labour.Unknown
	case *s.RecentMonthlyPace >= required(remaining, asOf, *o.Deadline):
		return labour.OnTrack
	}
	return labour.Behind
}

// Authorisations are the workers of permits issued from the day on which a ban binds to the day asked about.
type Authorisations struct {
	All           float64
	Grandfathered float64 // their contracts were finalised in time
	Later         float64 // their contracts were finalised too late
	Covered       labour.Covered
}

// Ban judges an obligation to issue no new permits. It can be judged only where permits carry the day of their contract;
// whether the Committee approved any case is not known here. all is nil where nothing is known.
func Ban(o labour.Obligation, asOf labour.Date, all *Authorisations) Standing {
	s := Standing{Kind: o.Kind, Status: labour.Unknown}
	if all == nil || all.Covered == labour.NotAtAll {
		s.Explanation = fmt.Sprintf("It is not known how many workers were authorised from %s to %s.", o.AppliesFrom, asOf)
		return s
	}
	left := all.All - all.Grandfathered
	s.Authorised = &left
	since := fmt.Sprintf("%s workers were authorised from %s to %s", number(all.All), o.AppliesFrom, asOf)
	switch {
	case all.Later > 0:
		s.Status = labour.Breached
		s.Explanation = fmt.Sprintf("%s, %s of them under contracts that were finalised too late; whether the Committee approved these is not known.",
			since, number(all.Later))
	case all.Covered == labour.Complete && left <= 0:
		s.Status = labour.Kept
		s.Explanation = since + ", all under contracts that were finalised in time."
	case left > 0:
		s.Explanation = fmt.Sprintf("%s; for %s of them the day of the contract is not known.", since, number(left))
	default:
		s.Explanation = since + "; what is known is a part, and no status follows from a part."
	}
	return s
}

// CeilingOf judges an obligation never to have more permits in force than on its first day. Both numbers are of workers with
// permits in force; a State's head count is no number of permits. Nil is not known.
func CeilingOf(o labour.Obligation, asOf labour.Date, ceiling, highest *float64, covered labour.Covered) Standing {
	s := Standing{Kind: o.Kind, Status: labour.Unknown, Baseline: ceiling}
	switch {
	case ceiling == nil:
		s.Explanation = fmt.Sprintf("The ceiling is not known: nobody published how many permits were in force on %s.", o.AppliesFrom)
	case highest == nil || covered != labour.Complete:
		s.Explanation = "What is known is a part, and no status follows from a part."
	case *highest > *ceiling:
		s.Status = labour.Breached
		s.Explanation = fmt.Sprintf("Up to %s were in force by %s, and %s on %s.", number(*highest), asOf, number(*ceiling), o.AppliesFrom)
	default:
		s.Status = labour.Kept
		s.Explanation = fmt.Sprintf("Never more than %s were in force by %s, as on %s.", number(*ceiling), asOf, o.AppliesFrom)
	}
	return s
}

// Reporting judges an obligation to report, by what a State handed in up to a day. That no report is known here does not
// mean that there was none.
func Reporting(o labour.Obligation, asOf labour.Date, reports []labour.MemberStateReport) Standing {
	s := Standing{Kind: o.Kind, Status: labour.Unknown, Explanation: "No such report is known here, which does not mean that there was none."}
	kind := labour.MidtermReport
	if o.Kind == labour.ReportFinal {
		kind = labour.FinalReport
	}
	reports = slices.DeleteFunc(slices.Clone(reports), func(r labour.MemberStateReport) bool {
		return r.Symbol != o.Symbol || r.Kind != kind || r.SubmittedOn != nil && *r.SubmittedOn > asOf
	})
	if len(reports) == 0 {
		if o.Deadline != nil && asOf <= *o.Deadline {
			s.Explanation = fmt.Sprintf("It is due on %s; by %s no such report is known here.", o.Deadline, asOf)
		}
		return s
	}
	slices.SortStableFunc(reports, func(a, b labour.MemberStateReport) int { return dayOr(a.SubmittedOn) - dayOr(b.SubmittedOn) })
	s.Status = labour.Submitted
	switch first := reports[0]; {
	case first.SubmittedOn == nil:
		s.Explanation = "It was handed in on a day that is not known."
	case o.Deadline != nil && *first.SubmittedOn > *o.Deadline && dated(reports):
		s.Status = labour.SubmittedLate
		s.Explanation = fmt.Sprintf("It was handed in on %s and due on %s.", first.SubmittedOn, o.Deadline)
	default:
		s.Explanation = fmt.Sprintf("It was handed in on %s.", first.SubmittedOn)
	}
	return s
}

// dated reports whether the day of each report is known.
func dated(reports []labour.MemberStateReport) bool {
	return !slices.ContainsFunc(reports, func(r labour.MemberStateReport) bool { return r.SubmittedOn == nil })
}

// dayOr puts reports whose day is not known last.
func dayOr(d *labour.Date) int {
	if d == nil {
		return 1 << 30
	}
	return int(*d)
}

// MemberState is where a State stands with a sanction on its own figures.
type MemberState struct {
	Country string
	Standing
	Reports []labour.MemberStateReport // under this sanction, in the order of days
}

// MemberStates lists every State given with its standing, by its code. observations are head counts of the sanction's
// nationality by region code, which of a State is its country code.
func MemberStates(o labour.Obligation, countries []string, reports []labour.MemberStateReport, observations []labour.Observation,
	asOf labour.Date) []MemberState {
	states := make([]MemberState, 0, len(countries))
	for _, country := range slices.Sorted(slices.Values(countries)) {
		own := slices.DeleteFunc(slices.Clone(reports), func(r labour.MemberStateReport) bool { return r.Country != country || r.Symbol != o.Symbol })
		figures := slices.DeleteFunc(slices.Clone(observations), func(f labour.Observation) bool { return f.Region != country })
		slices.SortStableFunc(own, func(a, b labour.MemberStateReport) int { return dayOr(a.SubmittedOn) - dayOr(b.SubmittedOn) })
		states = append(states, MemberState{country, Repatriation(o, asOf, NewReported(figures, own).At), own})
	}
	return states
}
