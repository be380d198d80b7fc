package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/exchange"
)

func TestProf(t *testing.T) {
	s, _ := db.OpenStore(t.TempDir())
	p, err := datapackage.Open(context.Background(), "/tmp/p1m", datapackage.Limits{})
	if err != nil {
		t.Skip()
	}
	t0 := time.Now()
	_, err = exchange.Import(context.Background(), s, p, exchange.Options{Mode: db.Replace, Now: time.Now()})
	fmt.Println(time.Since(t0), err)
}
