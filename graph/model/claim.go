package model

import "homebound/internal/labour"

// ClaimCheck is a claim held against the release.
type ClaimCheck struct {
	Verdict            labour.Verdict
	Measure            string   // the measure or indicator that it was held against
	Computed           *float64 // nil where there is nothing to hold it against
	RelativeDifference *float64 // 0.1 where Computed is 10 % above the claim
	Explanation        string   // one sentence
	Query              string   // GraphQL for the same evidence
	Basis              labour.Basis
	Synthetic          bool
}
