package command

import (
	"fmt"

	"homebound/db"
)

type backupCommand struct {
	dataFlag
	Dir string `arg:"" path:"" help:"Folder to copy to; what an earlier backup left there is kept, and not copied again."`
}

// Run copies the releases to another folder, beside a running server and imports.
func (c *backupCommand) Run(s *Session) error { return s.copyReleases(c.Data, c.Dir) }

type restoreCommand struct {
	dataFlag
	Dir string `arg:"" folder:"" help:"Folder that a backup was made to."`
}

// Run copies the releases of a backup into the data folder; a running server takes them up.
func (c *restoreCommand) Run(s *Session) error { return s.copyReleases(c.Dir, c.Data) }

// copyReleases copies what one folder holds to another, and says of each release what became of it.
func (s *Session) copyReleases(from, to string) error {
	err := db.Copy(s.Context, from, to, func(c db.Copied) {
		switch {
		case c.Err != nil:
			fmt.Fprintf(s.Stdout, "release %d: not copied\n", c.Number)
		case c.Was:
			fmt.Fprintf(s.Stdout, "release %d: sound, and there already\n", c.Number)
		default:
			fmt.Fprintf(s.Stdout, "release %d: copied and checked\n", c.Number)
		}
	})
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, to, err)
	}
	return nil
}
