package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/internal/labour"
)

// Documents are queries that an operator has vouched for, by the SHA-256 of their text in hex.
type Documents struct{ byHash map[string]string }

// ReadDocuments reads a JSON object of hash and text, as the compilers of Relay and graphql-codegen write it. A
// text whose hash is another one is an error.
func ReadDocuments(path string) (*Documents, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the trusted documents: %w", err)
	}
	var listed map[string]string
	if err := json.Unmarshal(text, &listed); err != nil {
		return nil, fmt.Errorf("read the trusted documents: %s: expected a JSON object of hash and text: %w", path, err)
	}
	d := &Documents{make(map[string]string, len(listed))}
	for name, query := range listed {
		hash := cleanHash(name)
		if found := hashOf(query); found != hash {
			return nil, fmt.Errorf("read the trusted documents: %s: expected under %.80q a text with that SHA-256, found one with %s", path, name, found)
		}
		d.byHash[hash] = query
	}
	return d, nil
}

// cleanHash takes away what may stand before a hash to say of what kind it is.
func cleanHash(text string) string { return strings.ToLower(strings.TrimPrefix(text, "sha256:")) }

// hashOf returns the SHA-256 of a text in hex.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// text returns the document of a hash. A nil Documents has none.
func (d *Documents) text(hash string) (string, bool) {
	if d == nil {
		return "", false
	}
	query, known := d.byHash[cleanHash(hash)]
	return query, known
}

// nameDocument has a request without a text ask by the hash that it sends as a document's id. graphql-codegen and the
// GraphQL-over-HTTP specification name it documentId, Relay doc_id or id.
func nameDocument(params *graphql.RawParams, member func(name string) string) {
	for _, name := range []string{"documentId", "doc_id", "id"} {
		if id := member(name); id != "" && params.Extensions["persistedQuery"] == nil {
			if params.Extensions == nil {
				params.Extensions = map[string]any{}
			}
			params.Extensions["persistedQuery"] = map[string]any{"version": 1, "sha256Hash": cleanHash(id)}
		}
	}
}

// trusted finds trusted documents by the hash of a persisted query, and refuses other texts of those who may send
// no other.
type trusted struct{ documents *Documents }

var _ graphql.OperationParameterMutator = trusted{}

// ExtensionName names the extension.
func (trusted) ExtensionName() string { return "TrustedDocuments" }

// Validate has nothing to hold against the schema.
func (trusted) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters looks at the text, or fills it in.
func (t trusted) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	only := principalOf(ctx).trustedOnly && !isOwnDocument(ctx)
	if params.Query == "" {
		persisted, _ := params.Extensions["persistedQuery"].(map[string]any)
		hash, _ := persisted["sha256Hash"].(string)
		query, known := t.documents.text(hash)
		if only && !known {
			return faultList(labour.Faultf(labour.NotFound, "There is no trusted document with the hash %.80q.",
				hash))[0]
		}
		params.Query = query
		return nil
	}
	if only {
		if _, known := t.documents.text(hashOf(params.Query)); !known {
			return faultList(labour.Faultf(labour.Forbidden,
				"Trusted documents alone are answered here, and this text is none of them."))[0]
		}
	}
	return nil
}
