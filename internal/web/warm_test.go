package web_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/db"
	"homebound/internal/web"
)

// statements gives how many SQL statements the answers to readers have taken so far.
func (s *site) statements() string {
	return regexp.MustCompile(`(?m)^homebound_sql_statements_total (\S+)$`).FindStringSubmatch(s.get("/metrics").body)[1]
}

func TestWarm_LeavesTheFirstReaderNothingToComputeOfAnyRelease(t *testing.T) {
	s := newSite(t, func(c *web.Config) { c.ShowMetrics, c.CacheBytes = true, 64<<20 })
	require.ErrorIs(t, s.site.Warm(t.Context()), db.ErrNoRelease)
	for range 2 {
		s.publish(300)
		before := s.statements()
		require.NoError(t, s.site.Warm(t.Context()))
		page := s.get("/")
		assert.Contains(t, page.body, "Far Eastern Federal District")
		assert.Equal(t, before, s.statements())
	}
}

func TestWarm_ReadsNothingWhereNobodyMayComeWithoutAKey(t *testing.T) {
	s := newSiteWithRelease(t, func(c *web.Config) { c.Access.RefuseAnonymous = true })
	require.NoError(t, s.site.Warm(t.Context()))
}
