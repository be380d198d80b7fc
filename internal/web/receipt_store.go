package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"homebound/db"
	"homebound/internal/atomicfile"
	"homebound/internal/labour"
)

// receipt is what was asked and what hash the answer had. It is of the text that came and the bytes that went over
// HTTP, and so it is kept here and not with the releases.
type receipt struct {
	Release       int            `json:"release"`
	ContentHash   string         `json:"contentHash"` // of the release
	Document      string         `json:"document"`    // as it was sent
	OperationName string         `json:"operationName,omitempty"`
	OperationHash string         `json:"operationHash"` // SHA-256 of the document, in hex
	Variables     map[string]any `json:"variables"`     // with the document's defaults
	ResultHash    string         `json:"resultHash"`    // SHA-256 of the answer's data, byte by byte as they were sent
	MethodVersion string         `json:"methodVersion"`
	Confidential  int            `json:"confidential"` // the size that masking protects, 0 where no row is masked
	Rows          rowAccess      `json:"rows"`         // of the principal
}

// rowAccess says how far a principal may read single permits and repatriations; each allows what those before it do.
type rowAccess string

const (
	rowsForbidden rowAccess = "FORBIDDEN" // not without a key
	rowsOpen      rowAccess = "OPEN"      // as everybody
	rowsByKey     rowAccess = "KEY"       // by a key, where real rows are masked too
)

var rowAccesses = []rowAccess{rowsForbidden, rowsOpen, rowsByKey}

func (a allowance) rowAccess() rowAccess {
	switch {
	case a.rows:
		return rowsByKey
	case a.noRows:
		return rowsForbidden
	}
	return rowsOpen
}

// Bounds on what is kept.
const (
	maxReceipt      = 256 << 10 // bytes of one
	maxReceiptBytes = 512 << 20 // of all
)

// receiptStore keeps receipts as DATA/receipts/<id>.json. The id is made of the file's bytes, so that the same
// answer has the same receipt, whoever asks and however often, and a file that was changed is found out.
type receiptStore struct {
	store *db.Store
	most  int // receipts; 0 sets no bound

	mu      sync.Mutex
	counted bool
	number  int
	bytes   int64
}

func (s *receiptStore) dir() string { return filepath.Join(s.store.Dir(), "receipts") }

var (
	receiptFile = regexp.MustCompile(`^[a-z2-7]{24}\.json$`)
	halfWritten = regexp.MustCompile(`^[a-z2-7]{24}\.json\.[0-9]+$`) // as replaceFile names it
)

// receiptID returns the first 120 bits of the SHA-256 of a receipt's file, in base32.
func receiptID(text []byte) string {
	sum := sha256.Sum256(text)
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").EncodeToString(sum[:15])
}

// keep writes a receipt, unless it is there. A Fault says that there is no room for it.
func (s *receiptStore) keep(r receipt) (id string, err error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("keep a receipt: %w", err)
	}
	text = append(text, '\n')
	if len(text) > maxReceipt {
		return "", labour.Faultf(labour.LimitExceeded,
			"A receipt for this question would take %d bytes: expected at most %d. Ask with a shorter document or fewer variables.", len(text), maxReceipt)
	}
	id = receiptID(text)
	path := filepath.Join(s.dir(), id+".json")
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, err := os.ReadFile(path)
	if err == nil && bytes.Equal(kept, text) {
		return id, nil
	}
	isNew := errors.Is(err, fs.ErrNotExist)
	if err := s.count(); err != nil {
		return "", fmt.Errorf("keep a receipt: %w", err)
	}
	if isNew && (s.most > 0 && s.number >= s.most || s.bytes+int64(len(text)) > maxReceiptBytes) {
		return "", labour.Faultf(labour.LimitExceeded,
			"This server has no room for more receipts: it keeps %d. The answer can be had without one, and its release and query stay a way to ask again.", s.number)
	}
	if err := os.MkdirAll(s.dir(), 0o755); err != nil {
		return "", fmt.Errorf("keep a receipt: %w", err)
	}
	if err := atomicfile.Write(path, text, 0o600); err != nil {
		return "", fmt.Errorf("keep a receipt: %w", err)
	}
	if isNew {
		s.number++
		s.bytes += int64(len(text))
	}
	return id, nil
}

// count finds out what is kept, the first time, and removes what a crash left half written.
func (s *receiptStore) count() error {
	if s.counted {
		return nil
	}
	files, err := os.ReadDir(s.dir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, file := range files {
		info, err := file.Info()
		switch {
		case err != nil: // gone meanwhile
		case receiptFile.MatchString(file.Name()):
			s.number++
			s.bytes += info.Size()
		case halfWritten.MatchString(file.Name()) && time.Since(info.ModTime()) > time.Hour: // younger ones may be in the writing, by another server
			_ = os.Remove(filepath.Join(s.dir(), file.Name())) // in vain it takes room and nothing else
		}
	}
	s.counted = true
	return nil
}

// errDamaged is the error of a receipt whose file is not what its id was made of.
var errDamaged = errors.New("the receipt's file is not what its id was made of")

// find returns a receipt; a Fault with NotFound says that there is none.
func (s *receiptStore) find(id string) (r receipt, err error) {
	unknown := labour.Faultf(labour.NotFound,
		"There is no receipt %.40q here: expected an id as extensions.receipt gives it.", id)
	if !receiptFile.MatchString(id + ".json") {
		return r, unknown
	}
	file, err := os.Open(filepath.Join(s.dir(), id+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r, unknown
	}
	if err != nil {
		return r, fmt.Errorf("read receipt %s: %w", id, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxReceipt+1))
	if err != nil {
		return r, fmt.Errorf("read receipt %s: %w", id, err)
	}
	if receiptID(text) != id {
		return r, fmt.Errorf("read receipt %s: %w", id, errDamaged)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&r); err != nil {
		return r, fmt.Errorf("read receipt %s: %w", id, err)
	}
	return r, nil
}
