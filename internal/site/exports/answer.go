package exports

import (
	"context"
	"maps"

	"homebound/graph"
	"homebound/internal/site/port"
)

// paged is one page of an answer whose rows an export has.
type paged struct {
	Nodes, Rows []map[string]any // of a connection, or of a report
	TotalCount  int
	PageInfo    pageInfo
	Provenance  *provenance // of a report
}

type provenance struct {
	Synthetic bool
	Sources   []struct{ ID string }
}

// sources returns the ids of the sources as the release has them.
func (p *provenance) sources() []string {
	var ids []string
	for _, s := range p.Sources {
		ids = append(ids, graph.KeyOf("Source", s.ID))
	}
	return ids
}

// openClaims opens the export of claims, each with what it comes to.
func openClaims(ctx context.Context, s *Exports, x *extract) error {
	err := x.answered(ctx, s, "claims", claimsDocument, claimsDocument)
	x.evidence = func(ctx context.Context) ([]string, bool, error) {
		place := x.place("source.id")
		found := map[string]bool{}
		err := x.each(ctx, func(row []any) error {
			found[graph.KeyOf("Source", row[place].(string))] = true
			return nil
		})
		var sources []string
		for _, source := range graph.ReleaseOf(ctx).Sources() { // in the order of ids
			if found[source.ID] {
				sources = append(sources, source.ID)
			}
		}
		return sources, false, err // a claim is somebody's, and no synthetic row is held against it
	}
	return err
}

// reportCurrency returns the currency of a report's wages, as the report itself will say.
func reportCurrency(ctx context.Context, variables port.Variables) string {
	release := graph.ReleaseOf(ctx)
	if asked, is := variables["currency"].(string); is {
		return asked
	}
	filter, _ := variables["filter"].(map[string]any)
	if within, is := filter["within"].(string); is {
		return release.CurrencyOf(within)
	}
	return release.Info().Currency
}

// answered lets an export be read from the pages of an answer. The first page is read at once: it refuses, counts,
// and tells what each of the others costs.
func (x *extract) answered(ctx context.Context, s *Exports, field string, first, more port.Document) error {
	ask := func(ctx context.Context, document port.Document, after string) (*paged, error) {
		variables := maps.Clone(x.variables)
		if after != "" {
			variables["after"] = after
		}
		var answer map[string]*paged
		err := s.Ask(ctx, document.Text, variables, &answer)
		return answer[field], err
	}
	page, err := ask(ctx, first, "")
	if err != nil {
		return err
	}
	x.rows = page.TotalCount
	size := max(1, len(page.Nodes)+len(page.Rows))
	x.cost = (x.rows - 1) / size * max(1, s.Cost(ctx))
	if page.Provenance != nil {
		x.evidence = func(context.Context) ([]string, bool, error) {
			return page.Provenance.sources(), page.Provenance.Synthetic, nil
		}
	}
	x.each = func(ctx context.Context, yield func([]any) error) error {
		row := make([]any, len(x.columns))
		for at := page; ; {
			for _, nodes := range [][]map[string]any{at.Nodes, at.Rows} {
				for _, node := range nodes {
					if page.Provenance != nil {
						node[port.SyntheticColumn.Name] = page.Provenance.Synthetic
					}
					if err := yield(flattened(node, x.columns, row)); err != nil {
						return err
					}
				}
			}
			if !at.PageInfo.HasNextPage {
				return nil
			}
			var err error
			if at, err = ask(ctx, more, at.PageInfo.EndCursor); err != nil {
				return err
			}
		}
	}
	return nil
}

// openImpact opens the export of an economic impact: a row for each of its figures.
func openImpact(ctx context.Context, s *Exports, x *extract) error {
	var answer struct{ EconomicImpact map[string]any }
	if err := s.Ask(ctx, impactDocument.Text, x.variables, &answer); err != nil {
		return err
	}
	impact := answer.EconomicImpact
	currency, _ := impact["currency"].(string)
	var rows [][]any
	contract{s.Parameters.Schema}.figures(impact, currency, func(row []any) {
		rows = append(rows, row)
	})
	x.rows = len(rows)
	x.each = func(_ context.Context, yield func([]any) error) error {
		for _, row := range rows {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	x.evidence = func(context.Context) ([]string, bool, error) {
		stands := impact["provenance"].(map[string]any)
		var sources []string
		for _, source := range stands["sources"].([]any) {
			sources = append(sources, graph.KeyOf("Source", source.(map[string]any)["id"].(string)))
		}
		return sources, stands["synthetic"].(bool), nil
	}
	return nil
}
