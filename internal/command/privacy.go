package command

import (
	"fmt"

	"homebound/db"
)

// privacyFlags configure which counts a server suppresses.
type privacyFlags struct {
	SuppressBelow int `default:"0" placeholder:"K" help:"Withhold counts of 1 to K-1 workers and what would give them back; 0 withholds nothing. A release that asks for more has it: docs/PRIVACY.md."`
}

// open opens the data folder; answers read from it suppress what the flags ask for.
func (f privacyFlags) open(dir string) (*db.Store, error) {
	if f.SuppressBelow < 0 {
		return nil, fmt.Errorf("--suppress-below: expected 0 or more workers, found %d", f.SuppressBelow)
	}
	return db.OpenStore(dir, db.SuppressBelow(f.SuppressBelow))
}
