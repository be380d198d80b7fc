package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/access"
	"homebound/internal/receipts"
	"homebound/internal/site/sitetest"
	"homebound/internal/testsize"
	"homebound/internal/web"
)

func TestReceipt_IsShownToThoseWhoMayAskTheSame(t *testing.T) {
	testsize.Long(t)
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
	refused = s.Get("/receipts/" + ofRows.ID)
	assert.Equal(t, http.StatusForbidden, refused.Status, "the current release would be asked")
	reproduced, reason := verdictOn(s, ofRows.ID, "Authorization", rows)
	assert.False(t, reproduced)
	assert.Contains(t, reason, "not kept here")
}

func TestReceipt_IsPaidFor(t *testing.T) {
	s, _ := sitetest.Guarded(t, web.Access{AnonymousBudget: access.Budget{Cost: 25, Per: time.Hour}})
	answer, given := withReceipt(s, sitetest.NumberQuery, nil)
	assert.NotEmpty(t, given.ID)
	assert.Contains(t, answer.Header.Get("RateLimit"), "r=24;", "the question alone")
	document := `{ report { rows { permitsIssued } } }`
	for range 10 {
		_, given = withReceipt(s, document, nil)
	}
	asked := 0
	for ; s.Get("/receipts/"+given.ID).Status == http.StatusOK; asked++ {
		require.Less(t, asked, 30, "looking at receipts is paid for")
	}
	spent := s.Get("/receipts/" + given.ID)
	assert.Equal(t, http.StatusTooManyRequests, spent.Status)
	assert.NotEmpty(t, spent.Header.Get("Retry-After"))
	assert.NotContains(t, spent.Body, "permitsIssued")
}

func TestReceipt_TrustedDocumentsStayTheOnlyOnes(t *testing.T) {
	testsize.Long(t)
	s, keys := sitetest.Guarded(t, web.Access{})
	bound := "Bearer " + sitetest.AddKey(t, keys, access.Key{Name: "bound", TrustedOnly: true})
	refused, none := withReceipt(s, sitetest.NumberQuery, nil, "Authorization", bound)
	assert.Equal(t, http.StatusForbidden, refused.Status)
	assert.Empty(t, none.ID)
	_, given := withReceipt(s, sitetest.NumberQuery, nil)
	assert.Equal(t, http.StatusForbidden, s.Get("/receipts/"+given.ID, "Authorization", bound).Status, "a receipt is no way around")
	s.Publish(200)
	_, err := s.Store.Prune(1)
	require.NoError(t, err)
	assert.Equal(t, http.StatusForbidden, s.Get("/receipts/"+given.ID, "Authorization", bound).Status,
		"also where nothing can be asked any more")
}

func TestReceipt_OfATrustedDocumentIsOpenedWhereNoOtherIs(t *testing.T) {
	listed := filepath.Join(t.TempDir(), "trusted.json")
	require.NoError(t, os.WriteFile(listed, mustJSON(t, map[string]string{sha(sitetest.NumberQuery): sitetest.NumberQuery}), 0o644))
	documents, err := web.ReadDocuments(listed)
	require.NoError(t, err)
	s, _ := sitetest.Guarded(t, web.Access{Trusted: documents, TrustedOnly: true})
	_, given := withReceipt(s, sitetest.NumberQuery, nil)
	require.NotEmpty(t, given.ID)
	assert.True(t, shownOf(s, given.ID).Reproduced)
	forged := forge(s, given.ID, func(r *receipts.Receipt) { r.Document = "{ report { rows { permitsIssued } } }" })
	refused := s.Get("/receipts/" + forged)
	assert.Equal(t, http.StatusForbidden, refused.Status)
	assert.Equal(t, "Trusted documents alone are answered here, and that of this receipt is none of them.", refused.Failure(t).Message)
}
