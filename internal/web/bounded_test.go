package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestResources_BoundWhatTheyAreAskedWith(t *testing.T) {
	s := newSiteWithRelease(t)
	for _, path := range []string{"/charts/stock.svg?region=", "/releases/1/charts/stock.svg?region=", "/export/permits.csv?within=", "/embed/stock?region=", "/oembed?url="} {
		long := s.get(path + strings.Repeat("a", 20_000))
		assert.Equal(t, http.StatusRequestURITooLong, long.status, path)
		wrong := s.get(path + strings.Repeat("a", 10_000))
		assert.Equal(t, http.StatusNotFound, wrong.status, path)
		assert.Less(t, len(wrong.body), 2000, "%s: a message says the beginning of what was found", path)
	}
}
