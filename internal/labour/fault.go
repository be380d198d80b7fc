package labour

import "fmt"

// Code says what kind of fault a caller meets; it stands in extensions.code of every GraphQL error.
type Code string

const (
	BadUserInput    Code = "BAD_USER_INPUT"
	NotFound        Code = "NOT_FOUND"
	LimitExceeded   Code = "LIMIT_EXCEEDED"
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	Timeout         Code = "TIMEOUT"
	Unavailable     Code = "UNAVAILABLE"
	Internal        Code = "INTERNAL"
)

// Codes lists every code of the contract.
var Codes = []Code{BadUserInput, NotFound, LimitExceeded, Unauthenticated, Forbidden, Timeout, Unavailable, Internal}

// Fault is an error whose text is written for the person who asked: one sentence with what was found and what
// was expected. Every other error is for the operator's log alone.
type Fault struct {
	Code Code
	text string
}

// Faultf makes a Fault with a formatted text.
func Faultf(code Code, format string, args ...any) error {
	return &Fault{Code: code, text: fmt.Sprintf(format, args...)}
}

// Error returns the sentence.
func (f *Fault) Error() string { return f.text }
