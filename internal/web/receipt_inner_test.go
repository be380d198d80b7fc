package web

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ReceiptFields are what a receipt says, for tests that make receipts of their own.
type ReceiptFields = receipt

// PackReceipt returns the id of a receipt.
func PackReceipt(r ReceiptFields) (string, error) { return r.pack() }

// UnpackReceipt reads an id.
func UnpackReceipt(id string) (ReceiptFields, error) { return unpackReceipt(id) }

// ReceiptOf returns the id of any bytes in the place of the deflated text.
func ReceiptOf(t testing.TB, version byte, text []byte) string {
	t.Helper()
	var packed bytes.Buffer
	packed.Write(make([]byte, receiptHashes))
	deflate, err := flate.NewWriter(&packed, flate.BestCompression)
	require.NoError(t, err)
	_, err = deflate.Write(text)
	require.NoError(t, err)
	require.NoError(t, deflate.Close())
	sum := sha256.Sum256(packed.Bytes())
	return receiptEncoding.EncodeToString(append(append([]byte{version}, sum[:receiptCheck]...), packed.Bytes()...))
}

// Whatever stands in an address: it is refused, or the receipt that is read of it packs into an id of the same. Reading
// it unpacks no more than it may.
func FuzzReceipt(f *testing.F) {
	hash := hex.EncodeToString(make([]byte, sha256.Size))
	whole, err := receipt{ContentHash: hash, ResultHash: hash, Release: 7, Document: "{ release { number } }", Method: "2.0",
		Variables: object{"code": "RU-PRI", "n": 1.5}}.pack()
	require.NoError(f, err)
	for _, id := range []string{whole, whole[:len(whole)-1], whole + ".", whole + "/", "", ".", "a b", "aaaaaaaaaaaaaaaaaaaaaaaa", "\x00",
		ReceiptOf(f, receiptVersion, []byte(`{}`)), ReceiptOf(f, receiptVersion, make([]byte, 4<<20)), ReceiptOf(f, 2, nil)} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		r, err := unpackReceipt(id)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		again, err := r.pack()
		if err != nil {
			return // it has a key in it, which nobody is given a receipt of
		}
		same, err := unpackReceipt(again)
		require.NoError(t, err)
		assert.Equal(t, r, same)
	})
}
