package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/huandu/go-sqlbuilder"

	"homebound/db/internal/build"
	"homebound/db/internal/packed"
	"homebound/db/internal/sqlite"
	"homebound/internal/labour"
)

// Counted picks the register rows that a report or one row of it is of: permits issued in its period or in force on a day
// of it, repatriations dated in it, and of the whole report those before that lowered the stock of these permits.
type Counted struct {
	release  *Release
	facts    facts
	period   labour.Period
	on       labour.Date
	families map[labour.Family]bool
	owners   map[string]owners // by view, where they were asked for
	dated    bool              // only repatriations that are dated in the period, and not those that lowered its stock before
}

// isReal reports whether made-up rows are left out. It may be asked of nothing.
func (b *Counted) isReal() bool { return b != nil && b.facts.synthetic != nil && !*b.facts.synthetic }

// Counted returns what one row of the report is of.
func (rep *Report) Counted(row ReportRow) *Counted {
	b := rep.counted(row.Period)
	if row.Others {
		b = rep.others.counted(row.Period)
	}
	b.dated = true
	for _, d := range rep.dimensions() {
		if value, grouped := row.Group[d]; grouped {
			b.facts.group = append(b.facts.group, groupValue{d, value})
			if d == labour.ByOutcome { // which permits have none of
				b.families = map[labour.Family]bool{labour.DepartureFlow: true}
			}
		}
	}
	return b
}

func (rep *Report) counted(p labour.Period) *Counted {
	return &Counted{release: rep.release, facts: rep.facts, period: p, on: rep.BoundariesOn,
		families: map[labour.Family]bool{labour.IssueFlow: true, labour.Stock: true, labour.DepartureFlow: true}}
}

// narrow adds the filter and the group to a query over a view, under the name f.
func (b *Counted) narrow(sb *sqlbuilder.SelectBuilder, view string) {
	f := b.facts
	// A district is a set of regions here, so that no join is needed.
	f.group = slices.DeleteFunc(slices.Clone(f.group), func(g groupValue) bool {
		return g.dimension == labour.ByDistrict
	})
	for _, g := range b.facts.group {
		if g.dimension != labour.ByDistrict {
			continue
		}
		in(sb, "f.region_code", b.release.ofDistrict(g.value, b.on))
	}
	if view == build.PermitFacts {
		// Only repatriations have an outcome.
		f.group = slices.DeleteFunc(f.group, func(g groupValue) bool { return g.dimension == labour.ByOutcome })
	}
	f.narrow(sb, view)
}

// permits narrows a query over permit_facts f.
func (b *Counted) permits(sb *sqlbuilder.SelectBuilder) {
	b.narrow(sb, build.PermitFacts)
	from, to := b.period.From.String(), b.period.To.String()
	var either []string
	if b.families[labour.IssueFlow] {
		either = append(either, sb.Between("f.issued_on", from, to))
	}
	if b.families[labour.Stock] {
		either = append(either, inForce(sb, b.period))
	}
	if either == nil {
		either = []string{"1 = 0"}
	}
	sb.Where(sb.Or(either...))
}

// repatriations narrows a query over repatriation_facts f.
func (b *Counted) repatriations(sb *sqlbuilder.SelectBuilder) {
	var either []string
	if b.families[labour.DepartureFlow] {
		dated := sqlite.Flavour.NewSelectBuilder().Select("f.id").From(build.RepatriationFacts + " AS f")
		b.narrow(dated, build.RepatriationFacts)
		dated.Where(dated.Between("f.date", b.period.From.String(), b.period.To.String()))
		either = append(either, sb.In("f.id", dated))
	}
	if b.families[labour.Stock] && !b.dated {
		held := sqlite.Flavour.NewSelectBuilder().Select("f.id").From(build.PermitFacts + " AS f")
		b.narrow(held, build.PermitFacts)
		held.Where(inForce(held, b.period))
		either = append(either, sb.And(sb.In("f.permit_id", held), sb.LessEqualThan("f.date", b.period.To.String())))
	}
	if either == nil {
		either = []string{"1 = 0"}
	}
	sb.Where(sb.Or(either...))
}

// inForce is the condition that a permit is in force on a day of the period.
func inForce(sb *sqlbuilder.SelectBuilder, p labour.Period) string {
	return sb.And(sb.LessEqualThan("f.valid_from", p.To.String()), sb.GreaterEqualThan("f.ends_on", p.From.String()),
		"f.valid_from <= f.ends_on")
}

// Provenance is what a figure rests on.
type Provenance struct {
	Sources []labour.Source // in the order of ids
	// register rows and observations that took part; of a release that masks rows, observations alone
	RowsRead  int
	Synthetic bool     // whether any of them is synthetic
	Method    string   // how it was computed, in sentences
	SQL       []string // the statements that ran
}

