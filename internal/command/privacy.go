package command

import (
	"fmt"

	"homebound/db"
)

// privacyFlags say what a server keeps to itself.
type privacyFlags struct {
	SuppressBelow int `default:"0" placeholder:"K" help:"Withhold counts of 1 to K-1 workers and what would give them back; 0 withholds nothing. A release that asks for more has it: docs/PRIVACY.md."`
}

// open opens the data folder so that what is read from it keeps to the flags.
func (f privacyFlags) open(dir string) (*db.Store, error) {
	if f.SuppressBelow < 0 {
		return nil, fmt.Errorf("--suppress-below: expected 0 or more workers, found %d", f.SuppressBelow)
	}
	return db.OpenStore(dir, db.SuppressBelow(f.SuppressBelow))
}
