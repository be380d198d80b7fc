package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/web"
)

func TestReceipt_IsShownToThoseWhoMayAskTheSame(t *testing.T) {
	s, keys := guarded(t, web.Access{RowsNeedKey: true})
	rows := "Bearer " + addKey(t, keys, access.Key{Name: "rows", Rows: true})
	_, ofRows := s.withReceipt(receiptQuery, map[string]any{"code": "RU-PRI"}, "Authorization", rows)
	require.NotEmpty(t, ofRows.ID)
	_, ofAll := s.withReceipt(`{report{rows{permitsIssued}}}`, nil, "Authorization", rows)

	verified, _ := s.verdict(ofAll.ID)
	assert.True(t, verified, "what a key asks that everybody may ask, everybody may verify")
	verified, _ = s.verdict(ofRows.ID, "Authorization", rows)
	assert.True(t, verified)
	refused := s.get("/receipts/" + ofRows.ID)
	assert.Equal(t, http.StatusForbidden, refused.status)
	assert.NotContains(t, refused.body, "RU-PRI")

	s.publish(200)
	_, err := s.store.Prune(1)
	require.NoError(t, err)
	for _, id := range []string{ofRows.ID, ofAll.ID} {
		refused := s.get("/receipts/" + id)
		assert.Equal(t, http.StatusForbidden, refused.status, "it cannot be found out any more what the question shows")
		assert.NotContains(t, refused.body, "query")
		verified, reason := s.verdict(id, "Authorization", rows)
		assert.False(t, verified)
		assert.Contains(t, reason, "no longer kept")
	}
}

func TestReceipt_IsPaidFor(t *testing.T) {
	s, _ := guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 25, Per: time.Hour}})
	answer, given := s.withReceipt(numberQuery, nil)
	assert.NotEmpty(t, given.ID)
	assert.Contains(t, answer.header.Get("RateLimit"), "r=14;", "1 for the question and 10 for the receipt")
	answer, _ = s.withReceipt(numberQuery, nil)
	assert.Contains(t, answer.header.Get("RateLimit"), "r=13;", "the same answer is kept, and costs what asking costs")
	_, second := s.withReceipt(numberQuery+" ", nil)
	assert.NotEmpty(t, second.ID)
	refused, none := s.withReceipt(numberQuery+"  ", nil)
	assert.Equal(t, http.StatusTooManyRequests, refused.status)
	assert.Empty(t, none.ID)
	verified, _ := s.verdict(second.ID)
	assert.True(t, verified, "asking what is cached takes no more than 1")
}

func TestReceipt_TrustedDocumentsStayTheOnlyOnes(t *testing.T) {
	s, keys := guarded(t, web.Access{})
	bound := "Bearer " + addKey(t, keys, access.Key{Name: "bound", TrustedOnly: true})
	refused, none := s.withReceipt(numberQuery, nil, "Authorization", bound)
	assert.Equal(t, http.StatusForbidden, refused.status)
	assert.Empty(t, none.ID)
	_, given := s.withReceipt(numberQuery, nil)
	assert.Equal(t, http.StatusForbidden, s.get("/receipts/"+given.ID, "Authorization", bound).status, "a receipt is no way around")
}
