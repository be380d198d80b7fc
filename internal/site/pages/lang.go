package pages

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"homebound/internal/mount"
	"homebound/internal/site/pictures"
	"homebound/internal/words"
)

// A page is parsed once for each language. Its English stands in the template: each run of words between two tags, with
// the actions in it, is a text of the catalogue, and so is each aria-label. What code says is a phrase, or English words of
// the catalogue, which the template's function say says in the page's language.

// langName is the parameter by which a reader chooses the language of a page.
const langName = pictures.LangName

// templates are a page in every language, by its code. They are parsed when a server registers the page, since no other
// command has pages.
type templates func() map[string]*mount.Template

// parsePage returns the page of a text, between the top and the bottom that all pages share.
func parsePage(text string) templates {
	return sync.OnceValue(func() map[string]*mount.Template {
		all := map[string]*mount.Template{}
		for _, code := range words.Languages() {
			in := words.In(code)
			whole := layoutText + `{{template "top" .}}` + text + `{{template "bottom" .}}`
			all[code] = mount.Parse(translated(in, whole), pageWords(in))
		}
		return all
	})
}

// pieces finds what stands between the runs of a template: tags, and actions that decide what is shown.
var pieces = regexp.MustCompile(`(?s)\{\{-? *(?:if|else|end|with|range|define|template|block)\b(?:"[^"]*"|` + "`[^`]*`" +
	`|[^"` + "`" + `}])*\}\}|<(?:\{\{(?:"[^"]*"|[^"}])*\}\}|"(?:\{\{.*?\}\}|[^"])*"|[^<>"])*>`)

// heard finds the words of a tag.
var heard = regexp.MustCompile(`(aria-label|title)="([^"{]+)"`)

// translated returns a template with its runs in a language.
func translated(in words.Words, text string) string {
	if in.IsEnglish() {
		return text
	}
	var out strings.Builder
	run := func(text string) {
		inner := strings.TrimSpace(text)
		if !lettered(inner) {
			out.WriteString(text)
			return
		}
		at := strings.Index(text, inner)
		out.WriteString(text[:at] + in.Plain(inner) + text[at+len(inner):])
	}
	last := 0
	for _, at := range pieces.FindAllStringIndex(text, -1) {
		run(text[last:at[0]])
		out.WriteString(heard.ReplaceAllStringFunc(text[at[0]:at[1]], func(label string) string {
			part := heard.FindStringSubmatch(label)
			return part[1] + `="` + in.Plain(part[2]) + `"`
		}))
		last = at[1]
	}
	run(text[last:])
	return out.String()
}

// actions finds what a template puts into a run, and letter what words are of.
var (
	actions = regexp.MustCompile(`\{\{.*?\}\}`)
	letter  = regexp.MustCompile(`[A-Za-z]`)
)

// lettered reports whether a run has words of its own.
func lettered(run string) bool { return letter.MatchString(actions.ReplaceAllString(run, "")) }

// phrase is what code says: words with values, which may be phrases, lists of them, days and numbers.
type phrase struct {
	text   words.Text
	values []any
}

// phrased returns a phrase.
func phrased(text words.Text, values ...any) phrase { return phrase{text, values} }

// day is a day as RFC 3339 has it, or a time, that a phrase writes in words.
type day string

// list is written as a list: a, b and c.
type list []any

// series is written as items that stand side by side: a; b; c.
type series []any

// called is what a code of a kind is called in the catalogue; the code itself where it has no name there.
type called struct{ kind, code string }

// money is an amount with its unit.
type money struct {
	amount float64
	unit   string
}

// exact is a number with its decimals, and unitOf what it is of.
type (
	exact  float64
	unitOf string
)

// quoted is a text that comes with the data, such as a speaker's role. It is marked where it is in another language.
type quoted string

// said writes a value in a language: English words of the catalogue in its own.
func said(in words.Words, value any) string { return mount.Unmarked(marked(in, value)) }