// Provenance says what the whole report rests on, all pages together.
func (rep *Report) Provenance(ctx context.Context) (Provenance, error) {
	p := Provenance{SQL: slices.Clone(rep.SQL)}
	if !rep.empty {
		if err := rep.counted(rep.Period).describe(ctx, &p); err != nil {
			return p, err
		}
	}
	if len(p.Sources) == 0 { // nothing was counted: an answer about a made-up register is still of that register
		p.Synthetic = rep.Synthetic()
	}
	var sentences []string
	for _, m := range rep.measures {
		info, _ := m.Info()
		sentences = append(sentences, info.Method)
	}
	if slices.Contains(rep.measures, labour.AverageMonthlyWage) && !rep.empty {
		left := "Any"
		if rep.release.confidential == 0 {
			count, err := rep.wagesLeftOut(ctx)
			if err != nil {
				return p, err
			}
			left = fmt.Sprint(count)
		}
		sentences = append(sentences,
			left+" permits with a wage in a currency without a rate for their year were left out of it.")
	}
	p.Method = strings.Join(append(sentences,
		fmt.Sprintf("Regions are taken on the boundaries of %s.", rep.BoundariesOn)), " ")
	return p, nil
}

// registerPart is the rows of one view that a figure counts.
type registerPart struct {
	view   string
	narrow func(*sqlbuilder.SelectBuilder)
}

func (b *Counted) parts() []registerPart {
	return []registerPart{{build.PermitFacts, b.permits}, {build.RepatriationFacts, b.repatriations}}
}

// describe finds the sources and the number of the register rows.
func (b *Counted) describe(ctx context.Context, p *Provenance) error {
	sources := map[string]bool{}
	for _, part := range b.parts() {
		err := b.eachSource(ctx, part, func(source string, synthetic bool, rows int) {
			sources[source] = true
			if b.release.confidential == 0 { // else the number of rows would tell of few
				p.RowsRead += rows
			}
			p.Synthetic = p.Synthetic || synthetic
		})
		if err != nil {
			return fmt.Errorf("find the sources of %s: %w", part.view, err)
		}
	}
	return b.release.addSources(p, sources)
}

// eachSource counts the rows of a part by source and mark, from the days of the register where these cover the
// question. A source may come more than once.
func (b *Counted) eachSource(ctx context.Context, part registerPart,
	visit func(source string, synthetic bool, rows int)) error {
	if b.isCovered() || b.isOwned() {
		return b.eachCell(ctx, part.view, false, func(c registerCell, t touched) { visit(c.source, c.synthetic, t.rows) })
	}
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("f.source_id", "f.synthetic", "COUNT(*)").From(part.view+" AS f").GroupBy("1", "2")
	part.narrow(sb)
	statement, args := sb.Build()
	return sqlite.Each(ctx, b.release.file, func(rows *sql.Rows) error {
		var source string
		var count int
		var synthetic bool
		if err := rows.Scan(&source, &synthetic, &count); err != nil {
			return err
		}
		visit(source, synthetic, count)
		return nil
	}, statement, args...)
}

// addSources adds sources to a provenance, each once, in the order of ids.
func (r *Release) addSources(p *Provenance, ids map[string]bool) error {
	for _, source := range p.Sources {
		ids[source.ID] = true
	}
	p.Sources = nil
	for _, source := range r.sources {
		if ids[source.ID] {
			p.Sources = append(p.Sources, source)
		}
	}
	if len(p.Sources) != len(ids) {
		return fmt.Errorf("expected %d sources, found %d of them", len(ids), len(p.Sources))
	}
	return nil
}

// wagesLeftOut counts the permits whose wage could not be converted: in the rollups where these cover the question.
func (rep *Report) wagesLeftOut(ctx context.Context) (int, error) {
	t := newTally(nil, calendar{whole: rep.Period})
	s := rep.source(t, issueFlow, "", true)
	if s.from == build.PermitFacts || s.from != "" && !rep.release.schema[s.from]["unpriced"] {
		return rep.wagesLeftOutOfRows(ctx)
	}
	count := 0
	if s.from != "" {
		sb := rep.grouped(t, s.from, build.PermitFacts)
		sb.Select("COALESCE(SUM(f.unpriced), 0)").Where(sb.Between(s.day, s.first, s.last))
		statement, args := sb.Build()
		var err error
		if count, err = sqlite.Single[int](ctx, rep.release.file, statement, args...); err != nil {
			return 0, err
		}
	}
	if len(s.days) == 0 && s.sums.Days() == 0 {
		return count, nil
	}
	aside := *rep // whose statements are not those of the figures
	aside.SQL = nil
	err := aside.eachDay(ctx, t, issueFlow, s, func(_ *group, _ labour.Date, found packed.Flow) { count += found.Unpriced })
	return count, err
}

func (rep *Report) wagesLeftOutOfRows(ctx context.Context) (int, error) {
	sb := sqlite.Flavour.NewSelectBuilder()
	sb.Select("COUNT(*)").From(build.PermitFacts + " AS f")
	wage := rep.wage(sb)
	sb.Where("f.wage_monthly IS NOT NULL", "("+wage+") IS NULL",
		sb.Between("f.issued_on", rep.Period.From.String(), rep.Period.To.String()))
	rep.facts.narrow(sb, build.PermitFacts)
	statement, args := sb.Build()
	return sqlite.Single[int](ctx, rep.release.file, statement, args...)
}
