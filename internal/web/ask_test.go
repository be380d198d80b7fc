package web

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/graph/model"
)

// What was read together for one question is not read again for the next one of the same request, nor kept until
// its end.
func TestAsk_KeepsNothingOfTheQuestionBefore(t *testing.T) {
	one, other := 1, 2
	var together []int
	asked := loopback{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resolve := func(parents []*int) ([]int, error) {
			together = append(together, len(parents))
			return make([]int, len(parents)), nil
		}
		_, err := model.Together(r.Context(), []*int{&one}, resolve)
		assert.NoError(t, err)
		model.Gather(r.Context(), []*int{&one, &other})
		_, err = model.Together(r.Context(), []*int{&other}, resolve)
		assert.NoError(t, err)
		_, _ = io.WriteString(w, `{"data": {}}`)
	})}
	request := model.WithBatches(t.Context())
	for range 2 {
		require.NoError(t, asked.ask(request, "{ release { number } }", nil, &struct{}{}))
	}
	assert.Equal(t, []int{1, 2, 1, 2}, together)
}
