package db

import (
	"context"
	"errors"

	"homebound/db/internal/build"
)

// Copied says what became of one release when a folder was copied.
type Copied = build.Copied

// Copy copies the releases of a data folder to another, each checked; see build.Folder.CopyTo. Both may be served
// meanwhile. It returns ErrNoRelease where there is nothing to copy.
func Copy(ctx context.Context, from, to string, report func(Copied)) error {
	return build.Folder(from).CopyTo(ctx, build.Folder(to), prove, report)
}

// prove verifies a file by its hashes alone.
func prove(ctx context.Context, path string) (err error) {
	release, err := openRelease(ctx, path, unexposed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release.close()) }()
	return release.Verify(ctx)
}
