package evidence_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"homebound/internal/answers/evidence"
	"homebound/internal/labour"
)

// The verdicts on the claims of the default package, each read as a lawyer of the person quoted would. Whoever changes one
// says why.
func TestDecide_TheClaimsOfTheDefaultPackage(t *testing.T) {
	decided := map[string]labour.Verdict{
		"C063": labour.Inconsistent, // about 24,000 at the end of 2017, where Russia reported 30,023 to the United Nations
		"C069": labour.Consistent,   // 11,000 in December 2018, where Russia reported 11,490
		"C171": labour.Consistent,   // about 10,000 in Primorye on 6 March 2018, as the krai said in February
	}
	w, claims := seedWorld(t)
	begun := time.Now()
	checked := 0
	for _, c := range claims {
		got, ok := w.Decide(c, nil)
		assert.Equal(t, evidence.Checkable(c), ok, c.ID)
		if !ok {
			continue
		}
		checked++
		want := decided[c.ID]
		if want == "" {
			want = labour.Undecided
		}
		assert.Equal(t, want, got.Verdict, "%s: %s", c.ID, got.Explanation)
		assert.NotRegexp(t, `[A-Z]{2,}_|UNDECIDED|CONSISTENT|_per_|\d{5}`, got.Explanation, c.ID)
		if got.Verdict == labour.Undecided {
			assert.Regexp(t, ` would decide`, got.Explanation, c.ID)
		}
		for _, p := range got.Evidence {
			assert.NotEmpty(t, p.Query, c.ID)
		}
	}
	assert.Equal(t, 63, checked)
	assert.Less(t, time.Since(begun), time.Second, "all claims at once; a tenth of that where nobody else works")
	if path := os.Getenv("HOMEBOUND_VERDICTS"); path != "" {
		write(t, w, claims, path)
	}
}

// write keeps the verdicts for a reader, where asked for.
func write(t *testing.T, w *evidence.World, claims []labour.Claim, path string) {
	t.Helper()
	all := map[string]evidence.Check{}
	for _, c := range claims {
		if check, ok := w.Decide(c, nil); ok {
			check.Allowed, check.Possible = nil, nil // infinities have no JSON
			all[c.ID] = check
		}
	}
	text, err := json.MarshalIndent(all, "", " ")
	assert.NoError(t, err)
	assert.NoError(t, os.WriteFile(path, text, 0o600))
}
