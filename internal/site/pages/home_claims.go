package pages

import "homebound/internal/site/port"

// homeClaims is the answer to claims.graphql.
type homeClaims struct {
	homePart
	Claims struct {
		TotalCount int
		Nodes      []homeClaim
	}
}

type homeClaim struct {
	Statement, Speaker  string
	SpeakerRole, MadeOn *string
	Source              port.Source
	Check               *struct{ Verdict, Explanation, Query string }
}

// homeVerdict is the claims that a check comes to the same for.
type homeVerdict struct {
	Class, Heading, Meaning string
	Open                    bool // whether they are shown unasked
	Claims                  []homeClaim
}

// Verdicts returns the claims that could be checked, the contradicted ones first.
func (c *homeClaims) Verdicts() []homeVerdict {
	groups := []homeVerdict{
		{Class: "contradicted", Heading: "Contradicted", Open: true,
			Meaning: "What another source published, or a register that is not made up, lies further off than the claim’s own wording allows. Which of the two is right is not decided by that."},
		{Class: "agreeing", Heading: "Agreed with", Open: true,
			Meaning: "What another source published, or a register that is not made up, lies within what the claim’s wording allows."},
		{Class: "undecided", Heading: "Undecided",
			Meaning: "We cannot tell: this release has nothing to hold the claim against, or what it has is too near to tell. It means neither true nor false."},
	}
	for _, claim := range c.Claims.Nodes {
		if claim.Check != nil {
			group := &groups[map[string]int{"INCONSISTENT": 0, "CONSISTENT": 1, "UNDECIDED": 2}[claim.Check.Verdict]]
			group.Claims = append(group.Claims, claim)
		}
	}
	return groups
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
