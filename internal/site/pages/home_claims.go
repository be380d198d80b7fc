package pages

import (
	"fmt"

	"homebound/internal/site/port"
)

// homeClaims is the answer to claims.graphql.
type homeClaims struct {
	homePart
	Claims struct {
		TotalCount int
		Nodes      []homeClaim
	}
}

type homeClaim struct {
	ID                  string
	Statement, Speaker  string
	SpeakerRole, MadeOn *string
	Source              port.Source
	Check               *struct{ Verdict, Explanation string }
}

// homeVerdict is the claims that a check comes to the same for.
type homeVerdict struct {
	Class, Heading, Meaning string
	Open                    bool // whether they are shown unasked
	Claims                  []homeClaim
}

// Verdicts returns the claims that could be checked, those with another number against them first.
func (c *homeClaims) Verdicts() []homeVerdict {
	groups := []homeVerdict{
		{Class: "contradicted", Heading: "Another number is known", Open: true,
			Meaning: "Every number that independent sources leave possible is another than the statement allows. Which of them is right is not decided by that."},
		{Class: "agreeing", Heading: "Agrees", Open: true,
			Meaning: "Every number that independent sources leave possible is one that the statement allows."},
		{Class: "undecided", Heading: "Left open",
			Meaning: "What independent sources leave possible does not decide. It means neither true nor false."},
	}
	for _, claim := range c.Claims.Nodes {
		if claim.Check != nil {
			group := &groups[map[string]int{"INCONSISTENT": 0, "CONSISTENT": 1, "UNDECIDED": 2}[claim.Check.Verdict]]
			group.Claims = append(group.Claims, claim)
		}
	}
	return groups
}

// Evidence returns the query that shows each figure for and against the claim.
func (c homeClaim) Evidence() string {
	return fmt.Sprintf(`{ claim(id: %q) { statement speaker madeOn source { publisher url } check { verdict explanation
  evidence { relation value unit from to counted conversion source { publisher url } query } } } }`, c.ID)
}

// Checked returns how many claims could be checked.
func (c *homeClaims) Checked() (n int) {
	for _, group := range c.Verdicts() {
		n += len(group.Claims)
	}
	return n
}

// Unlisted returns how many claims there are beyond those that the page looks at.
func (c *homeClaims) Unlisted() int { return c.Claims.TotalCount - len(c.Claims.Nodes) }
