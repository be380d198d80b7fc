package exchange

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"homebound/db"
	"homebound/internal/datapackage"
	"homebound/internal/labour"
	"homebound/internal/synth"
)

// PublishDefault makes the first release of a folder from the default package.
func PublishDefault(ctx context.Context, store *db.Store, now time.Time) (release labour.Release, err error) {
	dir, err := os.MkdirTemp("", "homebound-default-")
	if err != nil {
		return release, fmt.Errorf("make the default package: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := WriteDefault(ctx, dir, synth.Default()); err != nil {
		return release, err
	}
	pkg, err := datapackage.Open(ctx, dir, datapackage.Limits{})
	if err != nil {
		return release, fmt.Errorf("open the default package: %w", err)
	}
	defer pkg.Close()
	outcome, err := Import(ctx, store, pkg,
		Options{Mode: db.Replace, Now: now,
			Note: "The default package: real reference data, figures and claims; a synthetic register."})
	return outcome.Release, err
}
