// Package graph answers the contract of schema.graphqls: it translates, calls what is below and returns.
package graph

//go:generate go run github.com/99designs/gqlgen generate
