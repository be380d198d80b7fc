package pictures_test

import (
	"os"
	"testing"

	"homebound/internal/browsertest"
)

func TestMain(m *testing.M) { os.Exit(browsertest.Run(m)) }
