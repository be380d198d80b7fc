package graphiql

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed src/tabs/*.graphql src/examples/*.graphql
var queries embed.FS

// Tab is a query that the page offers.
type Tab struct {
	// Name is the tab's title and the name of its only operation.
	Name string
	// Query is the GraphQL document, which needs no variables. Its first lines are comments that say what it asks.
	Query string
}

// Tabs returns the queries with which the page opens on a first visit, in the order of the tabs.
func Tabs() []Tab { return read("src/tabs/*.graphql") }

// Examples returns all queries that the page offers, those of its first tabs before the others.
func Examples() []Tab { return append(Tabs(), read("src/examples/*.graphql")...) }

func read(pattern string) []Tab {
	files, err := fs.Glob(queries, pattern)
	if err != nil {
		panic(fmt.Sprintf("graphiql: %v", err))
	}
	tabs := make([]Tab, len(files))
	for i, file := range files {
		query, err := queries.ReadFile(file)
		if err != nil {
			panic(fmt.Sprintf("graphiql: %v", err))
		}
		// Files are called 1-FarEastImpact.graphql: the number orders them, as a text.
		_, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".graphql"), "-")
		tabs[i] = Tab{Name: name, Query: string(query)}
	}
	return tabs
}
