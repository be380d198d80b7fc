package dbtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// describe writes a question so that a failure can be asked again.
func describe(question any) string {
	text, err := json.Marshal(question)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// show writes the groups, the period and the measures of a row that were asked for, and any other that is not zero
// although nothing in the question needs one of its family: those of one family come from the same rows.
func show(row db.ReportRow, q db.ReportQuery) string {
	var b strings.Builder
	for _, d := range q.GroupBy {
		if d != labour.ByPeriod && row.Group != nil {
			fmt.Fprintf(&b, "%s=%s ", d, row.Group[d])
		}
	}
	fmt.Fprintf(&b, "%s..%s %s synthetic=%t", row.Period.From, row.Period.To, row.Coverage, row.Synthetic)
	needed := slices.Clone(q.Measures)
	for _, m := range q.Measures {
		fmt.Fprintf(&b, " %s=%s", m, showMeasure(row.Values, m))
	}
	for _, o := range q.OrderBy {
		needed = append(needed, o.Measure)
	}
	for _, h := range q.Having {
		needed = append(needed, h.Measure)
	}
	for _, info := range labour.Measures {
		if value, known := row.Of(info.Measure); known && value != 0 && !counts(needed, info.Family) {
			fmt.Fprintf(&b, " (%s=%v was not asked for)", info.Measure, value)
		}
	}
	return b.String()
}

// showMeasure rounds to ten digits: sums of fractions depend on their order in the last ones.
func showMeasure(v db.Values, m labour.Measure) string {
	value, known := v.Of(m)
	if !known {
		return "none"
	}
	text := fmt.Sprintf("%.10g", value)
	if m == labour.PeakWorkersPresent {
		text += " on " + v.PeakOn.String()
	}
	return text
}

func showAvailability(a db.Availability) string {
	ends := "never"
	if a.From != nil && a.To != nil {
		ends = a.From.String() + ".." + a.To.String()
	}
	return fmt.Sprintf("regions %v\ndistricts %v\nindustries %v\nnationalities %v\noutcomes %v\n%s\n",
		a.Regions, a.Districts, a.Industries, a.Nationalities, a.Outcomes, ends)
}
