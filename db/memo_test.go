package db

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMemo_IsBounded(t *testing.T) {
	var m memo[int]
	key := func(n int) (d digest) {
		binary.LittleEndian.PutUint64(d[:], uint64(n))
		return d
	}
	for n := range 100 {
		m.put(key(n), n, maxMemo/10)
		value, kept := m.get(key(n))
		assert.True(t, kept, "the newest")
		assert.Equal(t, n, value)
		assert.LessOrEqual(t, m.size, maxMemo)
	}
	assert.Len(t, m.kept, 9)
	m.put(key(1000), 1000, maxMemo)
	_, kept := m.get(key(1000))
	assert.False(t, kept, "too large by itself")
	assert.Len(t, m.kept, 9)
}
