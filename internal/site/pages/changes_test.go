package pages_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/exchange"
	"homebound/internal/site/sitetest"
	"homebound/internal/synth"
	"homebound/internal/testsize"
)

// corrected writes the default package with other texts in one of its files.
func corrected(t *testing.T, file string, texts ...string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, exchange.WriteDefault(t.Context(), dir, synth.Config{Permits: 300, Seed: 1}))
	name := filepath.Join(dir, file)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	changed := strings.NewReplacer(texts...).Replace(string(text))
	require.NotEqual(t, string(text), changed)
	require.NoError(t, os.WriteFile(name, []byte(changed), 0o644))
	return dir
}

func TestChanges_ACorrectedFigureIsToldWithWhatItMoved(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	s.Load(corrected(t, "observations.csv", ",30023,", ",31023,"))

	reply := s.Get("/changes")
	require.Equal(t, http.StatusOK, reply.Status)
	page := words(reply.Body)
	says(t, page, "What release 2 changed")
	says(t, page, "release 1, the one before it")
	says(t, page, "Russian Federation 31 December 2017 30,023 31,023", "the figure with both values")
	says(t, page, "Before: left open. Now: another number is known.", "the claim that repeats the figure as it was")
	says(t, page, "observations: 0 added, 0 removed, 1 changed")
	says(t, page, "2017-12-31, KBS World (UN report), workers: 31,023, before 30,023", "the picture that it moved")
	saysNot(t, page, "permits:")

	assert.Equal(t, reply.Body, s.Get("/releases/2/changes").Body)
	first := words(s.Get("/releases/1/changes").Body)
	says(t, first, "There is no release before it to hold it against")
	says(t, first, "What release 2 changed")
	says(t, s.Get("/releases.atom").Body, "/releases/2/changes")
	assert.Equal(t, http.StatusNotFound, s.Get("/releases/3/changes").Status)
}

func TestChanges_AVerdictThatAFigureTurned(t *testing.T) {
	testsize.Long(t)
	s := sitetest.WithRelease(t)
	s.Load(corrected(t, "claims.csv", "no fewer than 12,000 permits", "no fewer than 12,001 permits"))
	page := words(s.Get("/changes").Body)
	says(t, page, "No published figure was added, withdrawn or corrected.")
	says(t, page, "No statement is judged otherwise than before.", "a statement that is worded otherwise is judged alike")
	says(t, page, "claims: 0 added, 0 removed, 1 changed")
	says(t, page, "No picture of the first page shows another figure.")
}

func TestChanges_MaskedRowsAreNotCounted(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t)
	s.Load(realRegister(t, 300, 5))
	s.Load(realRegister(t, 310, 5))
	says(t, words(s.Get("/changes").Body), "permits: not told, since single rows would tell of few workers")
}
