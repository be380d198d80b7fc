package db

import (
	"crypto/sha256"
	"sync"
)

// digest stands for all that something was computed from.
type digest [sha256.Size]byte

// and returns the digest of this and others.
func (d digest) and(others ...[sha256.Size]byte) digest {
	text := d[:]
	for _, other := range others {
		text = append(text, other[:]...)
	}
	return sha256.Sum256(text)
}

// memo keeps what was computed from a release, which never changes, by a digest of what was asked of it.
type memo[T any] struct {
	mu   sync.Mutex
	kept map[digest]sized[T]
	size int
}

type sized[T any] struct {
	value T
	size  int
}

// maxMemo bounds the sizes of all that one memo keeps, in numbers or codes: 16 MB of numbers.
const maxMemo = 2_000_000

func (m *memo[T]) get(key digest) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entry, known := m.kept[key]
	return entry.value, known
}

// put keeps a value, and drops others to make room. What is too large by itself is not kept.
func (m *memo[T]) put(key digest, value T, size int) {
	size += 100 // what the entry itself takes
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.kept[key]; known || size > maxMemo {
		return
	}
	if m.kept == nil {
		m.kept = map[digest]sized[T]{}
	}
	for other, entry := range m.kept {
		if m.size+size <= maxMemo {
			break
		}
		delete(m.kept, other)
		m.size -= entry.size
	}
	m.kept[key] = sized[T]{value, size}
	m.size += size
}
