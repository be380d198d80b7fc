package pages

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"homebound/graph"
	"homebound/internal/chart"
	"homebound/internal/labour"
	"homebound/internal/site/embeds"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

//go:embed changes.html
var changesText string

var changesPage = parsePage(changesText)

// maxMoved bounds each list of the page; what is left out is counted.
const maxMoved = 200

// changesData is what a release changed since the one before it.
type changesData struct {
	frame
	Release changedRelease
	Tables  []any // a sentence for each in which something changed
	Since   int   // number of the release before it, 0 where there is none any more
	Others  []int // that have such a page, the newest first

	Figures     []movedFigure
	MoreFigures int
	Verdicts    []movedVerdict
	Pictures    []movedPicture
}

type changedRelease struct {
	Number            int
	PublishedAt, Note string
}

// movedFigure is a published figure that two releases hold differently. Before or After is "" where it was not there.
type movedFigure struct {
	Name, Where, Source, Before, After string
	When, Why                          any
}

// movedVerdict is a claim that two releases judge differently.
type movedVerdict struct {
	ID, Statement, Speaker string
	Before, After          words.Text
}

// movedPicture is a picture whose figures two releases show differently.
type movedPicture struct {
	File, Title string
	Moved, All  int // of its rows
	Greatest    any // move of a figure, as a share of what it was; nil where none did
}

// changes registers what each release changed: of the current one, and of each for ever.
func (s *Pages) changes() {
	s.page("/changes", changesPage, func(v *visit) (framed, error) {
		v.Path = "/changes"
		data, err := s.changed(v.Context)
		if err != nil {
			return nil, err
		}
		data.frame = v.frame
		data.Title = v.in.Say("What release %s changed", strconv.Itoa(v.Number))
		data.Description = v.in.Say("%s: published figures, what statements are judged by, and pictures, each with its move.", data.Title)
		data.Partial = true // which releases there are may change
		return data, nil
	})
}

// changed compares the release of ctx with the one before it, by questions that anybody could ask of both.
func (s *Pages) changed(ctx context.Context) (*changesData, error) {
	info := graph.ReleaseOf(ctx).Info()
	numbers, err := s.Store.Numbers()
	if err != nil {
		return nil, err
	}
	data := &changesData{Release: changedRelease{Number: info.Number, PublishedAt: info.PublishedAt.Format("2006-01-02"),
		Note: info.Note}}
	for _, number := range numbers {
		if number < info.Number {
			data.Since = max(data.Since, number)
		}
		if number != info.Number {
			data.Others = append(data.Others, number)
		}
	}
	slices.Sort(data.Others)
	slices.Reverse(data.Others)
	if data.Since == 0 {
		return data, nil
	}
	release, done, err := s.Store.Numbered(ctx, data.Since)
	if err != nil {
		return nil, err
	}
	defer done()
	before := graph.WithRelease(ctx, release)

	since := port.Variables{"since": strconv.Itoa(data.Since)}
	if data.Tables, err = s.tables(ctx, since); err != nil {
		return nil, err
	}
	var names [2]namedCodes
	for i, ctx := range []context.Context{before, ctx} {
		if err := s.ask(ctx, "named", nil, &names[i]); err != nil {
			return nil, err
		}
	}
	if err := s.figures(ctx, data, since, names); err != nil {
		return nil, err
	}
	data.Verdicts = movedVerdicts(names[0].Claims.Nodes, names[1].Claims.Nodes)
	data.Pictures, err = s.moved(ctx, before)
	return data, err
}

// tables says of each table in how many rows two releases differ.
func (s *Pages) tables(ctx context.Context, since port.Variables) (sentences []any, err error) {
	var answer struct {
		Release struct {
			Changes struct {
				Summary []struct {
					Table                   string
					Added, Removed, Changed *int
				}
			}
		}
	}
	if err := s.ask(ctx, "changes", since, &answer); err != nil {
		return nil, err
	}
	for _, t := range answer.Release.Changes.Summary {
		name := called{"Table", t.Table}
		switch {
		case t.Added == nil || t.Removed == nil || t.Changed == nil:
			sentences = append(sentences, phrased("%s: not told, since single rows would tell of few workers", name))
		case *t.Added+*t.Removed+*t.Changed > 0:
			sentences = append(sentences, phrased("%s: %s added, %s removed, %s changed", name,
				float64(*t.Added), float64(*t.Removed), float64(*t.Changed)))
		}
	}
	return sentences, nil
}

// namedCodes is the answer to named.graphql.
type namedCodes struct {
	Indicators []struct{ Code, Name string }
	Sources    struct {
		Nodes []struct{ ID, Publisher string }
	}
	Claims struct{ Nodes []judgedClaim }
}

type judgedClaim struct {
	ID, Statement, Speaker string
	Check                  *struct{ Verdict string }
}

