package words

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homebound/internal/labour"
)

func TestWords_RetellFaults(t *testing.T) {
	ru := In("ru")
	for _, c := range []struct{ fault, retold string }{
		{labour.Faultf(labour.NotFound, "There is no %s %.80q in this release.", "region", "XX").Error(),
			`В этом выпуске не найдено (регион): "XX".`},
		{labour.Faultf(labour.NotFound, "There is no release %d; this server holds releases %d to %d.", 2020, 1, 2019).Error(),
			"Нет выпуска 2020; на этом сервере есть выпуски с 1 по 2019."},
		{labour.Faultf(labour.BadUserInput, "Expected for %.80s one of %s, found %.80q.", "basis", "A, B", `x", found "y`).Error(),
			`Для basis ожидается одно из: A, B; получено "x\", found \"y".`},
		{"Nothing is at this address. It may have been mistyped, or cut short by a mail.",
			"По этому адресу ничего нет. Возможно, в нём опечатка или его обрезала почтовая программа."},
		{"The key has expired or was revoked.", "Срок ключа истёк, или ключ отозван."},
	} {
		text, translated := ru.Retold(c.fault)
		assert.Equal(t, c.retold, text)
		assert.True(t, translated, c.fault)
		text, translated = Words{}.Retold(c.fault)
		assert.Equal(t, c.fault, text)
		assert.True(t, translated)
	}
	for _, other := range []string{"", "Something else.", "%s", "There is no release 7", "100 % of it is new."} {
		text, translated := ru.Retold(other)
		assert.Equal(t, other, text)
		assert.False(t, translated, other)
	}
}

func TestWords_TellWhatIsInAnotherLanguage(t *testing.T) {
	for text, foreign := range map[string]bool{"": false, "12 000 – 15 000": false, "Reuters": true, "Газета (Reuters)": false} {
		assert.Equal(t, foreign, In("ru").Foreign(text), text)
		assert.False(t, Words{}.Foreign(text), text)
	}
}
