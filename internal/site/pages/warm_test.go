package pages_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

// statements counts the SQL statements that the answers to readers have taken so far.
func statementsOf(s *sitetest.Site) string {
	return regexp.MustCompile(`(?m)^homebound_sql_statements_total (\S+)$`).FindStringSubmatch(s.Get("/metrics").Body)[1]
}

func TestWarm_LeavesTheFirstReaderNothingToComputeOfAnyRelease(t *testing.T) {
	testsize.Long(t)
	s := sitetest.New(t, func(c *web.Config) { c.ShowMetrics, c.CacheBytes = true, 64<<20 })
	require.ErrorIs(t, s.Pages.Warm(t.Context()), db.ErrNoRelease)
	for range 2 {
		s.Publish(300)
		before := statementsOf(s)
		require.NoError(t, s.Pages.Warm(t.Context()))
		page := s.Get("/")
		assert.Contains(t, page.Body, "Far Eastern Federal District")
		assert.Equal(t, before, statementsOf(s))
	}
}

func TestWarm_ReadsNothingWhereNobodyMayComeWithoutAKey(t *testing.T) {
	s := sitetest.WithRelease(t, func(c *web.Config) { c.Access.RefuseAnonymous = true })
	require.NoError(t, s.Pages.Warm(t.Context()))
}
