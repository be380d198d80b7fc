// Package site puts together what is served beside GraphQL: pages, pictures, embeds, exports and GraphiQL.
package site

import (
	"context"

	"homebound/internal/mount"
	"homebound/internal/site/embeds"
	"homebound/internal/site/exports"
	"homebound/internal/site/graphiql"
	"homebound/internal/site/pages"
	"homebound/internal/site/pictures"
	"homebound/internal/site/port"
)

// Edge is what the site needs of the server's edge.
type Edge = port.Edge

// Site is what was mounted on an edge.
type Site struct{ pages *pages.Pages }

// Mount registers the whole site on an edge, before its first request.
func Mount(edge Edge) *Site {
	at := mount.Of(edge.PublicURL())
	page := at.Restore(graphiql.Handler(string(at)+"/graphiql", string(at)+"/graphql"))
	edge.Handle("/graphiql", page)
	edge.Handle("/graphiql/", page)
	for _, example := range graphiql.Examples() {
		edge.TellApart(example.Name)
	}
	base := port.NewBase(edge)
	charts := pictures.New(base)
	exports.New(base)
	return &Site{pages.New(base, charts, embeds.New(base, charts))}
}

// Warm gets the page of the current release ready, so that its first reader does not wait.
func (s *Site) Warm(ctx context.Context) error { return s.pages.Warm(ctx) }
