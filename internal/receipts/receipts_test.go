package receipts

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homebound/internal/labour"
)

// packedAs returns the id of any bytes in the place of the deflated text.
func packedAs(t testing.TB, of byte, text []byte) string {
	t.Helper()
	var packed bytes.Buffer
	packed.Write(make([]byte, hashBytes))
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	_, err = deflate.Write(text)
	require.NoError(t, err)
	require.NoError(t, deflate.Close())
	sum := sha256.Sum256(packed.Bytes())
	return encoding.EncodeToString(append(append([]byte{of}, sum[:checkBytes]...), packed.Bytes()...))
}

// Whatever stands in an address: it is refused, or the receipt that is read of it packs into an id of the same. Reading
// it unpacks no more than it may.
func FuzzReceipt(f *testing.F) {
	hash := hex.EncodeToString(make([]byte, sha256.Size))
	whole, err := Receipt{ContentHash: hash, ResultHash: hash, Release: 7, Document: "{ release { number } }", Method: "2.0",
		Variables: map[string]any{"code": "RU-PRI", "n": 1.5}}.Pack()
	require.NoError(f, err)
	for _, id := range []string{whole, whole[:len(whole)-1], whole + ".", whole + "/", "", ".", "a b", "aaaaaaaaaaaaaaaaaaaaaaaa", "\x00",
		packedAs(f, version, []byte(`{}`)), packedAs(f, version, make([]byte, 4<<20)), packedAs(f, 2, nil)} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		r, err := Unpack(id)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		again, err := r.Pack()
		if err != nil {
			return // it has a key in it, which nobody is given a receipt of
		}
		same, err := Unpack(again)
		require.NoError(t, err)
		assert.Equal(t, r, same)
	})
}

func TestUnpack_OfHostileTexts(t *testing.T) {
	bomb := packedAs(t, version, bytes.Repeat([]byte(" "), 4<<20))
	require.Less(t, len(bomb), MaxURL)
	for id, code := range map[string]labour.Code{
		packedAs(t, 2, nil):       labour.NotFound, // of a version to come
		packedAs(t, version, nil): labour.NotFound,
		packedAs(t, version, []byte(`{"r":1,"d":"{a}","m":"","x":1}`)): labour.NotFound,
		packedAs(t, version, []byte(`{"r":-1,"d":"{a}","m":""}`)):      labour.NotFound,
		bomb: labour.BadUserInput,
	} {
		_, err := Unpack(id)
		var fault *labour.Fault
		require.ErrorAs(t, err, &fault, "%.60s", id)
		assert.Equal(t, code, fault.Code, "%.60s", id)
	}
	r, err := Unpack(packedAs(t, version, []byte(`{"r":1,"d":"mutation{a}","m":""}`)))
	require.NoError(t, err, "what it asks is for the executor to refuse")
	assert.Equal(t, "mutation{a}", r.Document)
}
