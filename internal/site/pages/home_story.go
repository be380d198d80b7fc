package pages

import (
	"cmp"
	"context"
	"embed"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

//go:embed documents/*.graphql
var documents embed.FS

// homeData is what the first page shows.
type homeData struct {
	frame
	aboutAnswer
	subject
	Lead string // answers the page’s question in one sentence; "" where nothing does

	Stock    stockPart
	Permits  permitsPart
	Outcomes outcomesPart
	Impact   impactPart
	States   statesPart
	Claims   claimsPart

	Tabs       []link
	Exports    []homeExport // that this principal may have
	RowsClosed bool         // whether those of single permits and repatriations are not among them
}

// aboutAnswer is the answer to about.graphql.
type aboutAnswer struct {
	Release   *releaseAnswer
	Sanctions []sanctionAnswer
}

type releaseAnswer struct {
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
}

// Question is the page’s title.
func (d *homeData) Question() any {
	switch {
	case d.Region == nil:
		return words.Text("Labour migration under sanctions")
	case d.Sanction == nil:
		return phrased("How many %s are there in %s?", d.Workers(), theRegion(d.in, d.Region.Name))
	}
	return phrased("What became of the workers sent home from %s?", theRegion(d.in, d.Region.Name))
}

// part is what every part of the story has.
type part struct {
	Figure  *figure // nil where there is nothing to draw
	Refused string  // why the part cannot be told to this principal now
}

func (p *part) base() *part { return p }

// parts returns the parts of the story by the names of their documents.
func (d *homeData) parts() map[string]interface{ base() *part } {
	return map[string]interface{ base() *part }{"stock": &d.Stock, "permits": &d.Permits, "outcomes": &d.Outcomes,
		"impact": &d.Impact, "states": &d.States, "claims": &d.Claims}
}

// beginStory asks what the page of the release of the context is about.
func (s *Pages) beginStory(ctx context.Context, base string) (*homeData, error) {
	data := &homeData{}
	data.Base, data.in = base, languageIn(ctx)
	if err := s.ask(ctx, "about", nil, &data.aboutAnswer); err != nil {
		return nil, err
	}
	about, err := s.subjectOf(ctx, data.Sanctions)
	if _, refused := asFault(err); refused {
		about, err = &subject{Sanction: mainSanction(data.Sanctions)}, nil
		data.Partial = true
	}
	if err != nil {
		return nil, err
	}
	data.subject = *about
	return data, nil
}

// tellStory asks the release of the context for all that its page shows. A part that is refused, because it takes
// too long or the principal cannot pay for it, leaves the others as they are.
func (s *Pages) tellStory(ctx context.Context, base string) (*homeData, error) {
	data, err := s.beginStory(ctx, base)
	if err != nil {
		return nil, err
	}
	if err := s.listExports(ctx, data); err != nil {
		return nil, err
	}
	asked, ctx := errgroup.WithContext(ctx)
	for name, tell := range map[string]func(context.Context, *homeData) error{"stock": s.tellStock,
		"permits": s.tellPermits, "outcomes": s.tellOutcomes, "impact": s.tellImpact, "states": s.tellStates,
		"claims": s.tellClaims} {
		if data.Region == nil && name != "claims" && name != "states" {
			continue
		}
		asked.Go(func() (err error) {
			data.parts()[name].base().Refused, err = partly(data.in, tell(ctx, data))
			return err
		})
	}
	if err := asked.Wait(); err != nil {
		return nil, err
	}
	for _, told := range data.parts() {
		data.Partial = data.Partial || told.base().Refused != ""
	}
	if lead := data.lead(); lead != nil {
		data.Lead = said(data.in, lead)
	}
	return data, nil
}

// ask asks one of the documents.
func (s *Pages) ask(ctx context.Context, name string, variables port.Variables, into any) error {
	text, err := documentOf(name)
	if err != nil {
		return err
	}
	return s.Ask(ctx, s.Parameters.Named(text, s.local(ctx)), variables, into)
}

// local reports whether names are asked for in the release's own language, which is the reader's.
func (s *Pages) local(ctx context.Context) bool {
	return pictures.Local(languageIn(ctx), graph.ReleaseOf(ctx).Info())
}

// askLink returns the address that opens one of the documents in GraphiQL.
func askLink(name string, variables port.Variables) (string, error) {
	text, err := documentOf(name)
	return graphiqlLink(text, variables), err
}

func documentOf(name string) (string, error) {
	text, err := documents.ReadFile("documents/" + name + ".graphql")
	return string(text), err
}

// draw returns a picture of the story.
func (s *Pages) draw(ctx context.Context, d *homeData, name, region string) (*figure, error) {
	return s.figure(ctx, d.Base, d.Release.Number, name, s.parameters(name, region, d.codes()))
}

// about returns the variables that the documents of the story have in common.
func (d *homeData) about() port.Variables {
	return port.Variables{"region": d.Region.Code, "nationalities": orAll(d.codes())}
}

// provenance says whether made-up rows took part.
type provenance struct{ Synthetic bool }

// stockPart is the answer to stock.graphql.
type stockPart struct {
	part
	Report struct {
		Totals struct {
			PeakWorkersPresent *float64
			PeakOn             *string
		}
		Provenance provenance
	}
	Country *struct {
		Code, Name   string
		Observations []count
	}
	Counts []count // the first and the last published; fewer where there are not two
}

// count is a published number, of workers among others.
type count struct {
	Indicator   struct{ Code string }
	From, To    string
	Status      string
	Value       float64
	Nationality *named
	Source      port.Source
}

// isOf reports whether a count is of just these workers who were present on one day, and no estimate.
func (c count) isOf(nationalities []string) bool {
	return c.Indicator.Code == labour.WorkersPresentReported && c.Nationality != nil && len(nationalities) == 1 && c.Nationality.Code == nationalities[0] && c.From == c.To &&
		c.Status == "NORMAL"
}

func (s *Pages) tellStock(ctx context.Context, d *homeData) (err error) {
	variables := d.about()
	variables["country"], variables["hasCountry"] = "", false
	country := d.Region.Parent
	if d.Region.Kind == "COUNTRY" {
		country = &named{d.Region.Code, d.Region.Name}
	}
	if country != nil {
		variables["country"], variables["hasCountry"] = country.Code, true
	}
	if err := s.ask(ctx, "stock", variables, &d.Stock); err != nil {
		return err
	}
	region := d.Region.Code
	if d.Stock.Country != nil {
		for _, c := range d.Stock.Country.Observations {
			if c.isOf(d.codes()) {
				d.Stock.Counts = append(d.Stock.Counts, c)
			}
		}
		if n := len(d.Stock.Counts); n > 2 {
			d.Stock.Counts = slices.Delete(d.Stock.Counts, 1, n-1)
		}
		if len(d.Stock.Counts) > 0 {
			region = d.Stock.Country.Code
		}
	}
	if d.Stock.Figure, err = s.draw(ctx, d, "stock", region); d.Stock.Figure != nil {
		d.Stock.Figure.Lazy = false
	}
	return err
}

// Sure names who counted, and says whether the register beside them is made up.
func (p *stockPart) Sure() any {
	if p.Figure == nil {
		return ""
	}
	if len(p.Counts) == 0 {
		return p.Figure.Sure()
	}
	var names list
	for _, c := range p.Counts {
		if !slices.Contains(names, any(quoted(c.Source.Publisher))) {
			names = append(names, quoted(c.Source.Publisher))
		}
	}
	text := phrased("both numbers were published, by %s.", names)
	if len(p.Counts) == 1 {
		text = phrased("the number was published by %s.", names)
	}
	if p.Figure.Synthetic {
		return phrased("%s The dashed line is made up by a program.", text)
	}
	return text
}

// lead answers the page’s title in one sentence: from published figures where there are two of them, else from the
// register.
func (d *homeData) lead() any {
	if d.Region == nil {
		return nil
	}
	if len(d.Stock.Counts) < 2 {
		return d.registerLead()
	}
	first, last := d.Stock.Counts[0], d.Stock.Counts[1]
	where := named{d.Stock.Country.Code, d.Stock.Country.Name}
	if d.Sanction != nil && d.Sanction.Deadline != nil && last.From > *d.Sanction.Deadline {
		return phrased("On %s %s %s held permits in %s; on %s %s were still there, without permits, although the "+
			"United Nations had told all States to send them home.", day(first.From), first.Value, d.Workers(), where,
			day(last.From), last.Value)
	}
	return phrased("On %s %s %s held permits in %s; on %s %s were there.", day(first.From), first.Value, d.Workers(),
		where, day(last.From), last.Value)
}

// registerLead answers it from the register; "" where that has nobody.
func (d *homeData) registerLead() any {
	most := d.Stock.Report.Totals
	if most.PeakWorkersPresent == nil || *most.PeakWorkersPresent == 0 || most.PeakOn == nil {
		return nil
	}
	return phrased("By the register of this release, %s %s were present in %s on %s, more than on any other day.",
		*most.PeakWorkersPresent, d.Workers(), theRegion(d.in, d.Region.Name), day(*most.PeakOn))
}

// permitsPart is the answer to permits.graphql.
type permitsPart struct {
	part
	Report struct {
		Rows   []regionPermits // the most permits first, then those not known
		Totals struct {
			PermitsIssued *float64
			Period        span
		}
		Provenance provenance
	}
}

type regionPermits struct {
	Region        struct{ Name string }
	PermitsIssued *float64
}

type span struct{ From, To string }

// tellPermits draws a map where there is one, and bars elsewhere.
func (s *Pages) tellPermits(ctx context.Context, d *homeData) (err error) {
	if err = s.ask(ctx, "permits", d.about(), &d.Permits); err != nil {
		return err
	}
	for _, name := range []string{"map", "permits"} {
		d.Permits.Figure, err = s.draw(ctx, d, name, d.Region.Code)
		if err != nil || d.Permits.Figure != nil {
			return err
		}
	}
	return nil
}

// Leading returns the regions with the most permits, of those whose number is known.
func (p *permitsPart) Leading() any {
	var names list
	for _, row := range p.Report.Rows {
		if row.PermitsIssued != nil && len(names) < 3 {
			names = append(names, phrased("%s (%s)", row.Region.Name, *row.PermitsIssued))
		}
	}
	return names
}

// Unknown reports whether some region's number is, so that none can be said to be the greatest.
func (p *permitsPart) Unknown() bool {
	return slices.ContainsFunc(p.Report.Rows, func(row regionPermits) bool { return row.PermitsIssued == nil })
}

// outcomesPart is the answer to outcomes.graphql.
type outcomesPart struct {
	part
	Report struct {
		Rows []struct {
			Outcome            string
			WorkersRepatriated *float64
		}
		Totals struct {
			WorkersRepatriated *float64
			Period             span
		}
		Provenance provenance
	}
}

func (s *Pages) tellOutcomes(ctx context.Context, d *homeData) (err error) {
	if err = s.ask(ctx, "outcomes", d.about(), &d.Outcomes); err != nil {
		return err
	}
	d.Outcomes.Figure, err = s.draw(ctx, d, "outcomes", d.Region.Code)
	return err
}

// outcomeWords say how workers left, after their number.
var outcomeWords = map[string]words.Text{
	"RETURNED": "went home", "DEPORTED": "were sent home by order of a court or an authority",
	"THIRD_COUNTRY": "left for a third country", "PROTECTED": "are in an asylum or refugee procedure",
	"EXEMPT": "are exempt by the resolution’s own terms",
}

// Ways tells how many left in which way, the most first.
func (p *outcomesPart) Ways() any {
	var ways list
	for _, row := range p.Report.Rows {
		ways = append(ways, phrased("%s %s", counted(row.WorkersRepatriated, ""), cmp.Or(outcomeWords[row.Outcome], words.Text("left otherwise"))))
	}
	return ways
}

// impactPart is the answer to impact.graphql.
type impactPart struct {
	part
	EconomicImpact *struct {
		From, To  string
		Synthetic bool
		Variants  []variant
	}
}

// variant is the loss under one assumption on capital; nil where it is not known.
type variant struct {
	Variant    string
	OutputLost *struct {
		P5, P50, P95 *float64
		Unit         string
	}
}

// tellImpact asks for the estimate by published figures, which ends where these do.
func (s *Pages) tellImpact(ctx context.Context, d *homeData) error {
	scenario := map[string]any{"basis": "REPORTED"}
	values := s.parameters("variants", d.Region.Code, d.codes())
	if list, other := values["scenario.nationalities"]; other {
		scenario["nationalities"] = list
	}
	last, err := s.charts.Reach(ctx, d.Region.Code)
	if err != nil {
		return err
	}
	if last != "" {
		scenario["to"] = last
	}
	err = s.ask(ctx, "impact", port.Variables{"region": d.Region.Code, "scenario": scenario}, &d.Impact)
	if fault, ok := asFault(err); ok && (fault.Code == labour.BadUserInput || fault.Code == labour.NotFound) {
		return nil // figures that end before the first day of the estimate make none, nor do codes that there are not
	}
	if err != nil || len(d.Impact.Answered()) == 0 {
		return err
	}
	d.Impact.Figure, err = s.draw(ctx, d, "variants", d.Region.Code)
	return err
}

// Answered lists the variants that published figures give.
func (p *impactPart) Answered() []variant {
	if p.EconomicImpact == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(p.EconomicImpact.Variants), func(v variant) bool {
		return v.OutputLost == nil || v.OutputLost.P5 == nil || v.OutputLost.P50 == nil || v.OutputLost.P95 == nil
	})
}

