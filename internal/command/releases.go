package command

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"homebound/db"
	"homebound/internal/labour"
)

// pick acquires a release by its number, the current one for 0. The caller calls the function returned to let it go.
func pick(s *Session, store *db.Store, number int) (*db.Release, func(), error) {
	if number == 0 {
		return store.Current(s.Context)
	}
	return store.Numbered(s.Context, number)
}

type releasesList struct{ dataFlag }

// Run lists the releases of the data folder; a star marks the current one.
func (c *releasesList) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	releases, err := store.List(s.Context)
	if err != nil {
		return err
	}
	current := 0
	if release, done, err := store.Current(s.Context); err == nil {
		current = release.Info().Number
		done()
	} else if !errors.Is(err, db.ErrNoRelease) {
		return err
	}
	table := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "release\tpublished\tpermits\trepatriations\tobservations\tsynthetic\tcontent\tnote")
	for _, r := range releases {
		mark := ""
		if r.Number == current {
			mark = "*"
		}
		fmt.Fprintf(table, "%d%s\t%s\t%d\t%d\t%d\t%t\tsha256:%.12s\t%s\n", r.Number, mark,
			r.PublishedAt.Format(time.RFC3339),
			r.Counts.Permits, r.Counts.Repatriations, r.Counts.Observations, r.Synthetic, r.ContentHash, r.Note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	kept, err := store.Kept()
	for _, k := range kept {
		fmt.Fprintf(s.Stdout, "release %d is kept back; it was made from release %d\n", k.Number, k.After)
	}
	return err
}

type releasesShow struct {
	dataFlag
	Number   int  `arg:"" optional:"" help:"Number of the release; the current one where left out."`
	Mappings bool `help:"Print the mappings by which publishers' files were read, whole."`
}

// Run prints what a release holds and how it was made.
func (c *releasesShow) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	release, done, err := pick(s, store, c.Number)
	if err != nil {
		return err
	}
	defer done()
	r := release.Info()
	fmt.Fprintf(s.Stdout,
		"release    %d\npublished  %s\ncontent    sha256:%s\nsynthetic  %t\ncurrency   %s\nmethod     %s\n",
		r.Number, r.PublishedAt.Format(time.RFC3339), r.ContentHash, r.Synthetic, r.Currency, r.MethodVersion)
	if r.DataFrom != nil {
		fmt.Fprintf(s.Stdout, "covers     %s to %s\n", r.DataFrom, r.DataThrough)
	}
	if r.Note != "" {
		fmt.Fprintf(s.Stdout, "note       %s\n", r.Note)
	}
	for _, g := range r.Gates {
		fmt.Fprintf(s.Stdout, "gate       %q passed: %v rows of %s, %s\n", g.Name, g.Found, g.Table, bounds(g.Gate))
	}
	if err := showSettings(s, release); err != nil {
		return err
	}
	showCoverage(s, release)
	mappings, err := release.Mappings(s.Context)
	if err != nil {
		return err
	}
	for _, m := range mappings {
		fmt.Fprintf(s.Stdout, "mapping    sha256:%s, since release %d\n", m.Hash, m.Release)
		if c.Mappings {
			fmt.Fprintf(s.Stdout, "%s\n", m.Text)
		}
	}
	imports, err := release.Imports(s.Context)
	if err != nil {
		return err
	}
	printCounts(s.Stdout, imports)
	return nil
}

// bounds writes what a gate asks for.
func bounds(g labour.Gate) string {
	switch {
	case g.AtLeast != nil && g.AtMost != nil:
		return fmt.Sprintf("from %v to %v", *g.AtLeast, *g.AtMost)
	case g.AtLeast != nil:
		return fmt.Sprintf("at least %v", *g.AtLeast)
	case g.AtMost != nil:
		return fmt.Sprintf("at most %v", *g.AtMost)
	}
	return "any number"
}

