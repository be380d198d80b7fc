package exchange

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"homebound/db/seed"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
	"homebound/internal/synth"
)

// WriteDefault writes the default package into a folder: the reference data, published figures and claims that come
// with the program, and a synthetic register beside them, every row of it marked.
func WriteDefault(ctx context.Context, dir string, register synth.Config) error {
	made, err := synth.New(register)
	if err != nil {
		return err
	}
	pkg, err := datapackage.OpenFS(ctx, seed.Files(), datapackage.Limits{})
	if err != nil {
		return fmt.Errorf("open the default package: %w", err)
	}
	defer pkg.Close()
	return write(dir, pkg.Manifest(), func(w *datapackage.Writer) error {
		for _, file := range pkg.Files() {
			if err := copyTable(ctx, file, made, w); err != nil {
				return err
			}
		}
		for _, part := range []struct {
			table string
			rows  iter.Seq[[]any]
		}{
			{"coverage", rowsOf(slices.Values(made.Coverage()), coverageRow)},
			{"employers", rowsOf(made.Employers(), employerRow)},
			{"permits", rowsOf(made.Permits(), permitRow)},
			{"repatriations", rowsOf(made.Repatriations(), repatriationRow)},
		} {
			if err := writeRows(ctx, w, part.table, part.rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyTable writes a table of the default package again, and the register's own sources after those that it has.
func copyTable(ctx context.Context, file *datapackage.File, made *synth.Register, w *datapackage.Writer) error {
	out, err := w.Table(file.Table().Name)
	if err != nil {
		return err
	}
	for record, err := range file.Records(ctx) {
		if err != nil {
			return err
		}
		if len(record.Faults) > 0 {
			return fmt.Errorf("the default package: %s: %s", record.Position(record.Faults[0].Column),
				record.Faults[0].Message)
		}
		if err := out.Write(record.Values); err != nil {
			return err
		}
	}
	if file.Table().Name != "sources" {
		return nil
	}
	for _, s := range made.Sources() {
		if err := out.Write([]any{s.ID, s.Title, s.Publisher, optional(s.URL), optionalDate(s.PublishedOn),
			string(s.Kind), optional(s.Licence)}); err != nil {
			return err
		}
	}
	return nil
}

func writeRows(ctx context.Context, w *datapackage.Writer, table string, rows iter.Seq[[]any]) error {
	out, err := w.Table(table)
	if err != nil {
		return err
	}
	written := 0
	for row := range rows {
		if err := out.Write(row); err != nil {
			return err
		}
		if written++; written%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

func rowsOf[T any](things iter.Seq[T], row func(T) []any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for thing := range things {
			if !yield(row(thing)) {
				return
			}
		}
	}
}

// The rows stand in the order of datapackage.Tables; a test holds them together.

func coverageRow(c labour.Coverage) []any {
	return []any{c.Source, string(c.Table), c.Region, optional(c.Nationality), c.From.String(), c.To.String(), string(c.Completeness)}
}

func employerRow(e labour.Employer) []any {
	return []any{e.ID, e.Name, e.Region, optional(e.Industry), optional(e.TaxID), e.Source, e.Synthetic}
}

func permitRow(p labour.Permit) []any {
	var wage any
	if p.WageMonthly != nil {
		wage = *p.WageMonthly
	}
	return []any{p.ID, p.Number, optional(p.Employer), p.Region, p.Nationality, optional(p.Industry),
		optional(p.Occupation), int64(p.Workers), p.IssuedOn.String(), p.ValidFrom.String(), p.ValidTo.String(),
		optionalDate(p.RevokedOn), wage, optional(p.WageCurrency), p.Source, p.Synthetic, optionalDate(p.ContractOn),
		nil, nil, nil, nil, nil, nil, nil, nil} // what registers have that this one has not
}

func repatriationRow(r labour.Repatriation) []any {
	return []any{r.ID, r.Region, r.Nationality, optional(r.Employer), optional(r.Permit), r.Date.String(),
		int64(r.Workers),
		string(r.Outcome), optional(r.Sanction), r.Source, r.Synthetic, nil}
}

func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func optionalDate(d *labour.Date) any {
	if d == nil {
		return nil
	}
	return d.String()
}
