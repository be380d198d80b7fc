package command

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"homebound/db"
	"homebound/internal/labour"
)

type releasesDiff struct {
	dataFlag
	Since  int      `arg:"" help:"Number of the release to compare with."`
	Number int      `arg:"" optional:"" help:"Number of the release that is asked about; the current one where left out."`
	Table  []string `placeholder:"NAME" help:"Table of the data package to compare, such as permits; may be repeated. All of them where left out."`
	List   bool     `help:"List every row that differs, with its values before and after; else they are counted."`
}

// Run prints how many rows of each table differ between two releases and, with --list, which.
func (c *releasesDiff) Run(s *Session) (err error) {
	tables, err := c.tables()
	if err != nil {
		return err
	}
	store, err := c.store()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	before, done, err := store.Numbered(s.Context, c.Since)
	if err != nil {
		return err
	}
	defer done()
	after, done, err := pick(s, store, c.Number)
	if err != nil {
		return err
	}
	defer done()
	counts, err := after.ChangeCounts(s.Context, before)
	if err != nil {
		return err
	}
	counts = slices.DeleteFunc(counts, func(c labour.ChangeCounts) bool {
		return !slices.Contains(tables, c.Table) || c.Added+c.Removed+c.Changed == 0
	})
	if len(counts) == 0 {
		c.printNothing(s.Stdout, before.Info(), after.Info())
		return nil
	}
	printChangeCounts(s.Stdout, counts)
	if c.List {
		return printChanges(s, before, after, tables)
	}
	return nil
}

func (c *releasesDiff) tables() ([]string, error) {
	all := db.ChangeTables()
	if len(c.Table) == 0 {
		return all, nil
	}
	for _, name := range c.Table {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("--table: expected one of %s, found %q", strings.Join(all, ", "), name)
		}
	}
	return c.Table, nil
}

// printNothing reports that the compared tables do not differ.
func (c *releasesDiff) printNothing(w io.Writer, before, after labour.Release) {
	what := "hold the same"
	if before.ContentHash != after.ContentHash {
		what = "hold the same in what was compared; repatriations of outcome PROTECTED never are"
	}
	fmt.Fprintf(w, "releases %d and %d %s\n", before.Number, after.Number, what)
}

func printChangeCounts(w io.Writer, counts []labour.ChangeCounts) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "table\tadded\tremoved\tchanged\t")
	for _, c := range counts {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", c.Table, c.Added, c.Removed, c.Changed)
	}
	_ = table.Flush() // a broken pipe ends the program anyway
}

// printChanges lists the rows that differ. Each is a line; its columns that differ follow, one a line.
func printChanges(s *Session, before, after *db.Release, tables []string) error {
	span := db.Span{Limit: 1000}
	for {
		page, err := after.ChangesSince(s.Context, before, tables, span)
		if err != nil {
			return err
		}
		for _, change := range page.Nodes {
			synthetic := ""
			if change.Synthetic {
				synthetic = " (synthetic)"
			}
			fmt.Fprintf(s.Stdout, "%s %s %s%s\n", change.Kind, change.Table, change.Key, synthetic)
			for _, f := range change.Fields {
				fmt.Fprintf(s.Stdout, "  %s: %s -> %s\n", f.Name, shownValue(f.Before), shownValue(f.After))
			}
		}
		if !page.More {
			return nil
		}
		span.After = &page.Positions[len(page.Positions)-1]
	}
}

// shownValue quotes a value; it returns - for nil.
func shownValue(value *string) string {
	if value == nil {
		return "-"
	}
	return strconv.Quote(*value)
}
