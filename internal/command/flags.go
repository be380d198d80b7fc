package command

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// runner is what a command does when its flags and arguments are set.
type runner interface{ Run(*Session) error }

// Variable is the annotation of a flag that names its environment variable.
const Variable = "variable"

// newCommand returns the command of a struct. It hands the struct to choose when the command line asks for it and is
// right. Its Long is a line for each argument, a tab between how it stands in the help and what it is for.
//
// Each flag of serve and --data of every command has an environment variable: that of --max-cost is HOMEBOUND_MAX_COST.
// No other flag has one. A variable that is set for a server therefore changes no other command, for example which
// rights a new key gets.
func newCommand(name, help string, c runner, choose func(runner)) *cobra.Command {
	cmd := &cobra.Command{Short: help}
	flags := cmd.Flags()
	flags.SortFlags = false
	helpFlag(cmd)
	var arguments []*field
	use := name
	all := fields(reflect.ValueOf(c).Elem())
	for _, f := range all {
		if standard := f.tag.Get("default"); standard != "" {
			if err := f.Set(standard); err != nil { // which the first test of any command finds
				panic(fmt.Sprintf("command: the default of --%s: %v", f.name, err))
			}
		}
		if f.has("arg") {
			arguments = append(arguments, f)
			use += " " + f.usage()
			cmd.Long += f.usage() + "\t" + f.tag.Get("help") + "\n"
			continue
		}
		flag := addFlag(flags, f)
		if f.has("required") {
			use += " " + given(flag)
		}
		if name == "serve" || f.name == "data" {
			flag.Annotations[Variable] = []string{"HOMEBOUND_" + strings.ToUpper(strings.ReplaceAll(f.name, "-", "_"))}
		}
	}
	if len(all) > len(arguments) {
		use += " [flags]"
	}
	cmd.Use, cmd.DisableFlagsInUseLine = use, true
	cmd.Args = func(_ *cobra.Command, texts []string) error { return setArguments(cmd, arguments, texts) }
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if err := setVariables(flags); err != nil {
			return err
		}
		if err := missing(flags); err != nil {
			return err
		}
		if checked, ok := c.(interface{ Validate() error }); ok {
			if err := checked.Validate(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	}
	cmd.RunE = func(*cobra.Command, []string) error {
		choose(c)
		return nil
	}
	return cmd
}

// addFlag adds a flag, and its opposite where it has one.
func addFlag(flags *pflag.FlagSet, f *field) *pflag.Flag {
	flag := flags.VarPF(f, f.name, "", f.tag.Get("help"))
	flag.DefValue, flag.Hidden, flag.Annotations = f.tag.Get("default"), f.has("hidden"), map[string][]string{}
	if f.into.Kind() == reflect.Bool {
		flag.NoOptDefVal = "true"
	}
	if f.has("required") {
		flag.Annotations[cobra.BashCompOneRequiredFlag] = []string{"true"}
	}
	if f.has("negatable") {
		opposite := *f
		opposite.name, opposite.negate = "no-"+f.name, true
		other := flags.VarPF(&opposite, opposite.name, "", "")
		other.NoOptDefVal, other.Hidden = "true", true
		flag.Usage += " --" + opposite.name + " is the opposite."
	}
	return flag
}

// newGroup makes a command one that has commands below it, and asks for one of them where it does nothing by itself.
func newGroup(cmd *cobra.Command, of ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(of...)
	if cmd.RunE == nil {
		helpFlag(cmd)
		cmd.Args = func(_ *cobra.Command, texts []string) error { return setArguments(cmd, nil, texts) }
		cmd.RunE = func(*cobra.Command, []string) error {
			return fmt.Errorf("expected one of %s", strings.Join(names(of), ", "))
		}
	}
	return cmd
}

// helpFlag adds --help, which the library would add when the command runs: too late to tell --help import from a value.
func helpFlag(cmd *cobra.Command) { cmd.Flags().BoolP("help", "h", false, "Show this help.") }

func names(of []*cobra.Command) (found []string) {
	for _, c := range of {
		found = append(found, c.Name())
	}
	return found
}

// setArguments sets the arguments of a command from those of the command line.
func setArguments(cmd *cobra.Command, arguments []*field, texts []string) error {
	for i, f := range arguments {
		if i >= len(texts) {
			if f.has("optional") {
				return nil
			}
			return fmt.Errorf("expected %q", f.usage())
		}
		if err := f.Set(texts[i]); err != nil {
			return fmt.Errorf("<%s>: %w", f.name, err)
		}
	}
	if len(texts) <= len(arguments) {
		return nil
	}
	found := texts[len(arguments)]
	return fmt.Errorf("unexpected argument %s%s", plain(found), meant(found, "", names(cmd.Commands())))
}

// setVariables sets the flags that the command line left out from their environment variables.
func setVariables(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(flag *pflag.Flag) {
		for _, name := range flag.Annotations[Variable] {
			opposite := flags.Lookup("no-" + flag.Name)
			text, set := os.LookupEnv(name)
			if !set || flag.Changed || opposite != nil && opposite.Changed || err != nil {
				continue
			}
			if err = flag.Value.Set(text); err != nil {
				err = fmt.Errorf("%s: --%s: %w", name, flag.Name, err)
			}
			flag.Changed = true
		}
	})
	return err
}

// missing returns an error for required flags that were left out.
func missing(flags *pflag.FlagSet) error {
	var names []string
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Annotations[cobra.BashCompOneRequiredFlag] != nil && !flag.Changed {
			names = append(names, given(flag))
		}
	})
	if names == nil {
		return nil
	}
	return fmt.Errorf("missing flags: %s", strings.Join(names, ", "))
}

// misplaced returns an error where a command line does not begin with its command, or where a flag would take the flag behind
// it for its value: --note --draft would publish what was to be kept back.
func misplaced(root *cobra.Command, words []string) error {
	for len(words) > 0 && (words[0] == "-h" || words[0] == "--help") {
		words = words[1:]
	}
	cmd, rest, err := root.Find(words)
	if err != nil {
		return nil // which the library says
	}
	path := strings.Fields(cmd.CommandPath())[1:]
	if len(words) < len(path) || !slices.Equal(words[:len(path)], path) {
		return fmt.Errorf("expected %s before its flags, found %s", strings.Join(path, " "), plain(words[0]))
	}
	for i := 0; i+1 < len(rest) && rest[i] != "--"; i++ {
		name, is := strings.CutPrefix(rest[i], "--")
		flag := cmd.Flags().Lookup(name)
		if !is || flag == nil || flag.NoOptDefVal != "" {
			continue
		}
		if i++; strings.HasPrefix(rest[i], "-") {
			return fmt.Errorf("--%s: expected a value, found %s; write --%[1]s=%[2]s if it is meant", name, plain(rest[i]))
		}
	}
	return nil
}
