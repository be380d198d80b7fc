package model

import "homebound/internal/labour"

// DayPrecision is a day of a row that is known only to a span.
type DayPrecision struct {
	Field       string
	Granularity labour.Granularity
	Span        labour.CalendarPeriod
}

// RegisterGap is how many rows of a release's register lack something; Rows is nil where rows are masked.
type RegisterGap struct {
	Gap  labour.Gap
	Rows *int
}
