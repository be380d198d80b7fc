// Package evidence decides what may be said on what is known: whether a claim
// holds, and where a State stands with what a sanction asks of it.
//
// It is pure: values in, values out. It does no I/O, knows no clock and imports nothing of the project but labour. Its
// rule is that unknown is never zero, a part is never the whole, and no verdict is stronger than its evidence: where a
// rule leaves a choice, the weaker answer is taken.
package evidence
