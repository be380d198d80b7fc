package pages

import (
	"context"
	"strings"

	"homebound/graph"
	"homebound/internal/site/port"
	"homebound/internal/words"
)

// claimAnswer is a claim, as the documents of several pages ask for it.
type claimAnswer struct {
	ID                 string // global
	Topic              string
	Statement, Speaker string
	SpeakerRole        *string
	MadeOn             *string
	Source             port.Source
	Check              *check
	Base               string `json:"-"` // before the address of its page
	in                 words.Words
}

// check is what a claim was held against, as far as a document asks for it.
type check struct {
	Verdict, Explanation string
	Evidence             []evidence
}

// Own returns the editors' own id: C001.
func (c claimAnswer) Own() string { return graph.Key(c.ID) }

// verdictOf returns the verdict's name; "" where the claim cannot be held against anything.
func (c claimAnswer) verdictOf() string {
	if c.Check == nil {
		return ""
	}
	return c.Check.Verdict
}

// Class returns the name of the verdict's style.
func (c claimAnswer) Class() string { return verdictClasses[c.verdictOf()] }

// Verdict returns the verdict in a word or two.
func (c claimAnswer) Verdict() string {
	return words.Capital(c.in.Say(verdictWords[c.verdictOf()]))
}

// Evidence says in a sentence or more what the claim was held against.
func (c claimAnswer) Evidence() string {
	if c.Check == nil {
		return c.in.Say("It names no number of a kind that this release counts, so that nothing here speaks for it or against it.")
	}
	return daysInWords(c.Check.Explanation)
}

// Short is Evidence without what the claim says, where that stands beside it. A verdict that decides keeps it: it is of
// the number that was checked, and of no other in the statement.
func (c claimAnswer) Short() string {
	all := c.Evidence()
	if v := c.verdictOf(); v == "CONSISTENT" || v == "INCONSISTENT" {
		return all
	}
	if _, rest, more := strings.Cut(all, ". "); more && strings.HasPrefix(all, "The claim says ") {
		return rest
	}
	return all
}

// Said says when a statement was made and where it was printed, as the end of a sentence.
func (c claimAnswer) Said() (any, error) {
	if c.MadeOn != nil {
		return phrased("on %s", day(*c.MadeOn)), nil
	}
	return words.Text("on a day that is not known"), nil
}

// Printed says when the source was published, as the end of a sentence; "" where that is not known.
func (c claimAnswer) Printed() (string, error) {
	if c.Source.PublishedOn == "" {
		return "", nil
	}
	return onDay(c.in, c.Source.PublishedOn)
}

// verdictWords are what a reader is told for a verdict. None says that somebody was wrong: what is held against a
// statement may be wrong itself.
var verdictWords = map[string]words.Text{
	"": "no number to hold against", "CONSISTENT": "agrees with another source",
	"INCONSISTENT": "another number is known", "UNDECIDED": "left open",
}

var verdictClasses = map[string]string{"": "none", "CONSISTENT": "agreeing", "INCONSISTENT": "another",
	"UNDECIDED": "open"}

// verdictMeanings explain the words, in the order in which they are shown.
var verdictMeanings = []meaning{
	{"INCONSISTENT", "another", "Another number is known",
		"Every number that independent sources leave possible is another than the statement allows. Which of them is right is not decided by that."},
	{"CONSISTENT", "agreeing", "Agrees with another source",
		"Every number that independent sources leave possible is one that the statement allows."},
	{"UNDECIDED", "open", "Left open", "What independent sources leave possible does not decide. It means neither true nor untrue."},
	{"", "none", "No number to hold against", "The statement names no number of a kind that is counted here."},
}

// claimsPart is the answer to claims.graphql.
type claimsPart struct {
	part
	All struct {
		TotalCount int
		Nodes      []claimAnswer
	} `json:"claims"`
}

// mostClaims is how many statements the first page shows.
const mostClaims = 4

func (s *Pages) tellClaims(ctx context.Context, d *homeData) error {
	err := s.ask(ctx, "claims", nil, &d.Claims)
	for i := range d.Claims.All.Nodes {
		d.Claims.All.Nodes[i].Base, d.Claims.All.Nodes[i].in = d.Base, d.in
	}
	return err
}

// Shown returns the few statements of the first page: those that something is known of first.
func (p *claimsPart) Shown() (shown []claimAnswer) {
	for _, meaning := range verdictMeanings[:3] {
		for _, claim := range p.All.Nodes {
			if claim.Check != nil && claim.verdictOf() == meaning.Verdict && len(shown) < mostClaims {
				shown = append(shown, claim)
			}
		}
	}
	return shown
}

// Count returns how many of the statements come to a verdict.
func (p *claimsPart) Count(verdict string) (n int) {
	for _, claim := range p.All.Nodes {
		if claim.verdictOf() == verdict {
			n++
		}
	}
	return n
}

// Answer sums the statements up in a sentence.
func (p *claimsPart) Answer() any {
	n := func(verdict string) float64 { return float64(p.Count(verdict)) }
	return phrased("Of %s statements, another source agrees with %s, another number is known for %s, %s are left open, "+
		"and %s name no number that is counted here.", float64(p.All.TotalCount), n("CONSISTENT"), n("INCONSISTENT"),
		n("UNDECIDED"), n(""))
}