// Within writes a variant with the range of nine draws in ten.
func (v variant) Within() any {
	o := v.OutputLost
	return phrased("%s (%s to %s)", money{*o.P50, o.Unit}, money{*o.P5, o.Unit}, money{*o.P95, o.Unit})
}

// Assumes says what a variant assumes, as the end of a sentence.
func (v variant) Assumes() words.Text {
	return map[string]words.Text{
		"AVERAGE_PRODUCT": "if what they worked with was lost to use with them",
		"WAGE_SHARE":      "if it stayed idle and no more than labour’s share was lost",
		"ELASTICITY":      "if output falls as the literature estimates",
	}[v.Variant]
}

// Answer names all variants with their ranges: no one of them alone is the cost.
func (p *impactPart) Answer() any {
	var all any
	for _, v := range p.Answered() {
		next := phrased("%s %s", v.Within(), v.Assumes())
		if all != nil {
			next = phrased("%s; %s", all, next)
		}
		all = next
	}
	return all
}

// dataset is what search engines read of a release (https://schema.org/Dataset).
func (d *homeData) dataset() any {
	about := "Permits, repatriations, published statistics and statements of named speakers on labour migration under sanctions."
	return d.frame.dataset("Homebound: labour migration under sanctions", about, d.Release, "")
}

// dataset describes the data of a page for search engines.
func (f *frame) dataset(name, about string, release *releaseAnswer, query string) map[string]any {
	number := port.Base{PublicURL: f.PublicURL}.Permanent(release.Number)
	set := map[string]any{
		"@context": "https://schema.org", "@type": "Dataset", "name": name, "description": about, "url": f.Canonical(),
		"version": fmt.Sprint(release.Number), "datePublished": release.PublishedAt, "identifier": "sha256:" + release.ContentHash,
		"isAccessibleForFree": true, "creator": map[string]any{"@type": "Organization", "name": "Homebound", "url": f.PublicURL + "/"},
		"distribution": []any{
			distribution("text/csv", number+"/export/observations.csv"+query),
			distribution("application/json", number+"/graphql"),
		},
	}
	if release.DataFrom != nil && release.DataThrough != nil {
		set["temporalCoverage"] = *release.DataFrom + "/" + *release.DataThrough
	}
	return set
}

func distribution(kind, address string) map[string]any {
	return map[string]any{"@type": "DataDownload", "encodingFormat": kind, "contentUrl": address}
}
