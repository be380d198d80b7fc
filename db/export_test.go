package db

import "homebound/internal/labour"

// ReadBy makes a release answer from one rollup wherever that covers the question, and gives the names of those that do
// for a kind of facts and some dimensions. "" stands for the register's rows, where there is such a plan.
func (r *Release) ReadBy(name string) {
	r.planner = func(facts string, dimensions []labour.Dimension) (rollup, bool) {
		for _, candidate := range rollups {
			if candidate.name == name && candidate.facts == facts && candidate.covers(dimensions) {
				return candidate, true
			}
		}
		if facts == stockFacts {
			return smallest(facts, dimensions) // the stock is read from rollups alone
		}
		return rollup{}, false
	}
}

// Rollups names every rollup.
func Rollups() []string {
	var names []string
	for _, r := range rollups {
		names = append(names, r.name)
	}
	return names
}
