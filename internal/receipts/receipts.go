// Package receipts reads and writes proofs of what was answered: what was asked of which release, and the hash of the
// answer. All of it stands in a receipt's own address, so that nothing is kept and any server with the release can check it.
package receipts

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"homebound/internal/access"
	"homebound/internal/labour"
)

// Receipt is what was asked and what hash the answer had. It is of the text that came and the bytes that went over
// HTTP.
type Receipt struct {
	ContentHash  string         `json:"-"` // of the release, SHA-256 in hex
	ResultHash   string         `json:"-"` // SHA-256 of the answer's data, byte by byte as they were sent
	Release      int            `json:"r"`
	Document     string         `json:"d"` // as it was sent
	Operation    string         `json:"o,omitempty"`
	Variables    map[string]any `json:"v,omitempty"` // with the document's defaults
	Method       string         `json:"m"`           // the version of the definitions
	Confidential int            `json:"k,omitempty"` // the size that masking protects, 0 where no row is masked
}

// Bounds on receipts.
const (
	// MaxURL is the longest address, in characters: browsers, proxies and e-mail take as much.
	MaxURL = 6000
	// maxText is the longest text that is packed into an address, and that is ever unpacked from one, in bytes: few
	// characters can stand for very much.
	maxText = 64 << 10
)

// A receipt's id is, in base64url without padding: a byte for the version, the first 4 bytes of the SHA-256 of what
// follows, which tell an address that was cut off or mistyped, the two hashes, and the rest as JSON, deflated.
const (
	version    = 1
	checkBytes = 4
	hashBytes  = 2 * sha256.Size
	mostPads   = 64 // most blanks before the JSON
)

var encoding = base64.RawURLEncoding.Strict()

// Pack returns the id of a receipt. A Fault says why there is none.
func (r Receipt) Pack() (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("pack a receipt: %w", err)
	}
	if len(text) > maxText {
		return "", labour.Faultf(labour.LimitExceeded,
			"The document and its variables take %d bytes: expected at most %d in a receipt.", len(text), maxText)
	}
	if access.ContainsKey(string(text)) {
		return "", labour.Faultf(labour.BadUserInput, "The question has a key in it, which does not belong in an address.")
	}
	hashes, err := hex.DecodeString(r.ContentHash + r.ResultHash)
	if err != nil || len(hashes) != hashBytes {
		return "", fmt.Errorf("pack a receipt: expected two hashes, found %q and %q", r.ContentHash, r.ResultHash)
	}
	// Programs that look for addresses in a text leave out signs at their end, and a chance may look like a key. A blank
	// more before the JSON then makes another id of the same receipt.
	for pad := range mostPads {
		var packed bytes.Buffer
		packed.Write(hashes)
		deflate, err := flate.NewWriter(&packed, flate.BestCompression)
		if err != nil {
			return "", fmt.Errorf("pack a receipt: %w", err)
		}
		_, _ = deflate.Write(append(bytes.Repeat([]byte(" "), pad), text...)) // a buffer takes all
		_ = deflate.Close()
		sum := sha256.Sum256(packed.Bytes())
		id := encoding.EncodeToString(append(append([]byte{version}, sum[:checkBytes]...), packed.Bytes()...))
		if !strings.HasSuffix(id, "-") && !strings.HasSuffix(id, "_") && !access.ContainsKey(id) {
			return id, nil
		}
	}
	return "", errors.New("pack a receipt: no id is fit for an address")
}

var (
	// kept is an id of the receipts that servers kept, before they stood in their addresses.
	kept = regexp.MustCompile(`^[a-z2-7]{24}$`)
	// beside is what e-mail and prose put into an address or at its end.
	beside = regexp.MustCompile(`\s+|[./,;:!?'")>\]]+$`)
)

// ErrKept says that an id is of a receipt that a server kept once.
var ErrKept = labour.Faultf(labour.NotFound, "Receipts of this kind were kept by the server, which keeps none any more: "+
	"ask the question again with \"extensions\": {\"receipt\": true} for one that stands in its own address.")

// Unpack reads an id. A Fault says what is wrong with it: ErrKept for one of before.
func Unpack(id string) (r Receipt, err error) {
	id = beside.ReplaceAllString(id, "")
	unknown := labour.Faultf(labour.NotFound,
		"Expected a receipt's whole address as extensions.receipt has it, found one that was cut off or changed: %.40q.", id)
	if kept.MatchString(id) {
		return r, ErrKept
	}
	if len(id) > MaxURL {
		return r, unknown
	}
	packed, err := encoding.DecodeString(id)
	if err != nil || len(packed) < 1+checkBytes+hashBytes {
		return r, unknown
	}
	sum := sha256.Sum256(packed[1+checkBytes:])
	if !bytes.Equal(sum[:checkBytes], packed[1:1+checkBytes]) {
		return r, unknown
	}
	if packed[0] != version {
		return r, labour.Faultf(labour.NotFound, "Expected a receipt of version %d, found version %d: another version of the program made it.",
			version, packed[0])
	}
	hashes := packed[1+checkBytes:][:hashBytes]
	text, err := inflate(packed[1+checkBytes+hashBytes:])
	if err != nil {
		return r, labour.Faultf(labour.BadUserInput, "Expected a receipt of at most %d bytes unpacked: %v.", maxText, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil || r.Release < 1 || r.Document == "" || decoder.More() {
		return Receipt{}, unknown
	}
	r.ContentHash, r.ResultHash = hex.EncodeToString(hashes[:sha256.Size]), hex.EncodeToString(hashes[sha256.Size:])
	return r, nil
}

// inflate unpacks at most maxText bytes beside the blanks before them.
func inflate(packed []byte) ([]byte, error) {
	reader := flate.NewReader(bytes.NewReader(packed))
	text, err := io.ReadAll(io.LimitReader(reader, maxText+mostPads+1))
	switch {
	case err != nil:
		return nil, errors.New("it cannot be unpacked")
	case len(text) > maxText+mostPads:
		return nil, errors.New("found more")
	}
	return text, nil
}
