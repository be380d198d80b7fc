package graph

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"homebound/internal/labour"
)

// Presenter makes of every error what its reader is shown: a Fault's own sentence and code; for the rest one fixed
// sentence, while the operator's log gets the whole. It is the only place where an error becomes text for a reader.
func Presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		var fault *labour.Fault
		switch {
		case errors.As(err, &fault):
			say(shown, fault.Code, fault.Error())
		case errors.Is(err, context.DeadlineExceeded):
			say(shown, labour.Timeout, "The request was stopped because it took too long.")
		case errors.Is(err, context.Canceled):
			say(shown, labour.Unavailable, "The request was stopped before it was done.")
		case IsUnknownHash(shown):
			// the client knows this code, and asks again with the text
		case shown.Rule == rules.MaxIntrospectionDepth.Name:
			say(shown, labour.LimitExceeded,
				"This query goes through more of the schema's lists within each other than are answered: ask for fewer at once.")
		case madeByParser(err, shown):
			say(shown, labour.BadUserInput, ofVariable(shown))
		default:
			log.ErrorContext(ctx, "a field failed", "path", shown.Path.String(), "error", err)
			say(shown, labour.Internal, "Something failed here; the operator's log says what.")
		}
		return shown
	}
}

// IsUnknownHash reports whether a query was asked by a hash that the server does not know; the code of that is set
// by the protocol of persisted queries.
func IsUnknownHash(err *gqlerror.Error) bool {
	return err.Extensions["code"] == "PERSISTED_QUERY_NOT_FOUND"
}

// madeByParser tells errors about the document or its variables from those of resolvers: they have no cause beneath
// them.
func madeByParser(err error, shown *gqlerror.Error) bool {
	var own *gqlerror.Error
	if !errors.As(err, &own) {
		return false
	}
	return shown.Rule != "" || own.Err == nil
}

// say makes the text a sentence, with its code beside it.
func say(shown *gqlerror.Error, code labour.Code, text string) {
	if !strings.ContainsAny(text[max(0, len(text)-1):], ".?!") {
		text += "."
	}
	shown.Message = text
	if shown.Extensions == nil {
		shown.Extensions = map[string]any{}
	}
	shown.Extensions["code"] = code
}

// Recover keeps a panic in a resolver from ending the server; the log gets it, the reader the fixed sentence.
func Recover(_ context.Context, cause any) error {
	return &panicked{cause}
}

type panicked struct{ cause any }

func (p *panicked) Error() string { return "panic in a resolver" }

// LogValue shows what was panicked with.
func (p *panicked) LogValue() slog.Value { return slog.AnyValue(p.cause) }
