package command

import (
	"errors"
	"fmt"
)

type releasesRemask struct {
	dataFlag
	privacyFlags
}

// Run publishes the rows of the current release again under --confidential, or what its settings ask for.
func (c *releasesRemask) Run(s *Session) (err error) {
	store, err := c.privacyFlags.open(c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	release, err := store.Remask(s.Context, s.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "release %d is published", release.Number)
	if release.Confidential != nil {
		fmt.Fprintf(s.Stdout, ", its real rows masked for %d workers", *release.Confidential)
	}
	fmt.Fprintln(s.Stdout)
	return nil
}
