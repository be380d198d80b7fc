package dbtest

import (
	"strings"

	"homebound/db"
	"homebound/internal/labour"
)

// Content is what a release holds, as values of the domain.
type Content struct {
	Settings      db.Settings
	Sources       []labour.Source
	Countries     []labour.Country
	Industries    []labour.Industry
	Regions       []labour.Region
	Memberships   []labour.Membership
	Indicators    []labour.Indicator
	Observations  []labour.Observation
	Sanctions     []labour.Sanction
	Claims        []labour.Claim
	Employers     []labour.Employer
	Permits       []labour.Permit
	Repatriations []labour.Repatriation
}

// Table says how one table of the content is staged.
type Table struct {
	Name    string
	Columns []string
	Rows    func(Content) [][]any
}

// Tables lists the tables in the order in which they refer to each other.
var Tables = []Table{
	table("sources", "id,title,publisher,url,published_on,kind,licence", func(c Content) []labour.Source { return c.Sources },
		func(s labour.Source) []any {
			return []any{s.ID, s.Title, s.Publisher, text(s.URL), day(s.PublishedOn), string(s.Kind), text(s.Licence)}
		}),
	table("countries", "code,name", func(c Content) []labour.Country { return c.Countries },
		func(c labour.Country) []any { return []any{c.Code, c.Name} }),
	table("industries", "code,name_en,name_local", func(c Content) []labour.Industry { return c.Industries },
		func(i labour.Industry) []any { return []any{i.Code, i.NameEN, text(i.NameLocal)} }),
	table("regions", "code,name_en,name_local,kind", func(c Content) []labour.Region { return c.Regions },
		func(r labour.Region) []any { return []any{r.Code, r.NameEN, text(r.NameLocal), string(r.Kind)} }),
	table("region_parents", "code,parent_code,valid_from,valid_to", func(c Content) []labour.Membership { return c.Memberships },
		func(m labour.Membership) []any { return []any{m.Code, m.Parent, day(m.ValidFrom), day(m.ValidTo)} }),
	table("indicators", "code,name,unit,definition", func(c Content) []labour.Indicator { return c.Indicators },
		func(i labour.Indicator) []any { return []any{i.Code, i.Name, i.Unit, text(i.Definition)} }),
	table("observations", "indicator,region_code,industry,nationality,from,to,value,unit,status,source_id,confidence,note",
		func(c Content) []labour.Observation { return c.Observations },
		func(o labour.Observation) []any {
			return []any{o.Indicator, o.Region, text(o.Industry), text(o.Nationality), o.From.String(), o.To.String(), o.Value, o.Unit,
				string(o.Status), o.Source, text(o.Confidence), text(o.Note)}
		}),
	table("sanctions", "symbol,paragraph,title,adopted_on,deadline,nationalities,source_id", func(c Content) []labour.Sanction { return c.Sanctions },
		func(s labour.Sanction) []any {
			return []any{s.Symbol, text(s.Paragraph), s.Title, s.AdoptedOn.String(), day(s.Deadline), strings.Join(s.Nationalities, ";"), s.Source}
		}),
	table("claims", "id,topic,statement,speaker,speaker_role,made_on,operator,value_low,value_high,unit,from,to,region_code,industry,nationality,measure,source_id,confidence,note",
		func(c Content) []labour.Claim { return c.Claims },
		func(c labour.Claim) []any {
			return []any{c.ID, c.Topic, c.Statement, c.Speaker, text(c.SpeakerRole), day(c.MadeOn), text(c.Operator), number(c.ValueLow),
				number(c.ValueHigh), text(c.Unit), day(c.From), day(c.To), text(c.Region), text(c.Industry), text(c.Nationality),
				text(c.Measure), c.Source, text(c.Confidence), text(c.Note)}
		}),
	table("employers", "id,name,region_code,industry,tax_id,source_id,synthetic", func(c Content) []labour.Employer { return c.Employers },
		func(e labour.Employer) []any {
			return []any{e.ID, e.Name, e.Region, text(e.Industry), text(e.TaxID), e.Source, e.Synthetic}
		}),
	table("permits", "id,number,employer_id,region_code,nationality,industry,occupation,workers,issued_on,valid_from,valid_to,revoked_on,wage_monthly,wage_currency,source_id,synthetic",
		func(c Content) []labour.Permit { return c.Permits },
		func(p labour.Permit) []any {
			return []any{p.ID, p.Number, text(p.Employer), text(p.Region), text(p.Nationality), text(p.Industry), text(p.Occupation), int64(p.Workers),
				day(labour.KnownDate(p.IssuedOn)), day(labour.KnownDate(p.ValidFrom)), day(labour.KnownDate(p.ValidTo)), day(p.RevokedOn), number(p.WageMonthly), text(p.WageCurrency),
				p.Source, p.Synthetic}
		}),
	table("repatriations", "id,region_code,nationality,employer_id,permit_id,date,workers,outcome,sanction_symbol,source_id,synthetic",
		func(c Content) []labour.Repatriation { return c.Repatriations },
		func(r labour.Repatriation) []any {
			return []any{r.ID, r.Region, r.Nationality, text(r.Employer), text(r.Permit), r.Date.String(), int64(r.Workers),
				string(r.Outcome), text(r.Sanction), r.Source, r.Synthetic}
		}),
}

func table[T any](name, columns string, rows func(Content) []T, values func(T) []any) Table {
	return Table{name, strings.Split(columns, ","), func(c Content) [][]any {
		var all [][]any
		for _, row := range rows(c) {
			all = append(all, values(row))
		}
		return all
	}}
}

// text returns nil for what is absent, as a package's reader does for an empty cell.
func text[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

func day(d *labour.Date) any {
	if d == nil {
		return nil
	}
	return d.String()
}

func number(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// Some points at a value, for the optional fields of the domain.
func Some[T any](value T) *T { return &value }

// On points at a day given as text, such as 2017-12-22.
func On(day string) *labour.Date { return Some(labour.MustParseDate(day)) }
