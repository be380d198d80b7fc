package port

import (
	"slices"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Named returns a document of the site's own that asks in the release's own language, where local, for all that it asks
// for in no language, such as the names of regions.
func (p Parameters) Named(document string, local bool) string {
	if !local {
		return document
	}
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
