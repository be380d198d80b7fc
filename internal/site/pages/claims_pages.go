package pages

import (
	"cmp"
	_ "embed"
	"net/url"
	"strings"

	"homebound/internal/labour"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

//go:embed claims.html
var claimsText string

//go:embed claim.html
var claimText string

var claimsPage, claimPage = parsePage(claimsText), parsePage(claimText)

// claims registers the list of statements, and the page of each.
func (s *Pages) claims() {
	s.page("/claims", claimsPage, func(v *visit) (framed, error) { return s.tellList(v) })
	s.page("/claims/{id}", claimPage, func(v *visit) (framed, error) { return s.tellClaim(v) })
}

// claimsData is the list of statements that a reader filtered.
type claimsData struct {
	frame
	Said                    *saidAnswer
	Search, Verdict, Region string // what was filtered by; "" for nothing
	Place                   string // the region's name
	Meanings                []meaning
	Regions                 []named // that can be filtered by
	Next                    string  // address of the next statements; "" with the last
}

// meaning is a verdict in words.
type meaning struct {
	Verdict, Class string
	Word, Meaning  words.Text
}

// claimsOnAPage is how many statements a page lists.
const claimsOnAPage = 50

// tellList lists statements. A filter that is empty is none; what a reader cannot have meant is said as any Fault is.
func (s *Pages) tellList(v *visit) (*claimsData, error) {
	values := url.Values{}
	for _, name := range []string{"search", "verdict", "region", "after"} {
		if text := strings.TrimSpace(v.values.Get(name)); text != "" {
			values.Set(name, text)
		}
	}
	v.Path = "/claims"
	if query := values.Encode(); query != "" {
		v.Path += "?" + query
	}
	data := &claimsData{frame: v.frame, Search: values.Get("search"), Verdict: values.Get("verdict"),
		Region: values.Get("region"), Meanings: verdictMeanings}
	filter := map[string]any{}
	if data.Search != "" {
		filter["search"] = data.Search
	}
	if data.Region != "" {
		filter["within"] = data.Region
	}
	if data.Verdict != "" {
		verdict, err := verdictOfClass(data.Verdict)
		if err != nil {
			return nil, err
		}
		filter["verdicts"] = []string{verdict}
	}
	variables := port.Variables{"filter": filter, "first": claimsOnAPage}
	if values.Has("after") {
		variables["after"] = values.Get("after")
	}
	var err error
	if data.Said, err = s.said(v, variables); err != nil {
		return nil, err
	}
	if data.Said.PageInfo.HasNextPage {
		values.Set("after", data.Said.PageInfo.EndCursor)
		data.Next = v.Base + "/claims?" + values.Encode()
	}
	data.Title = v.in.Say("What was said, and what is known of it")
	data.Description = v.in.Say("Statements of named speakers, each with who said it, where and when it was printed, and the evidence for it and against it.")
	return data, s.filterRegions(v, data)
}

// filterRegions lists what can be filtered by: countries with regions, these, and the region that is asked for.
func (s *Pages) filterRegions(v *visit, data *claimsData) error {
	regions, err := s.allRegions(v)
	if err != nil {
		return err
	}
	members := map[string]bool{} // regions that have some
	for _, r := range regions {
		if r.Parent != nil {
			members[r.Parent.Code] = true
		}
	}
	for _, r := range regions {
		if r.Code == data.Region {
			data.Place = r.Name
		}
		if r.Parent != nil || r.Kind != "COUNTRY" || r.Code == data.Region || members[r.Code] {
			data.Regions = append(data.Regions, named{r.Code, r.Name})
		}
	}
	return nil
}

// verdictOfClass reads a verdict as addresses have it.
func verdictOfClass(class string) (string, error) {
	var known []string
	for _, m := range verdictMeanings {
		if m.Verdict == "" {
			continue
		}
		if m.Class == class || m.Verdict == class {
			return m.Verdict, nil
		}
		known = append(known, m.Class)
	}
	return "", labour.Faultf(labour.NotFound, "There is no verdict %.80q: expected one of %s.", class, strings.Join(known, ", "))
}

// claimData is what the page of a statement shows.
type claimData struct {
	frame
	Claim   claimInFull
	Meaning words.Text
	Ask     string // address of the page's question in GraphiQL
}

// claimInFull is the answer to claim.graphql.
type claimInFull struct {
	claimAnswer
	Operator            *string
	ValueLow, ValueHigh *float64
	Unit                string
	From, To, Note      *string
	Region, Nationality *named
	Industry            *struct{ Name string }
	Confidence          *string
	Repeats, Disputes   *claimAnswer
}

// evidence is a figure for or against a statement, or shown beside it.
type evidence struct {
	Relation              string
	Value                 float64
	ValueHigh             *float64
	Qualifier, Conversion *string
	Unit, From, To, Query string
	Counted               bool
	Region                *named
	Indicator             *struct{ Name string }
	Source                port.Source
}

func (s *Pages) tellClaim(v *visit) (*claimData, error) {
	v.Path, v.values = "/claims/"+url.PathEscape(v.part), nil
	var answer struct{ Claim *claimInFull }
	variables := port.Variables{"id": v.part}
	if err := s.ask(v, "claim", variables, &answer); err != nil {
		return nil, err
	}
	if answer.Claim == nil {
		return nil, lost("statement", v.part, "an id such as those at /claims")
	}
	data := &claimData{frame: v.frame, Claim: *answer.Claim}
	data.Claim.in = v.in
	data.OEmbed = s.OEmbed(v.asked)
	for _, m := range verdictMeanings {
		if m.Verdict == data.Claim.verdictOf() {
			data.Meaning = m.Meaning
		}
	}
	data.Path = "/claims/" + url.PathEscape(data.Claim.Own())
	data.Title = data.Claim.Speaker + ": " + data.Claim.Statement
	data.Description = data.Claim.Verdict() + ". " + data.Claim.Evidence()
	var err error
	if data.Ask, err = askLink("claim", variables); err != nil {
		return nil, err
	}
	for _, other := range []*claimAnswer{data.Claim.Repeats, data.Claim.Disputes} {
		if other != nil {
			other.Base, other.in = v.Base, v.in
		}
	}
	return data, nil
}

// About says what the statement's number is of, in words.
func (c claimInFull) About() series {
	var about series
	if c.Region != nil {
		about = append(about, quoted(c.Region.Name))
	}
	if c.Nationality != nil {
		about = append(about, phrased("people from %s", *c.Nationality))
	}
	if c.Industry != nil {
		about = append(about, quoted(c.Industry.Name))
	}
	if c.From != nil && c.To != nil {
		about = append(about, spanOf(*c.From, *c.To))
	}
	return about
}

// Figures returns the evidence.
func (c claimInFull) Figures() []evidence {
	if c.Check == nil {
		return nil
	}
	return c.Check.Evidence
}

// relationWords say how a figure bears on a statement.
var relationWords = map[string]words.Text{
	"EQUAL": "the same quantity, of the same time", "BEFORE": "the same quantity, earlier", "AFTER": "the same quantity, later",
	"LOWER_BOUND": "it is at least this", "UPPER_BOUND": "it is at most this", "RELATED": "of the same subject",
}

// Bears says how the figure bears on the statement.
func (e evidence) Bears() any {
	switch bears := cmp.Or(relationWords[e.Relation], relationWords["RELATED"]); {
	case e.Counted:
		return bears
	case e.Relation == "BEFORE" || e.Relation == "AFTER":
		return phrased("%s; it decides nothing", bears)
	}
	return words.Text("shown beside it; it decides nothing")
}

// qualifiers stand before a figure that is not meant exactly.
var qualifiers = map[string]words.Text{"ABOUT": "about %s", "AT_LEAST": "at least %s", "AT_MOST": "at most %s"}

// Figure writes the figure with its unit.
func (e evidence) Figure() any {
	var text any = exact(e.Value)
	if e.ValueHigh != nil {
		text = phrased("%s to %s", text, exact(*e.ValueHigh))
	}
	if e.Qualifier != nil {
		text = phrased(qualifiers[*e.Qualifier], text)
	}
	return phrased("%s %s", text, unitOf(e.Unit))
}

// wholeOr returns no decimals for a whole number, and two for others.
func wholeOr(n float64) int {
	if n == float64(int64(n)) {
		return 0
	}
	return 2
}

// When says of which days the figure is.
func (e evidence) When() any { return spanOf(e.From, e.To) }

// Ask returns the address that shows the figure in GraphiQL.
func (e evidence) Ask() string { return graphiqlLink(e.Query, nil) }

// Converted says how the figure was brought to the statement's unit; "" where it was not.
func (e evidence) Converted() string {
	if e.Conversion == nil {
		return ""
	}
	return words.Capital(daysInWords(*e.Conversion))
}

// spanOf writes the days from one to another.
func spanOf(from, to string) any {
	if from == to {
		return day(from)
	}
	return phrased("%s to %s", day(from), day(to))
}
