package port

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParameters_AskForLocalNamesOnceADocument(t *testing.T) {
	p := NewParameters(contract(t))
	const document = "{ regions { nodes { code name english: name(language: EN) } } }"
	const local = "{ regions { nodes { code name(language: LOCAL) english: name(language: EN) } } }"
	assert.Equal(t, document, p.Named(document, false))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { assert.Equal(t, local, p.Named(document, true)) })
	}
	all.Wait()
	assert.Equal(t, map[string]*string{document: new(local)}, maps.Collect(p.local.All()))
	assert.Equal(t, local, Parameters{Schema: p.Schema}.Named(document, true), "without keeping")
	assert.Equal(t, "{ nothing }", p.Named("{ nothing }", true), "what is no question is refused when it is asked")
	for i := range 2 * mostLocal {
		p.Named(fmt.Sprintf("{ release { number } } # %d", i), true)
	}
	p.local.CleanUp()
	assert.Len(t, maps.Collect(p.local.All()), mostLocal)
}
