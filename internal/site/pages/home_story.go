package pages

import (
	"context"
	"embed"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/site/exports"
	"homebound/internal/site/port"
)

// What the page tells the story of.
const (
	homeRegion      = "RU-FD-FE"
	homeSanction    = "S/RES/2397(2017)"
	homeNationality = "KP"
	homeIndicator   = labour.WorkersPresentReported // the published counts that stand beside the register's
)

//go:embed documents/*.graphql
var homeDocuments embed.FS

// homeData is what the page shows. A part is nil where the release holds nothing of it.
type homeData struct {
	PublicURL string
	OEmbed    string // where other sites ask how to show this page, but for the format
	Tabs      []homeLink

	Notice    string // why no release is shown
	KeyNeeded bool   // whether for want of a key

	Exports    []homeExport // that this principal may have
	RowsClosed bool         // whether those of single permits and repatriations are not among them

	Current string // number of the current release, where this is the page of another one

	homeAbout
	Sanction *homeOrder
	Factual  bool // whether real rows take part as well
	Stock    *homeStock
	Permits  *homePermits
	Outcomes *homeOutcomes
	Impact   *homeImpact
	Claims   *homeClaims
}

// partial reports whether some part is refused.
func (d *homeData) partial() bool {
	for _, part := range d.parts() {
		if part.part().Refused != "" {
			return true
		}
	}
	return false
}

// parts returns the parts that are told, by the names of their documents.
func (d *homeData) parts() map[string]homeTold {
	parts := map[string]homeTold{"claims": d.Claims}
	if d.Region != nil {
		parts["stock"], parts["permits"], parts["outcomes"], parts["impact"] = d.Stock, d.Permits, d.Outcomes, d.Impact
	}
	return parts
}

// homeExport is a table to take away, in all formats.
type homeExport struct {
	Name  string
	Files []homeLink
}

// homeAbout is the answer to about.graphql.
type homeAbout struct {
	Release *homeRelease
	Region  *struct {
		Code, Name string
		Parent     *struct{ Code, Name string }
	}
	Sanctions []homeOrder
}

type homeRelease struct {
	Number        int
	ContentHash   string
	PublishedAt   string
	DataFrom      *string
	DataThrough   *string
	Synthetic     bool
	Note          *string
	MethodVersion string
	Citation      string
	Counts        labour.ReleaseCounts
	Gates         []struct {
		Name  string
		Found float64
	}
}

// homeOrder is a sanction.
type homeOrder struct {
	Symbol, Title, AdoptedOn string
	Paragraph, Deadline      *string
	Nationalities            []struct{ Code, Name string }
	Source                   port.Source
}

// judgedOn returns the day on which the page looks at what has come of it: the deadline, or the last day that the
// release covers where that is earlier. It is nil where the sanction sets no deadline, or was adopted later.
func (o *homeOrder) judgedOn(through *string) *string {
	if o.Deadline == nil || through == nil || *through < o.AdoptedOn {
		return nil
	}
	day := min(*o.Deadline, *through)
	return &day
}

// EndsOn reports whether a day is the deadline.
func (o *homeOrder) EndsOn(day string) bool { return o.Deadline != nil && *o.Deadline == day }

// homePart is what every part of the story has.
type homePart struct {
	Figure  *homeFigure // nil where there is nothing to draw
	Refused string      // why the part cannot be told to this principal now
}

func (p *homePart) part() *homePart { return p }

// homeTold is a part of the story, as its document is answered.
type homeTold interface{ part() *homePart }

// homeStock is the answer to stock.graphql.
type homeStock struct {
	homePart
	CountryFigure *homeFigure // where counts were published of the country
	Report        struct {
		Totals struct {
			PeakWorkersPresent *float64
			PeakOn             *string
		}
	}
	Standing *homeStanding // nil where there is no sanction or nobody to judge it by
	Country  *struct {
		Name         string
		Observations []homeCount
	}
}

// Counted reports whether the register has anybody to tell of.
func (s *homeStock) Counted() bool {
	return s.Report.Totals.PeakWorkersPresent != nil && *s.Report.Totals.PeakWorkersPresent > 0
}

