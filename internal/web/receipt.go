package web

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"homebound/graph"
	"homebound/internal/labour"
	"homebound/internal/receipts"
)

// receiptName is the extension by which a request asks for a receipt and an answer gives it.
const receiptName = "receipt"

// receiptHeader names the address of a receipt where the answer is a table, which has no place for extensions.
const receiptHeader = "Homebound-Receipt"

// issuer issues receipts to those who ask for one by "extensions": {"receipt": true}. What it gives one for is a
// function of a release, a document and variables alone, so that whoever asks again finds the same.
type issuer struct {
	address func(id string) string
	present graphql.ErrorPresenterFunc // tells the operator of failures
}

var _ interface {
	graphql.OperationContextMutator
	graphql.ResponseInterceptor
} = (*issuer)(nil)

// ExtensionName names the extension.
func (*issuer) ExtensionName() string { return "Receipts" }

// Validate has nothing to hold against the schema.
func (*issuer) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses what there are no receipts for, before it is computed.
func (*issuer) MutateOperationContext(ctx context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	switch {
	case operation.Extensions[receiptName] != true:
		return nil
	case operation.Operation.Operation != ast.Query:
		return faultList(labour.Faultf(labour.BadUserInput, "A receipt is for the answer to a query, found a %s.",
			operation.Operation.Operation))[0]
	case ctx.Value(acquirerKey{}) != nil:
		return faultList(labour.Faultf(labour.BadUserInput,
			"A receipt is for an answer by GET or POST, and not for a stream."))[0]
	}
	return nil
}

// InterceptResponse adds the receipt to an answer without errors, or why there is none.
func (i *issuer) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	operation := graphql.GetOperationContext(ctx)
	if operation.Extensions[receiptName] != true {
		return next(ctx)
	}
	ctx, volatile := graph.WithVolatile(ctx)
	response := next(ctx)
	if response == nil || len(response.Errors) > 0 {
		return response
	}
	shown, err := i.issue(ctx, operation, response.Data, volatile.Load())
	if err != nil {
		shown = map[string]any{"reason": i.present(ctx, err).Message}
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions[receiptName] = shown
	return response
}

func (i *issuer) issue(ctx context.Context, operation *graphql.OperationContext, data json.RawMessage,
	volatile bool) (map[string]any, error) {
	if volatile {
		return nil, labour.Faultf(labour.BadUserInput,
			"There is no receipt for this answer, which tells of more than its release and may be another one tomorrow: leave out what names other releases.")
	}
	hash, err := hashOfResult(data)
	if err != nil {
		return nil, err
	}
	release := graph.ReleaseOf(ctx)
	r := receipts.Receipt{
		Release: release.Info().Number, ContentHash: release.Info().ContentHash, ResultHash: hash,
		Document: operation.RawQuery, Operation: operation.OperationName, Variables: operation.Variables,
		Method: labour.MethodVersion, Confidential: release.Confidential(),
	}
	id, err := r.Pack()
	if err != nil {
		return nil, err
	}
	address := i.address(id)
	if len(address) > receipts.MaxURL {
		return nil, labour.Faultf(labour.LimitExceeded,
			"The receipt's address would have %d characters: expected at most %d. Ask with a shorter document or fewer variables.",
			len(address), receipts.MaxURL)
	}
	told := shown(r)
	told["id"], told["url"] = id, address
	return told, nil
}

// shown returns what a receipt says, but for the document, as an answer and its own page tell it.
func shown(r receipts.Receipt) map[string]any {
	variables := r.Variables
	if variables == nil {
		variables = map[string]any{}
	}
	return map[string]any{
		"release": r.Release, "contentHash": r.ContentHash, "operationHash": hashOf(r.Document), "variables": variables,
		"resultHash": r.ResultHash, "methodVersion": r.Method,
	}
}

// hashOfResult returns the SHA-256 of an answer's data, of the bytes that are sent: the encoder of the answer
// writes & and the like in another way than the executor.
func hashOfResult(data json.RawMessage) (string, error) {
	sent, err := json.Marshal(data)
	if err != nil {
		return "", errors.Join(errors.New("hash the answer"), err)
	}
	return hashOf(string(sent)), nil
}
