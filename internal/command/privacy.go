package command

import (
	"errors"
	"fmt"
	"strconv"

	"homebound/db"
	"homebound/internal/confidential"
)

// privacyFlags say how much the rows of a real register are masked.
type privacyFlags struct {
	Confidential  protectedSize  `default:"0" placeholder:"K" help:"Mask real rows so that groups of K workers are protected, from 3 to 1000, and serve no release that protects less; 0 asks for nothing. A release whose package asks for more has it: docs/PRIVACY.md."`
	SuppressBelow withdrawnLimit `hidden:"" placeholder:"K"`
}

// open opens the data folder under the flags.
func (f privacyFlags) open(dir string) (*db.Store, error) {
	return db.OpenStore(dir, db.Confidential(int(f.Confidential)))
}

// protectedSize is a size of group, in workers, that masks protect; 0 is none. No other than a valid one is ever read
// from a command line, whatever command it is a flag of.
type protectedSize int

// UnmarshalText reads a size, and refuses what is out of bounds.
func (p *protectedSize) UnmarshalText(text []byte) error {
	k, err := strconv.Atoi(string(text))
	if err != nil || k != 0 && confidential.CheckK(k) != nil {
		return fmt.Errorf("expected 0 or a whole number from %d to %d, found %q", confidential.LeastK,
			confidential.MostK, text)
	}
	*p = protectedSize(k)
	return nil
}

// withdrawnLimit is the value of a flag that no longer is: whoever sets it expects small counts to be withheld.
type withdrawnLimit struct{}

// UnmarshalText refuses every value.
func (withdrawnLimit) UnmarshalText([]byte) error {
	return errors.New("is gone; use --confidential, which masks the rows of few (docs/PRIVACY.md)")
}
