package graphiql_test

import (
	"os"
	"testing"

	"homebound/internal/web/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Run(m)) }
