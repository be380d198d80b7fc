// Homebound is a GraphQL reporting backend on labour migration under sanctions.
//
// This file hands over to the commands, which are in internal/command.
package main

import (
	"os"

	"homebound/internal/command"
)

func main() {
	os.Exit(command.Main())
}
