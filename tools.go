//go:build tools

// Package main pins the programs that generate and check the code, so that every clone runs the same versions.
package main

import (
	_ "github.com/99designs/gqlgen"
	_ "honnef.co/go/tools/cmd/staticcheck"
)