// figures lists the published figures that have another value, were added or withdrawn.
func (s *Pages) figures(ctx context.Context, data *changesData, variables port.Variables, names [2]namedCodes) error {
	indicators, publishers := map[string]string{}, map[string]string{}
	for _, n := range names {
		for _, i := range n.Indicators {
			indicators[i.Code] = i.Name
		}
		for _, source := range n.Sources.Nodes {
			publishers[source.ID] = source.Publisher
		}
	}
	var answer struct {
		Release struct {
			Changes struct {
				Nodes []struct {
					Key    string
					Fields []struct{ Name, Before, After string }
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
	}
	if err := s.ask(ctx, "figures", variables, &answer); err != nil {
		return err
	}
	regions := graph.ReleaseOf(ctx).Geography()
	for _, node := range answer.Release.Changes.Nodes {
		key := strings.Split(node.Key, "|") // indicator, region, industry, nationality, from, to, source
		if len(key) != 7 {
			return fmt.Errorf("the key %q of an observation has not the 7 parts that were expected", node.Key)
		}
		figure := movedFigure{Name: indicators[key[0]], Where: key[1], When: spanOf(key[4], key[5]),
			Source: publishers[graph.GlobalID("Source", key[6])]}
		if figure.Name == "" {
			figure.Name = key[0]
		}
		if region, known := regions.Region(key[1]); known {
			figure.Where = region.NameEN
			if s.local(ctx) && region.NameLocal != "" {
				figure.Where = region.NameLocal
			}
		}
		var other list
		for _, f := range node.Fields {
			switch {
			case f.Name == "value":
				figure.Before, figure.After = grouped(languageIn(ctx), f.Before), grouped(languageIn(ctx), f.After)
			case f.Name == "note" && f.After != "":
				figure.Why = quoted(f.After)
			default:
				other = append(other, called{"Column", f.Name})
			}
		}
		if figure.Before == "" && figure.After == "" { // its value stands: what is said of it changed
			figure.Why = phrased("Changed of it: %s.", other)
		}
		data.Figures = append(data.Figures, figure)
	}
	if over := len(data.Figures) - maxMoved; over > 0 {
		data.Figures, data.MoreFigures = data.Figures[:maxMoved], over
	}
	return nil
}

// grouped writes a whole number with its thousands apart, and any other text as it is.
func grouped(in words.Words, text string) string {
	if n, err := strconv.Atoi(text); err == nil {
		return in.Count(n)
	}
	return text
}

// movedVerdicts lists the claims of both releases that are judged differently.
func movedVerdicts(before, after []judgedClaim) (moved []movedVerdict) {
	verdict := func(c judgedClaim) string {
		if c.Check == nil {
			return ""
		}
		return c.Check.Verdict
	}
	was := map[string]judgedClaim{}
	for _, claim := range before {
		was[claim.ID] = claim
	}
	for _, claim := range after {
		if old, known := was[claim.ID]; known && verdict(old) != verdict(claim) {
			moved = append(moved, movedVerdict{claim.ID, claim.Statement, claim.Speaker, verdictWords[verdict(old)],
				verdictWords[verdict(claim)]})
		}
	}
	return moved
}

// moved lists the pictures of the first page whose figures differ, of its region and of the country around it. One that
// either release cannot draw is left out.
func (s *Pages) moved(ctx, before context.Context) (list []movedPicture, err error) {
	release := graph.ReleaseOf(ctx)
	var about aboutAnswer
	if err := s.ask(ctx, "about", nil, &about); err != nil {
		return nil, err
	}
	told, err := s.subjectOf(ctx, about.Sanctions)
	if err != nil || told.Region == nil {
		return nil, err
	}
	regions := []string{told.Region.Code}
	country := release.Geography().Ancestor(told.Region.Code, labour.KindCountry, release.LastDay(nil))
	if country != "" && country != told.Region.Code {
		regions = append(regions, country)
	}
	for _, region := range regions {
		for _, name := range pictures.Names {
			var drawn [2]*chart.Picture
			values := inLangValues(ctx, s.parameters(name, region, told.codes()))
			for i, ctx := range []context.Context{before, ctx} {
				if drawn[i], err = s.charts.Picture(ctx, name, values); err != nil {
					break
				}
			}
			if _, refused := asFault(err); refused {
				continue
			}
			if err != nil {
				return nil, err
			}
			if p := comparePictures(drawn[0], drawn[1]); p.Moved > 0 {
				p.File = "/charts/" + name + ".svg?" + values.Encode()
				list = append(list, p)
			}
		}
	}
	return list, nil
}

// comparePictures counts the rows that two pictures of one question do not share, and finds the figure that moved most
// as a share of what it was.
func comparePictures(was, now *chart.Picture) movedPicture {
	p := movedPicture{Title: now.Title, All: len(now.Rows)}
	old := map[string][]any{}
	for _, row := range was.Rows {
		old[rowName(was, row)] = row
	}
	_, cells := embeds.Cells(now)
	greatest := 0.0
	for at, row := range now.Rows {
		name := rowName(now, row)
		before, known := old[name]
		delete(old, name)
		if known && slices.Equal(before, row) {
			continue
		}
		p.Moved++
		for i, column := range now.Columns {
			to, is := number(row[i])
			if !known || len(before) != len(row) || !is {
				continue
			}
			if from, was := number(before[i]); was && from != to {
				if share := max(to-from, from-to) / max(from, -from, 1); share > greatest {
					greatest = share
					p.Greatest = phrased("%s, %s: %s, before %s", shownName(now, row, cells[at]), called{"Column", column.Name}, to, from)
				}
			}
		}
	}
	p.Moved += len(old)
	return p
}

// rowName joins what tells a row of a picture's data from the others.
func rowName(p *chart.Picture, row []any) string {
	var parts []string
	for i, column := range p.Columns {
		text, is := row[i].(string)
		if is && column.Name != "series" && !slices.Contains(parts, text) { // whose name is no word of a reader's
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// shownName is rowName as readers have it: the words of the row, in the language of the picture.
func shownName(p *chart.Picture, row []any, cells []embeds.Cell) quoted {
	var parts []string
	for i, cell := range cells {
		if _, is := row[i].(string); is && p.Columns[i].Name != "series" && !slices.Contains(parts, cell.Text) {
			parts = append(parts, cell.Text)
		}
	}
	return quoted(strings.Join(parts, ", "))
}

// number returns a figure of a picture's data.
func number(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}