// homeCount is a published number of workers.
type homeCount struct {
	From, To    string
	Status      string
	Value       float64
	Nationality *struct{ Code string }
	Source      port.Source
}

// homeStanding is the answer to standing.graphql.
type homeStanding struct {
	AsOf                       string
	BaselineWorkers, Remaining *float64
}

// Reported returns the first and the last published count of the workers that the page tells of: no estimate, and
// none of more than a day.
func (s *homeStock) Reported() (counts []homeCount) {
	if s.Country == nil {
		return nil
	}
	for _, c := range s.Country.Observations {
		if c.Nationality != nil && c.Nationality.Code == homeNationality && c.From == c.To && c.Status == "NORMAL" {
			counts = append(counts, c)
		}
	}
	if len(counts) > 2 {
		counts = slices.Delete(counts, 1, len(counts)-1)
	}
	return counts
}

// homePermits is the answer to permits.graphql.
type homePermits struct {
	homePart
	MapFigure *homeFigure // where there is a map to draw
	Report    struct {
		Rows   []homeRegionPermits // the most permits first, then those not known
		Totals struct {
			PermitsIssued, WorkersAuthorised *float64
			Period                           homePeriod
		}
	}
}

type homeRegionPermits struct {
	Region        struct{ Name string }
	PermitsIssued *float64
}

// Leading returns the regions with the most permits, of those whose number is known.
func (p *homePermits) Leading() (shown []homeRegionPermits) {
	for _, row := range p.Report.Rows {
		if row.PermitsIssued != nil && len(shown) < 3 {
			shown = append(shown, row)
		}
	}
	return shown
}

// Unknown reports whether some region's number is, so that none can be said to be the greatest.
func (p *homePermits) Unknown() bool {
	return slices.ContainsFunc(p.Report.Rows, func(row homeRegionPermits) bool { return row.PermitsIssued == nil })
}

type homePeriod struct{ From, To string }

// homeOutcomes is the answer to outcomes.graphql.
type homeOutcomes struct {
	homePart
	Report struct {
		Rows []struct {
			Outcome            string
			WorkersRepatriated *float64
		}
		Totals struct {
			WorkersRepatriated *float64
			Period             homePeriod
		}
	}
}

// homeImpact is the answer to impact.graphql.
type homeImpact struct {
	homePart
	EconomicImpact homeLosses
	Published      struct {
		From, To string
		Variants []homeVariant
	}
}

// homeVariant is the loss by published figures under one assumption on capital; nil where they do not give it.
type homeVariant struct {
	Variant    string
	OutputLost *struct {
		P5, P50, P95 *float64
		Unit         string
	}
}

// Answered lists the variants that published figures give.
func (i *homeImpact) Answered() []homeVariant {
	return slices.DeleteFunc(slices.Clone(i.Published.Variants), func(v homeVariant) bool {
		return v.OutputLost == nil || v.OutputLost.P5 == nil || v.OutputLost.P50 == nil || v.OutputLost.P95 == nil
	})
}

// Assumes says what a variant assumes, as the end of a sentence.
func (v homeVariant) Assumes() string {
	return map[string]string{
		"AVERAGE_PRODUCT": "if what they worked with was lost to use with them",
		"WAGE_SHARE":      "if it stayed idle and no more than labour’s share was lost",
		"ELASTICITY":      "if output falls as the literature estimates",
	}[v.Variant]
}

type homeLosses struct {
	From, To                                          string
	BaselineWorkers, DepartedWorkers, WorkerYearsLost *float64
	OutputLost, OutputLostShareOfGrp                  *homeSpan
}

type homeSpan struct {
	Low, Central, High float64
	Unit               string
}

