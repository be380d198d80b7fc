package folding_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/folding"
)

func TestFold(t *testing.T) {
	for _, alike := range [][]string{
		{"Harbour Builders", "harbour\u00a0BUILDERS", " harbour  builders ", "ｈarbour builders"},
		{"Straße", "STRASSE", "strasse"},
		{"Йод", "и\u0306од", "ИОД"},
		{"Ёлка", "елка", "ЕЛКА", "е\u0308лка"},
		{"Compañía", "compan\u0303ia", "COMPANIA"},
		{"ﬁrst", "FIRST"},
	} {
		for _, text := range alike {
			assert.Equal(t, folding.Fold(alike[0]), folding.Fold(text), "%q", text)
		}
	}
	assert.Empty(t, folding.Words(" \u00a0"))
	assert.True(t, folding.HasWords(folding.Fold("Northern Timber, Amur"), folding.Words("amur TIMBER")))
	assert.False(t, folding.HasWords(folding.Fold("Northern Timber"), folding.Words("amur timber")))
}

func TestSorter_SortsAsADictionaryDoes(t *testing.T) {
	names := []string{"Яхонт", "beta", "Жук", "Zeta", "Ёлка", "Alpha", "Артель", "Élan", "Елка", "elan"}
	s := folding.NewSorter()
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(s.Key(a), s.Key(b)) })
	assert.Equal(t, []string{"Alpha", "beta", "elan", "Élan", "Zeta", "Артель", "Елка", "Ёлка", "Жук", "Яхонт"}, names)
}
