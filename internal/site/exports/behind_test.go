package exports

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestBehind_PassesOnWhatIsMade sends files of many sizes, with the disk lent and without.
func TestBehind_PassesOnWhatIsMade(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, mebibytes := range []int{0, 64} {
		b := newBehind(mebibytes)
		for _, size := range []int{0, 1, behindInMemory, 3*behindInMemory + 1, 2<<20 + 7} {
			want := make([]byte, size)
			for i := range want {
				want[i] = byte(random.IntN(256))
			}
			var got bytes.Buffer
			made := 0
			require.NoError(t, b.send(&got, func(to io.Writer) error {
				for rest := want; len(rest) > 0; {
					n, err := to.Write(rest[:min(len(rest), 1+random.IntN(100_000))])
					if err != nil {
						return err
					}
					rest = rest[n:]
				}
				return nil
			}, func() { made++ }))
			assert.True(t, bytes.Equal(want, got.Bytes()), "%d bytes, %d MiB", size, mebibytes)
			assert.Equal(t, 1, made)
		}
	}
}

// TestBehind_EndsWithWhoeverFails lets the client fail, the making, and the making by a panic; the disk is free again.
func TestBehind_EndsWithWhoeverFails(t *testing.T) {
	b := newBehind(64)
	gone, broken := errors.New("gone"), errors.New("broken")
	forever := func(to io.Writer) error {
		for {
			if _, err := to.Write(make([]byte, partSize)); err != nil {
				return err
			}
		}
	}
	assert.ErrorIs(t, b.send(failing{gone}, forever, func() {}), gone)
	assert.ErrorIs(t, b.send(io.Discard, func(io.Writer) error { return broken }, func() {}), broken)
	assert.PanicsWithValue(t, "no", func() { _ = b.send(io.Discard, func(io.Writer) error { panic("no") }, func() {}) })
	assert.True(t, b.disk.TryAcquire(64<<20))
}

// failing is a client that has gone away.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
