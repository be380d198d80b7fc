package graph

import (
	"context"
	"errors"

	"homebound/db"
	"homebound/graph/model"
	"homebound/internal/labour"
)

// derivable is a row of a report whose figures can be held against others, and its report's way of naming rows.
type derivable struct {
	rep    *db.Report
	row    db.ReportRow
	period labour.CalendarPeriod
	named  func(db.ReportRow) string
}

// Of returns the row's own value of a measure that was computed.
func (d *derivable) Of(m labour.Measure) (float64, bool) { return d.row.Of(m) }

var errNotDerivable = errors.New("a row of no report")

func (reportRowFields) Figure(ctx context.Context, obj *model.ReportRow, measure labour.Measure,
	as labour.Derivation) (*model.Figure, error) {
	d, ok := obj.Figures.(*derivable)
	if !ok {
		return nil, errNotDerivable
	}
	return shownFigure(d.rep.FigureOf(ctx, d.row, measure, as))
}

func (reportRowFields) WagePercentile(ctx context.Context, obj *model.ReportRow, percent float64) (*model.Figure, error) {
	d, ok := obj.Figures.(*derivable)
	if !ok {
		return nil, errNotDerivable
	}
	return shownFigure(d.rep.WagePercentile(ctx, d.row, percent))
}

func shownFigure(f db.Figure, err error) (*model.Figure, error) {
	if err != nil {
		return nil, err
	}
	return &model.Figure{Value: f.Value, Base: f.Base, Unit: f.Unit, Coverage: f.Coverage, Why: known(f.Why)}, nil
}

func topOf(given *model.TopInput) *db.Top {
	if given == nil {
		return nil
	}
	return &db.Top{Count: given.Count, By: given.By, Others: given.Others}
}
