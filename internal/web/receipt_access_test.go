package web_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/site/sitetest"
	"homebound/internal/web"
)

func TestReceipt_IsShownToThoseWhoMayAskTheSame(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{RowsNeedKey: true})
	rows := "Bearer " + sitetest.AddKey(t, keys, access.Key{Name: "rows", Rows: true})
	_, ofRows := withReceipt(s, receiptQuery, map[string]any{"code": "RU-PRI"}, "Authorization", rows)
	require.NotEmpty(t, ofRows.ID)
	_, ofAll := withReceipt(s, `{report{rows{permitsIssued}}}`, nil, "Authorization", rows)

	verified, _ := verdictOn(s, ofAll.ID)
	assert.True(t, verified, "what a key asks that everybody may ask, everybody may verify")
	verified, _ = verdictOn(s, ofRows.ID, "Authorization", rows)
	assert.True(t, verified)
	refused := s.Get("/receipts/" + ofRows.ID)
	assert.Equal(t, http.StatusForbidden, refused.Status)
	assert.NotContains(t, refused.Body, "RU-PRI")

	s.Publish(200)
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	for _, id := range []string{ofRows.ID, ofAll.ID} {
		refused := s.Get("/receipts/" + id)
		assert.Equal(t, http.StatusForbidden, refused.Status, "it cannot be found out any more what the question shows")
		assert.NotContains(t, refused.Body, "query")
		verified, reason := verdictOn(s, id, "Authorization", rows)
		assert.False(t, verified)
		assert.Contains(t, reason, "no longer kept")
	}
}

func TestReceipt_IsPaidFor(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 25, Per: time.Hour}})
	answer, given := withReceipt(s, sitetest.NumberQuery, nil)
	assert.NotEmpty(t, given.ID)
	assert.Contains(t, answer.Header.Get("RateLimit"), "r=14;", "1 for the question and 10 for the receipt")
	answer, _ = withReceipt(s, sitetest.NumberQuery, nil)
	assert.Contains(t, answer.Header.Get("RateLimit"), "r=13;", "the same answer is kept, and costs what asking costs")
	_, second := withReceipt(s, sitetest.NumberQuery+" ", nil)
	assert.NotEmpty(t, second.ID)
	refused, none := withReceipt(s, sitetest.NumberQuery+"  ", nil)
	assert.Equal(t, http.StatusTooManyRequests, refused.Status)
	assert.Empty(t, none.ID)
	verified, _ := verdictOn(s, second.ID)
	assert.True(t, verified, "asking what is cached takes no more than 1")
}

func TestReceipt_TrustedDocumentsStayTheOnlyOnes(t *testing.T) {
	s, keys := sitetest.Guarded(t, web.Access{})
	bound := "Bearer " + sitetest.AddKey(t, keys, access.Key{Name: "bound", TrustedOnly: true})
	refused, none := withReceipt(s, sitetest.NumberQuery, nil, "Authorization", bound)
	assert.Equal(t, http.StatusForbidden, refused.Status)
	assert.Empty(t, none.ID)
	_, given := withReceipt(s, sitetest.NumberQuery, nil)
	assert.Equal(t, http.StatusForbidden, s.Get("/receipts/"+given.ID, "Authorization", bound).Status, "a receipt is no way around")
}
