package port

import (
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// localDocuments keeps documents as they ask in the release's own language, by their text. Which arguments a document
// gets depends on its text and the schema alone, and a page asks the same few documents for each reader: parsing and
// validating one takes longer than many an answer. A map behind a lock is enough, since it stops growing with the last
// document of the site; mostLocal bounds it should a text ever be made per request. It is safe for concurrent use.
type localDocuments struct {
	mu    sync.Mutex
	texts map[string]string
}

// mostLocal is several times the number of the site's own documents.
const mostLocal = 200

// of returns a document as write makes it. Two that ask at once may both write it, to the same text.
func (d *localDocuments) of(document string, write func(string) string) string {
	if d == nil {
		return write(document)
	}
	d.mu.Lock()
	text, kept := d.texts[document]
	d.mu.Unlock()
	if kept {
		return text
	}
	text = write(document)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.texts) < mostLocal {
		d.texts[document] = text
	}
	return text
}

// Named returns a document of the site's own that asks in the release's own language, where local, for all that it asks
// for in no language, such as the names of regions. It is rewritten once a document.
func (p Parameters) Named(document string, local bool) string {
	if !local {
		return document
	}
	return p.local.of(document, p.inLocal)
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
