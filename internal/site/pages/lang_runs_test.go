package pages

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/words"
)

// TestTemplates_AreInEveryLanguage looks for runs of words in the pages that a language has no words for, and for
// translations that put in other values than the English does.
func TestTemplates_AreInEveryLanguage(t *testing.T) {
	for name, text := range map[string]string{"layout": layoutText, "home": homeText, "chart": chartText, "region": regionText,
		"regions": regionsText, "claims": claimsText, "claim": claimText, "changes": changesText, "notice": noticeText} {
		for _, code := range words.Languages() {
			if code == words.English {
				continue
			}
			for _, run := range runsOf(text) {
				if assert.True(t, words.In(code).Has(words.Text(run)), "%s.html: %s has no words for %q", name, code, run) {
					for _, action := range actions.FindAllString(run, -1) {
						assert.Contains(t, words.In(code).Plain(run), action, "%s.html: %s: %q", name, code, run)
					}
				}
			}
		}
	}
}

// runsOf lists the texts of a template.
func runsOf(text string) (runs []string) {
	last := 0
	add := func(text string) {
		if run := strings.TrimSpace(text); lettered(run) {
			runs = append(runs, run)
		}
	}
	for _, at := range pieces.FindAllStringIndex(text, -1) {
		add(text[last:at[0]])
		for _, label := range heard.FindAllStringSubmatch(text[at[0]:at[1]], -1) {
			add(label[2])
		}
		last = at[1]
	}
	add(text[last:])
	return runs
}
