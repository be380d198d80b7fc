package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"homebound/db"
	"homebound/internal/labour"
)

func TestRep(t *testing.T) {
	s, _ := db.OpenStore("/tmp/dm2")
	r, done, err := s.Current(context.Background())
	if err != nil { t.Skip(err) }
	defer done()
	for _, q := range []db.ReportQuery{
		{GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Year, Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised}},
		{GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Year, Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersAuthorised, labour.WorkersPresent, labour.PeakWorkersPresent}},
		{GroupBy: []labour.Dimension{labour.ByRegion}, Granularity: labour.Quarter, Measures: []labour.Measure{labour.PermitsIssued, labour.WorkersPresent, labour.PeakWorkersPresent, labour.WorkersRepatriated}, Filter: db.ReportFilter{Nationalities: []string{"KP"}}},
		{Measures: []labour.Measure{labour.PeakWorkersPresent}, Filter: db.ReportFilter{Within: []string{"RU-FD-FE"}}},
		{GroupBy: []labour.Dimension{labour.ByEmployer}, Measures: []labour.Measure{labour.PeakWorkersPresent}},
		{GroupBy: []labour.Dimension{labour.ByIndustry}, Granularity: labour.Year, Measures: []labour.Measure{labour.PeakWorkersPresent, labour.AverageMonthlyWage}},
	} {
		for range 3 {
			t0 := time.Now()
			rep, err := r.Report(context.Background(), q)
			if err != nil { t.Fatal(err) }
			fmt.Println(q.GroupBy, q.Granularity, len(rep.Rows), time.Since(t0))
		}
	}
}
