package command

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says in the words of the program what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var empty *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	case errors.As(err, &empty):
		return fmt.Errorf("--%s: expected a value, found none", empty.GetFlag().Name)
	case errors.As(err, &syntax):
		return fmt.Errorf("expected a flag such as --data, found %s", plain(syntax.GetSpecifiedFlag()))
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		word, dashes := unknown.GetSpecifiedName(), "--"
		if letters := unknown.GetSpecifiedShortnames(); letters != "" { // as -addr is read
			word, dashes = letters, "-"
		}
		name, _, _ := strings.Cut(word, "=")
		return fmt.Errorf("unknown flag %s%s%s", dashes, plain(name), meant(name, "--", names))
	}
	return err
}

// plain returns a word as it was typed, quoted where it is empty or has what a line of text has not.
func plain(word string) string {
	if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		return strconv.Quote(word)
	}
	return word
}

// meant returns a guess at what was mistyped; "" where nothing is close.
func meant(found, prefix string, names []string) string {
	nearest, least := "", max(1, min(2, len(found)/3))+1
	for _, name := range names {
		if distance := levenshtein.ComputeDistance(found, name); distance < least {
			nearest, least = name, distance
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", prefix+nearest)
}

// printHelp prints how a command is used: its flags, or its own commands where it has any.
func printHelp(cmd *cobra.Command, _ []string) {
	out := cmd.OutOrStdout()
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "Usage: %s <command>\n\n%s\n\nCommands:\n", cmd.CommandPath(), cmd.Short)
		path := strings.TrimPrefix(cmd.CommandPath()+" ", cmd.Root().Name()+" ")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(out, "  %-16s  %s\n", path+sub.Name(), sub.Short)
			}
		}
		fmt.Fprintf(out, "\n\"%s <command> --help\" says more of a command.\n", cmd.CommandPath())
		return
	}
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	shown.SortFlags = false
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		other := *flag
		other.Value = struct{ pflag.Value }{flag.Value} // the library shows switches of its own in another way
		for _, name := range flag.Annotations[Variable] {
			other.Usage += " ($" + name + ")"
		}
		shown.AddFlag(&other)
	})
	fmt.Fprintf(out, "Usage: %s\n\n%s\n", cmd.UseLine(), cmd.Short)
	if cmd.Long != "" {
		fmt.Fprint(out, "\nArguments:\n")
		table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for line := range strings.Lines(cmd.Long) {
			fmt.Fprint(table, "  ", line)
		}
		_ = table.Flush() // a broken pipe ends the program anyway
	}
	if shown.HasAvailableFlags() {
		fmt.Fprintf(out, "\nFlags:\n%s", shown.FlagUsagesWrapped(helpWidth))
	}
}

// helpWidth is how many columns the help takes.
const helpWidth = 110
