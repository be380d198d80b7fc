package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/site/sitetest"
)

func TestResources_BoundWhatTheyAreAskedWith(t *testing.T) {
	s := sitetest.WithRelease(t)
	for _, path := range []string{"/charts/stock.svg?region=", "/releases/1/charts/stock.svg?region=", "/export/permits.csv?within=", "/embed/stock?region=", "/oembed?url="} {
		long := s.Get(path + strings.Repeat("a", 20_000))
		assert.Equal(t, http.StatusRequestURITooLong, long.Status, path)
		wrong := s.Get(path + strings.Repeat("a", 10_000))
		assert.Equal(t, http.StatusNotFound, wrong.Status, path)
		assert.Less(t, len(wrong.Body), 2000, "%s: a message says the beginning of what was found", path)
	}
}