// gapWords say what rows lack, after how many they are.
var gapWords = map[labour.Gap]string{
	labour.NoIssueDay:     "permits without a day of issue",
	labour.NoValidity:     "permits without both days of validity",
	labour.NoRegion:       "permits without a region",
	labour.NoNationality:  "permits without a nationality",
	labour.NoEmployer:     "permits without an employer",
	labour.RoughIssueDay:  "permits issued on a day known to a month, a quarter or a year",
	labour.RoughValidity:  "permits with a validity known to a month, a quarter or a year",
	labour.RoughDeparture: "repatriations on a day known to a month, a quarter or a year",
	labour.WageNotMonthly: "permits with a wage that is not monthly and cannot be made so",
}

// showCoverage prints how much of the register its sources declare to have, and what its rows lack.
func showCoverage(s *Session, release *db.Release) {
	for _, c := range release.Declared() {
		nationality := c.Nationality
		if nationality == "" {
			nationality = "all nationalities"
		}
		fmt.Fprintf(s.Stdout, "coverage   %s of %s: %s in %s, %s to %s\n", c.Completeness, c.Table, c.Source, c.Region+", "+nationality, c.From, c.To)
	}
	if len(release.Declared()) == 0 {
		fmt.Fprintln(s.Stdout, "coverage   none is declared, so every source counts as PARTIAL")
	}
	gaps := release.Gaps()
	for _, gap := range labour.Gaps {
		if n := gaps[gap]; n > 0 {
			fmt.Fprintf(s.Stdout, "lacking    %s: %d\n", gapWords[gap], n)
		}
	}
}

// showSettings prints what the publisher has set for the whole release.
func showSettings(s *Session, release *db.Release) error {
	settings, err := release.Settings(s.Context)
	if err != nil {
		return err
	}
	if settings.Currency != "" {
		fmt.Fprintf(s.Stdout, "setting    currency %s\n", settings.Currency)
	}
	if settings.DataThrough != nil {
		fmt.Fprintf(s.Stdout, "setting    dataThrough %s\n", settings.DataThrough)
	}
	if settings.Confidential > 0 {
		fmt.Fprintf(s.Stdout, "setting    confidential %d\n", settings.Confidential)
	}
	return nil
}

type releasesVerify struct {
	dataFlag
	Number int `arg:"" optional:"" help:"Number of the release; all of them where left out."`
}

// Run verifies releases. It returns an error when one does not match its content hash.
func (c *releasesVerify) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	numbers := []int{c.Number}
	if c.Number == 0 {
		if numbers, err = store.Numbers(); err != nil {
			return err
		}
	}
	bad := 0
	for _, number := range numbers {
		proof, err := store.Verify(s.Context, number)
		if err != nil {
			if s.Context.Err() != nil {
				return err
			}
			bad++
			fmt.Fprintf(s.Stdout, "release %d: %v\n", number, err)
			continue
		}
		fmt.Fprintf(s.Stdout, "release %d: clean%s\n", number, without(proof))
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d releases are not what they were published as", bad, len(numbers))
	}
	return nil
}

// without says what a release lacked when it was verified; "" where it lacked nothing.
func without(proof db.Proof) string {
	switch {
	case proof.Checksum:
		return ""
	case proof.Written:
		return " by its hashes; it had no checksum, and one stands beside it now"
	}
	return " by its hashes; it has no checksum"
}

type releasesPrune struct {
	dataFlag
	Keep int `required:"" placeholder:"N" help:"How many of the newest releases stay."`
}

// Run removes old releases. A running server finishes its requests of them; after that their addresses are not found.
func (c *releasesPrune) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	removed, err := store.Prune(c.Keep)
	for _, number := range removed {
		fmt.Fprintf(s.Stdout, "release %d is removed\n", number)
	}
	if err == nil && len(removed) == 0 {
		fmt.Fprintln(s.Stdout, "there is nothing to remove")
	}
	return err
}

type publishCommand struct {
	dataFlag
	Number int `arg:"" help:"Number of the release that is to be current."`
}

// Run verifies a release and writes its name to CURRENT, which a running server watches.
func (c *publishCommand) Run(s *Session) (err error) {
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, err := store.ReleaseKept(c.Number); err != nil {
		return err
	}
	if _, err := store.Verify(s.Context, c.Number); err != nil {
		return err
	}
	if err := store.MakeCurrent(c.Number); err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "release %d is current\n", c.Number)
	return nil
}
