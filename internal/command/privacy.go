package command

import (
	"errors"
	"fmt"

	"homebound/db"
	"homebound/internal/confidential"
)

// privacyFlags say how much the rows of a real register are masked.
type privacyFlags struct {
	Confidential  int    `default:"0" placeholder:"K" help:"Mask real rows so that groups of K workers are protected, from 3 to 1000, and serve no release that protects less; 0 asks for nothing. A release whose package asks for more has it: docs/PRIVACY.md."`
	SuppressBelow string `hidden:"" placeholder:"K"`
}

// Validate refuses what is out of bounds, and the flag of before.
func (f privacyFlags) Validate() error {
	if f.SuppressBelow != "" {
		return errors.New("--suppress-below is gone: use --confidential, which masks the rows of few (docs/PRIVACY.md)")
	}
	if f.Confidential == 0 {
		return nil
	}
	if err := confidential.CheckK(f.Confidential); err != nil {
		return fmt.Errorf("--%w", err)
	}
	return nil
}

// open opens the data folder under the flags.
func (f privacyFlags) open(dir string) (*db.Store, error) {
	return db.OpenStore(dir, db.Confidential(f.Confidential))
}
