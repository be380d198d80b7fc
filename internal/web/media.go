package web

import (
	"net/http"
	"strings"

	"homebound/internal/negotiate"
)

// The media types that a question can be answered in. Readers of the second are told by the status, too, that a request
// was not executed.
const (
	plainJSON   = "application/json"
	graphqlJSON = "application/graphql-response+json"
	eventStream = "text/event-stream"
)

// mediaType returns the type of document that the reader asks for, "" where it takes none.
func mediaType(r *http.Request) string {
	return negotiate.Preferred(negotiate.Accepted(r), plainJSON, graphqlJSON)
}

// wantsStream reports whether the reader would rather have events than a document.
func wantsStream(r *http.Request) bool {
	return strings.Contains(negotiate.Accepted(r), eventStream) &&
		negotiate.Preferred(negotiate.Accepted(r), plainJSON, graphqlJSON, eventStream) == eventStream
}
