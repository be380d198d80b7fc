package graph

import (
	"regexp"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The parser says what is wrong with a variable in words for Go programmers.
var (
	wrongKind = regexp.MustCompile(`^(?:cannot use (?P<found>\S+) as (?P<expected>\S+)|must be a (?P<expected>\S+), not a (?P<found>\S+))$`)
	wrongSize = regexp.MustCompile(`^cannot use value \S+ as (?P<expected>\S+)$`)
	wrongEnum = regexp.MustCompile(`^(?P<found>.*) is not a valid (?P<expected>\S+)$`)
)

// ofVariable returns the parser's message about a variable as a sentence that names the variable, what was expected
// and what was found; any other message as it is.
func ofVariable(shown *gqlerror.Error) string {
	if len(shown.Path) < 2 || shown.Path[0] != ast.PathName("variable") {
		return shown.Message
	}
	name := "$" + strings.TrimPrefix(shown.Path.String(), "variable.")
	switch shown.Message {
	case "must be defined":
		return name + ": expected a value, found none."
	case "cannot be null":
		return name + ": expected a value, found null."
	case "unknown field":
		return name + ": expected a field that its input has, found one that it has not."
	}
	if match := wrongSize.FindStringSubmatch(shown.Message); match != nil {
		return name + ": expected " + match[1] + ", found a number that is none."
	}
	for _, form := range []*regexp.Regexp{wrongKind, wrongEnum} {
		if match := form.FindStringSubmatch(shown.Message); match != nil {
			part := func(group string) (text string) {
				for i, of := range form.SubexpNames() {
					if of == group {
						text += match[i]
					}
				}
				return text
			}
			return name + ": expected " + part("expected") + ", found " + inWords(part("found")) + "."
		}
	}
	return name + ": " + shown.Message
}

// inWords names a kind of Go value as JSON does.
func inWords(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"), strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "string":
		return "text"
	case kind == "bool":
		return "true or false"
	case kind == "map", kind == "struct":
		return "an object"
	case kind == "slice":
		return "a list"
	}
	return kind
}
