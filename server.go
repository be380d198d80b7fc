// Homebound is a GraphQL reporting backend on labour migration under sanctions.
//
// This file hands over to the commands, which are in internal/command. It embeds the contract because Go embeds no file
// of a folder above.
package main

import (
	_ "embed"
	"os"

	"homebound/internal/command"
)

//go:embed schema.graphqls
var schema string

func main() {
	os.Exit(command.Main(schema))
}