// tellStory asks the release of the context for all that its page shows. A part that is refused, because it takes
// too long or the principal cannot pay for it, leaves the others as they are.
func (s *Pages) tellStory(ctx context.Context) (*homeData, error) {
	data := &homeData{Factual: graph.ReleaseOf(ctx).Info().Factual, Claims: &homeClaims{}}
	variables := port.Variables{"region": homeRegion, "nationality": homeNationality, "indicator": homeIndicator,
		"country": "", "hasCountry": false}
	if err := s.askHome(ctx, "about", variables, &data.homeAbout); err != nil {
		return nil, err
	}
	if err := s.listExports(ctx, data); err != nil {
		return nil, err
	}
	if data.Region != nil {
		data.Stock, data.Permits, data.Outcomes, data.Impact = &homeStock{}, &homePermits{}, &homeOutcomes{}, &homeImpact{}
		if parent := data.Region.Parent; parent != nil {
			variables["country"], variables["hasCountry"] = parent.Code, true
		}
		if i := slices.IndexFunc(data.Sanctions, func(o homeOrder) bool { return o.Symbol == homeSanction }); i >= 0 {
			data.Sanction = &data.Sanctions[i]
		}
	}
	asked, ctx := errgroup.WithContext(ctx)
	for name, part := range data.parts() {
		asked.Go(func() error {
			err := s.tellPart(ctx, name, variables, part, data)
			var fault *labour.Fault
			if errors.As(err, &fault) {
				part.part().Refused = fault.Error()
				return nil
			}
			return err
		})
	}
	return data, asked.Wait()
}

// tellPart asks what one part tells, and for its picture.
func (s *Pages) tellPart(ctx context.Context, name string, variables port.Variables, part homeTold,
	data *homeData) error {
	err := s.askHome(ctx, name, variables, part)
	if err != nil || name == "claims" {
		return err
	}
	if name == "stock" {
		if data.Stock.Standing, err = s.standing(ctx, data); err != nil {
			return err
		}
		if data.Stock.Reported() != nil {
			if data.Stock.CountryFigure, err = s.homeFigure(ctx, name, data.Region.Parent.Code,
				data.Release); err != nil {
				return err
			}
		}
	}
	if name == "permits" {
		if data.Permits.MapFigure, err = s.homeFigure(ctx, "map", homeRegion, data.Release); err != nil {
			return err
		}
	}
	part.part().Figure, err = s.homeFigure(ctx, name, homeRegion, data.Release)
	return err
}

// standing asks how far the sanction was followed; nil without a sanction or without a stock to judge it by.
func (s *Pages) standing(ctx context.Context, data *homeData) (*homeStanding, error) {
	if data.Sanction == nil {
		return nil, nil
	}
	on := data.Sanction.judgedOn(data.Release.DataThrough)
	if on == nil {
		return nil, nil
	}
	var answer struct{ Compliance *homeStanding }
	err := s.askHome(ctx, "standing", port.Variables{"region": homeRegion, "sanction": homeSanction, "asOf": *on},
		&answer)
	if fault, ok := asFault(err); ok && fault.Code == labour.NotFound {
		return nil, nil
	}
	return answer.Compliance, err
}

// listExports returns the tables of the release that the principal may take away. Whether rows are among them, a
// row tells.
func (s *Pages) listExports(ctx context.Context, data *homeData) error {
	var rows struct{ Permits struct{ TotalCount int } }
	err := s.Ask(ctx, `{ permits(first: 1) { totalCount } }`, nil, &rows)
	if fault, ok := asFault(err); ok && fault.Code == labour.Forbidden {
		data.RowsClosed, err = true, nil
	}
	if err != nil {
		return err
	}
	for _, exported := range exports.Tables {
		if data.RowsClosed && (exported.Name == "permits" || exported.Name == "repatriations") {
			continue
		}
		path, query := port.ReleasePath(data.Release.Number)+"/export/"+exported.Name+".", ""
		if exported.Name == "impact" {
			query = "?region=" + homeRegion
		}
		table := homeExport{Name: exported.Title}
		for _, format := range exports.Formats() {
			table.Files = append(table.Files, homeLink{format, path + format + query})
		}
		data.Exports = append(data.Exports, table)
	}
	return nil
}

func (s *Pages) askHome(ctx context.Context, name string, variables port.Variables, into any) error {
	text, err := homeDocuments.ReadFile("documents/" + name + ".graphql")
	if err != nil {
		return err
	}
	return s.Ask(ctx, string(text), variables, into)
}

func asFault(err error) (fault *labour.Fault, ok bool) {
	ok = errors.As(err, &fault)
	return fault, ok
}
