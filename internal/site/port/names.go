package port

import (
	"slices"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// mostLocal bounds the documents that Parameters keep as they ask in the release's own language. It is several times the
// number of the site's own.
const mostLocal = 200

// Named returns a document of the site's own that asks in the release's own language, where local, for all that it asks
// for in no language, such as the names of regions. How it is rewritten depends on its text and the schema alone, and
// takes longer than many an answer, so that it is kept. It is safe for concurrent use.
func (p Parameters) Named(document string, local bool) string {
	if !local {
		return document
	}
	if p.local == nil {
		return p.inLocal(document)
	}
	text, _ := p.local.ComputeIfAbsent(document, func() (*string, bool) { return new(p.inLocal(document)), false })
	return *text
}

// inLocal adds the argument language to the fields of a document that have one and are asked without any.
func (p Parameters) inLocal(document string) string {
	parsed, faults := gqlparser.LoadQueryWithRules(p.Schema, document, rules.NewDefaultRules())
	if len(faults) > 0 {
		return document // which is refused when it is asked
	}
	var ends []int
	var walk func(fields ast.SelectionSet)
	walk = func(fields ast.SelectionSet) {
		for _, selected := range fields {
			switch s := selected.(type) {
			case *ast.Field:
				if s.Alias == s.Name && len(s.Arguments) == 0 && s.Definition != nil &&
					s.Definition.Arguments.ForName("language") != nil {
					ends = append(ends, s.Position.End)
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			}
		}
	}
	for _, operation := range parsed.Operations {
		walk(operation.SelectionSet)
	}
	for _, fragment := range parsed.Fragments {
		walk(fragment.SelectionSet)
	}
	slices.Sort(ends)
	text := []rune(document)
	for _, end := range slices.Backward(slices.Compact(ends)) {
		text = slices.Insert(text, end, []rune("(language: LOCAL)")...)
	}
	return string(text)
}
