package db

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
	"homebound/internal/synth"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	s, err := OpenStore(t.TempDir())
	require.NoError(t, err)
	t0 := time.Now()
	d, err := s.Draft(ctx, Merge)
	require.NoError(t, err)
	reg, _ := synth.New(synth.Default())
	for _, name := range contentTables[:9] {
		f, _ := os.Open("seed/" + name + ".csv")
		rows, err := csv.NewReader(f).ReadAll()
		require.NoError(t, err)
		st, err := d.Stage(ctx, name, rows[0])
		require.NoError(t, err)
		for i, row := range rows[1:] {
			v := make([]any, len(row))
			for j, c := range row {
				if c != "" {
					v[j] = c
				}
				if rows[0][j] == "value" || rows[0][j] == "value_low" || rows[0][j] == "value_high" {
					if c != "" {
						v[j], _ = strconv.ParseFloat(c, 64)
					}
				}
			}
			require.NoError(t, st.Add(ctx, int64(i+1), int64(i+2), v))
		}
		if name == "sources" {
			src := reg.Sources()[0]
			require.NoError(t, st.Add(ctx, 1000, 0, []any{src.ID, src.Title, src.Publisher, nil, nil, string(src.Kind), nil}))
		}
		_, err = st.Merge(ctx)
		require.NoError(t, err)
	}
	st, err := d.Stage(ctx, "employers", []string{"id", "name", "region_code", "industry", "source_id", "synthetic"})
	require.NoError(t, err)
	n := int64(0)
	z := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for e := range reg.Employers() {
		n++
		require.NoError(t, st.Add(ctx, n, n, []any{e.ID, e.Name, e.Region, z(e.Industry), e.Source, true}))
	}
	_, err = st.Merge(ctx)
	require.NoError(t, err)
	st, err = d.Stage(ctx, "permits", []string{"id", "number", "employer_id", "region_code", "nationality", "industry", "workers", "issued_on", "valid_from", "valid_to", "revoked_on", "wage_monthly", "wage_currency", "source_id", "synthetic"})
	require.NoError(t, err)
	for p := range reg.Permits() {
		n++
		var rev, wage any
		if p.RevokedOn != nil {
			rev = p.RevokedOn.String()
		}
		if p.WageMonthly != nil {
			wage = *p.WageMonthly
		}
		require.NoError(t, st.Add(ctx, n, n, []any{p.ID, p.Number, z(p.Employer), p.Region, p.Nationality, z(p.Industry), int64(p.Workers), p.IssuedOn.String(), p.ValidFrom.String(), p.ValidTo.String(), rev, wage, z(p.WageCurrency), p.Source, true}))
	}
	_, err = st.Merge(ctx)
	require.NoError(t, err)
	st, err = d.Stage(ctx, "repatriations", []string{"id", "region_code", "nationality", "employer_id", "permit_id", "date", "workers", "outcome", "sanction_symbol", "source_id", "synthetic"})
	require.NoError(t, err)
	for p := range reg.Repatriations() {
		n++
		require.NoError(t, st.Add(ctx, n, n, []any{p.ID, p.Region, p.Nationality, z(p.Employer), z(p.Permit), p.Date.String(), int64(p.Workers), string(p.Outcome), z(p.Sanction), p.Source, true}))
	}
	_, err = st.Merge(ctx)
	require.NoError(t, err)
	fmt.Println("staged", time.Since(t0))
	for _, c := range d.Counts() {
		fmt.Printf("%+v\n", c)
		for f := range d.Faults(ctx, c.Table) {
			fmt.Println(f)
		}
	}
	info, err := d.Publish(ctx, time.Now(), "")
	require.NoError(t, err)
	fmt.Println("published", time.Since(t0), info)
	r, done, err := s.Current(ctx)
	require.NoError(t, err)
	defer done()
	t0 = time.Now()
	require.NoError(t, r.Verify(ctx))
	fmt.Println("verify", time.Since(t0))
	day := labour.MustParseDate("2017-12-31")
	stocks, sql, err := r.StockOn(ctx, StockFilter{Within: "RU", BoundariesOn: day, Nationalities: []string{"KP"}}, []labour.Date{day, labour.MustParseDate("2018-12-31")})
	fmt.Println(stocks, sql, err)
	t0 = time.Now()
	rep, err := r.Report(ctx, ReportQuery{GroupBy: []labour.Dimension{labour.ByDistrict}, Granularity: labour.Year, Measures: []labour.Measure{labour.PermitsIssued, labour.PeakWorkersPresent, labour.AverageMonthlyWage, labour.WorkersRepatriated}})
	require.NoError(t, err)
	fmt.Println("report", time.Since(t0))
	for _, row := range rep.Rows {
		fmt.Println(row.Group, row.Period.Label(), row.PermitsIssued, row.PeakWorkersPresent, row.PeakOn, row.WorkersRepatriated)
	}
	tot, err := rep.Totals(ctx, rep.Query.Measures)
	fmt.Println(tot, err)
	t0 = time.Now()
	p, err := rep.Provenance(ctx)
	fmt.Println("prov", time.Since(t0), p, err)
	row := rep.Rows[10]
	pg, err := r.PermitPages(ctx, []PermitFilter{{Behind: rep.Behind(row)}, {Within: []string{"RU-FD-FE"}}}, Order[PermitOrder]{Field: PermitByIssuedOn}, Span{Limit: 3, Count: true})
	fmt.Println(pg, err)
	rp, err := r.RepatriationPages(ctx, []RepatriationFilter{{Behind: rep.Behind(row)}}, Order[RepatriationOrder]{Field: RepatriationByDate}, Span{Limit: 3, Count: true})
	fmt.Println(rp, err)
	av, err := r.Availability(ctx, ReportFilter{Within: []string{"RU-FD-FE"}}, nil)
	fmt.Println(av, err)
	w, sql, err := r.DepartedWages(ctx, StockFilter{Within: "RU-FD-FE", BoundariesOn: day}, labour.Period{From: labour.MustParseDate("2017-12-22"), To: labour.MustParseDate("2019-12-22")})
	fmt.Println(w, sql, err)
}