// marked is said, with what is quoted from the data marked.
func marked(in words.Words, value any) string {
	switch v := value.(type) {
	case phrase:
		values := make([]any, len(v.values))
		for i, value := range v.values {
			if n, is := value.(int); is {
				values[i] = n // by which a plural is chosen
			} else {
				values[i] = marked(in, value)
			}
		}
		return in.Say(v.text, values...)
	case quoted:
		if in.Foreign(string(v)) {
			return mount.Mark(string(v))
		}
		return string(v)
	case list:
		texts := make([]string, len(v))
		for i, value := range v {
			texts[i] = marked(in, value)
		}
		return in.Listed(texts)
	case series:
		texts := make([]string, len(v))
		for i, value := range v {
			texts[i] = marked(in, value)
		}
		return strings.Join(texts, "; ")
	case called:
		if text, known := in.Label(v.kind, v.code); known {
			return text
		}
		return marked(in, quoted(strings.ReplaceAll(v.code, "_", " ")))
	case day:
		text, err := onDay(in, string(v))
		if err != nil {
			return string(v)
		}
		return text
	case money:
		return inMoney(in, v.amount, v.unit)
	case named:
		return marked(in, quoted(plainly(in, v)))
	case float64:
		return in.Number(math.Round(v), 0)
	case exact:
		return in.Number(float64(v), wholeOr(float64(v)))
	case unitOf:
		return in.Unit(string(v))
	case words.Text:
		return in.Say(v)
	case string:
		if in.Has(words.Text(v)) {
			return in.Say(words.Text(v))
		}
		return marked(in, quoted(v))
	}
	return fmt.Sprint(value)
}

// onDay writes an RFC 3339 date, with or without a time, as 22 December 2017.
func onDay(in words.Words, text string) (string, error) {
	t, err := time.Parse(time.DateOnly, text[:min(len(text), len(time.DateOnly))])
	return in.LongDay(t), err
}

type inKey struct{}

// inLanguage returns a context in which names are asked for in a language.
func inLanguage(ctx context.Context, in words.Words) context.Context {
	return context.WithValue(ctx, inKey{}, in)
}

// languageIn returns the language of a context, English where it has none.
func languageIn(ctx context.Context) words.Words {
	in, _ := ctx.Value(inKey{}).(words.Words)
	return in
}

// locales are the languages of pages as Open Graph has them.
var locales = map[string]string{"en": "en_GB", "ru": "ru_RU"}

// otherLanguage is the same page in a language.
type otherLanguage struct{ Code, Name, Path string }

// Languages lists the page in all languages, the other parameters kept.
func (f *frame) Languages() (all []otherLanguage) {
	for _, code := range words.Languages() {
		all = append(all, otherLanguage{code, words.In(code).Own(), inLang(f.Path, code)})
	}
	return all
}

// English is the path of the page in English, which is the one for readers of no known language.
func (f *frame) English() string { return inLang(f.Path, words.English) }

// langParameter finds the language in the query of an address.
var langParameter = regexp.MustCompile(`([?&])lang=[A-Za-z-]*(&|$)`)

// inLang returns a page's address in a language.
func inLang(address, code string) string {
	address, fragment, has := strings.Cut(address, "#")
	address = strings.TrimRight(langParameter.ReplaceAllString(address, "$1"), "?&")
	if code != words.English {
		sign := "?"
		if strings.Contains(address, "?") {
			sign = "&"
		}
		address += sign + langName + "=" + code
	}
	if has {
		address += "#" + fragment
	}
	return address
}

// pageLinks finds the links of a page to other pages of the site, as they are written.
var pageLinks = regexp.MustCompile(`(<a\b[^>]*? href=")(/[^"]*)("[^>]*)`)

// notPages are what a link leads to that has no language.
var notPages = []string{"/graphiql", "/schema", "/releases.atom"}

// keepLang has every link of a page to another page of the site keep its language: closed by default, so that no link
// needs to remember it.
func keepLang(in words.Words, page []byte) []byte {
	if in.IsEnglish() {
		return page
	}
	return pageLinks.ReplaceAllFunc(page, func(link []byte) []byte {
		part := pageLinks.FindSubmatch(link)
		path, _, _ := strings.Cut(string(part[2]), "?")
		last := path[strings.LastIndexByte(path, '/')+1:]
		isFile := strings.Contains(last, ".") || strings.Contains(string(part[0]), "data-lang") ||
			strings.Contains(path, "/export/") || strings.HasPrefix(last, "graphql")
		if isFile || slices.ContainsFunc(notPages, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) ||
			strings.Contains(string(part[2]), "lang=") {
			return link
		}
		address := strings.ReplaceAll(string(part[2]), "&amp;", "&")
		return []byte(string(part[1]) + strings.ReplaceAll(inLang(address, in.Code()), "&", "&amp;") + string(part[3]))
	})
}
