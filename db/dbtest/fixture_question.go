package dbtest

import (
	"fmt"
	"strconv"
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// question reads the arguments of a report.
func (s statement) question() (q db.ReportQuery, err error) {
	if q.Measures, err = s.measures(); err != nil {
		return q, err
	}
	for name, value := range s.args {
		list := strings.Split(value, ",")
		switch name {
		case "groupBy":
			for _, d := range list {
				q.GroupBy = append(q.GroupBy, labour.Dimension(d))
			}
		case "granularity":
			q.Granularity = labour.Granularity(value)
		case "boundariesOn":
			q.BoundariesOn, err = optional(value)
		case "period":
			from, to, _ := strings.Cut(value, "..")
			if q.Filter.Period.From, err = optional(from); err == nil {
				q.Filter.Period.To, err = optional(to)
			}
		case "within":
			q.Filter.Within = list
		case "industries":
			q.Filter.Industries = list
		case "nationalities":
			q.Filter.Nationalities = list
		case "employers":
			q.Filter.Employers = list
		case "outcomes":
			for _, o := range list {
				q.Filter.Outcomes = append(q.Filter.Outcomes, labour.Outcome(o))
			}
		case "synthetic":
			q.Filter.Synthetic = Some(value == "true")
		case "notSource":
			q.Filter.NotSource = value
		case "orderBy":
			for _, o := range list {
				q.OrderBy = append(q.OrderBy, parseOrder(o))
			}
		case "having":
			for _, h := range list {
				condition, failed := parseCondition(h)
				if failed != nil {
					return q, failed
				}
				q.Having = append(q.Having, condition)
			}
		default:
			return q, fmt.Errorf("a report has no argument %q", name)
		}
		if err != nil {
			return q, fmt.Errorf("%s: %w", name, err)
		}
	}
	return q, nil
}

// parseOrder reads region, or workersPresent:desc.
func parseOrder(text string) db.ReportOrder {
	field, direction, _ := strings.Cut(text, ":")
	order := db.ReportOrder{Descending: direction == "desc"}
	if m, known := measureOf(field); known {
		order.Measure = m
	} else {
		order.By = labour.Dimension(strings.ToUpper(field))
	}
	return order
}

// parseCondition reads workersPresent>10 or workersPresent<20, where the bound is included.
func parseCondition(text string) (db.MeasureCondition, error) {
	at := strings.IndexAny(text, "<>")
	if at < 0 {
		return db.MeasureCondition{}, fmt.Errorf("expected a condition such as workersPresent>10, found %q", text)
	}
	bound, err := strconv.ParseFloat(text[at+1:], 64)
	m, known := measureOf(text[:at])
	if err != nil || !known {
		return db.MeasureCondition{}, fmt.Errorf("expected a condition such as workersPresent>10, found %q", text)
	}
	if text[at] == '>' {
		return db.MeasureCondition{Measure: m, AtLeast: &bound}, nil
	}
	return db.MeasureCondition{Measure: m, AtMost: &bound}, nil
}

func optional(text string) (*labour.Date, error) {
	if text == "" {
		return nil, nil
	}
	d, err := labour.ParseDate(text)
	return &d, err
}

// load adds the rows under the statement to the content.
func (s statement) load(c *Content) error {
	if s.verb == "set" {
		var err error
		c.Settings.Currency = s.args["currency"]
		c.Settings.DataThrough, err = optional(s.args["dataThrough"])
		return err
	}
	for _, values := range s.rows {
		r := record{values: map[string]string{}}
		for i, column := range s.header {
			r.values[column] = values[i]
		}
		switch s.table {
		case "employers":
			c.Employers = append(c.Employers, r.employer())
		case "permits":
			c.Permits = append(c.Permits, r.permit())
		case "repatriations":
			c.Repatriations = append(c.Repatriations, r.repatriation())
		case "observations":
			c.Observations = append(c.Observations, r.observation())
		default:
			return fmt.Errorf("expected employers, permits, repatriations or observations, found %q", s.table)
		}
		for column := range r.values {
			r.fail("%s has no column %q", s.table, column)
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// record is one row of a loaded table; reading a column takes it out, and the first error stays.
type record struct {
	values map[string]string
	err    error
}

func (r *record) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// text returns a column's value, "" for a dash, or what stands for a column that is left out.
func (r *record) text(column, otherwise string) string {
	value, given := r.values[column]
	delete(r.values, column)
	switch {
	case !given:
		return otherwise
	case value == "-":
		return ""
	}
	return value
}

func (r *record) date(column, otherwise string) labour.Date {
	d, err := labour.ParseDate(r.text(column, otherwise))
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return d
}

func (r *record) number(column, otherwise string) float64 {
	x, err := strconv.ParseFloat(r.text(column, otherwise), 64)
	if err != nil {
		r.fail("%s: %w", column, err)
	}
	return x
}

func (r *record) employer() labour.Employer {
	id := r.text("id", "")
	return labour.Employer{ID: id, Name: r.text("name", id), Region: r.text("region", "RU-PRI"), Industry: r.text("industry", ""),
		Source: "register", Synthetic: r.text("synthetic", "") == "true"}
}

func (r *record) permit() labour.Permit {
	id, from := r.text("id", ""), r.text("valid_from", "2017-01-01")
	r.values["valid_from"] = from
	p := labour.Permit{ID: id, Number: r.text("number", id), Employer: r.text("employer", ""), Region: r.text("region", "RU-PRI"),
		Nationality: r.text("nationality", "KP"), Industry: r.text("industry", ""), Workers: int(r.number("workers", "1")),
		IssuedOn: r.date("issued_on", from), ValidFrom: r.date("valid_from", ""), ValidTo: r.date("valid_to", "2017-12-31"),
		Source: "register", Synthetic: r.text("synthetic", "") == "true"}
	if revoked := r.text("revoked_on", ""); revoked != "" {
		d, err := labour.ParseDate(revoked)
		if err != nil {
			r.fail("revoked_on: %w", err)
		}
		p.RevokedOn = &d
	}
	if wage := r.text("wage", ""); wage != "" {
		r.values["wage"] = wage
		p.WageMonthly, p.WageCurrency = Some(r.number("wage", "")), r.text("currency", "RUB")
	}
	r.text("currency", "") // of a permit without a wage
	return p
}

func (r *record) repatriation() labour.Repatriation {
	return labour.Repatriation{ID: r.text("id", ""), Region: r.text("region", "RU-PRI"), Nationality: r.text("nationality", "KP"),
		Employer: r.text("employer", ""), Permit: r.text("permit", ""), Date: r.date("date", ""), Workers: int(r.number("workers", "1")),
		Outcome: labour.Outcome(r.text("outcome", string(labour.Returned))), Source: "register", Synthetic: r.text("synthetic", "") == "true"}
}

func (r *record) observation() labour.Observation {
	return labour.Observation{Indicator: r.text("indicator", ""), Region: r.text("region", "RU"), Industry: r.text("industry", ""),
		Nationality: r.text("nationality", ""), From: r.date("from", ""), To: r.date("to", ""), Value: r.number("value", ""),
		Unit: r.text("unit", "persons"), Status: labour.ObservationStatus(r.text("status", string(labour.StatusNormal))), Source: r.text("source", "statistics")}
}
