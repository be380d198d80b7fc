package command

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A command is a struct whose exported fields are its flags and arguments, those of embedded structs among them. Tags
// describe them:
//
//	help         says what it is for
//	default      is the value where it is left out
//	name         names the flag; else --public-url is PublicURL
//	placeholder  stands for the value in the help
//	enum         lists the values that it may have
//	path         makes the path of a file or folder absolute
//	folder       asks in addition that there is such a folder
//	whole        keeps the commas of a value; else they part the values of a list
//	negatable    adds --no-NAME
//	required, hidden
//	arg          makes it an argument by its place; with optional, one that may be left out

// field is a flag or an argument, and the field of a struct that it sets.
type field struct {
	name   string
	tag    reflect.StructTag
	into   reflect.Value
	text   string // as it was set
	negate bool   // whether it is a --no- flag
}

// fields returns what a command's struct has, in its order.
func fields(of reflect.Value) (found []*field) {
	for i := range of.NumField() {
		switch f := of.Type().Field(i); {
		case f.Anonymous:
			found = append(found, fields(of.Field(i))...)
		case f.IsExported():
			found = append(found, &field{cmp.Or(f.Tag.Get("name"), kebab(f.Name)), f.Tag, of.Field(i), "", false})
		}
	}
	return found
}

var wordEnds = regexp.MustCompile(`([a-z])([A-Z])`)

// kebab returns public-url for PublicURL.
func kebab(name string) string { return strings.ToLower(wordEnds.ReplaceAllString(name, "$1-$2")) }

func (f *field) has(tag string) bool {
	_, has := f.tag.Lookup(tag)
	return has
}

// String returns the text that the field was set from.
func (f *field) String() string { return f.text }

// Type returns what stands for a value in the help; "bool" for a flag without one.
func (f *field) Type() string {
	if f.into.Kind() == reflect.Bool {
		return "bool"
	}
	kind := strings.ToUpper(f.into.Type().Name())
	if f.into.Type() != reflect.TypeFor[time.Duration]() && (f.into.CanInt() || f.into.CanUint()) {
		kind = "N"
	}
	return cmp.Or(f.tag.Get("placeholder"), strings.ReplaceAll(f.tag.Get("enum"), ",", "|"), kind)
}

// Set reads a value. Its error says what was expected and found.
func (f *field) Set(text string) (err error) {
	f.text = text
	if allowed := f.tag.Get("enum"); allowed != "" && !slices.Contains(strings.Split(allowed, ","), text) {
		return fmt.Errorf("expected one of %s, found %q", strings.ReplaceAll(allowed, ",", ", "), text)
	}
	into := f.into
	if into.Kind() == reflect.Pointer {
		into.Set(reflect.New(into.Type().Elem()))
		into = into.Elem()
	}
	switch to := into.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return to.UnmarshalText([]byte(text))
	case *time.Duration:
		if *to, err = time.ParseDuration(text); err != nil {
			return fmt.Errorf("expected a duration such as 10s or 5m, found %q", text)
		}
		return nil
	case *[]string:
		if f.has("whole") {
			*to = append(*to, text)
		} else {
			*to = append(*to, strings.Split(text, ",")...)
		}
		return nil
	}
	switch {
	case into.Kind() == reflect.String:
		text, err = f.path(text)
		into.SetString(text)
	case into.Kind() == reflect.Bool:
		yes := slices.Contains([]string{"true", "yes", "1"}, strings.ToLower(text))
		if !yes && !slices.Contains([]string{"false", "no", "0"}, strings.ToLower(text)) {
			return fmt.Errorf("expected true or false, found %q", text)
		}
		into.SetBool(yes != f.negate)
	case into.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 10, into.Type().Bits())
		into.SetInt(n)
	default:
		var n uint64
		n, err = strconv.ParseUint(text, 10, into.Type().Bits())
		into.SetUint(n)
	}
	if errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("expected a whole number that fits, found %q", text)
	}
	return err
}

// path returns a text that is a path as an absolute one, of the home folder where it begins with ~/.
func (f *field) path(text string) (string, error) {
	if !f.has("path") && !f.has("folder") {
		return text, nil
	}
	if rest, home := strings.CutPrefix(text, "~/"); home {
		if dir, err := os.UserHomeDir(); err == nil {
			text = filepath.Join(dir, rest)
		}
	}
	path, err := filepath.Abs(text)
	if err != nil {
		return "", fmt.Errorf("find the folder of %q: %w", text, err)
	}
	if info, err := os.Stat(path); f.has("folder") && (err != nil || !info.IsDir()) {
		return "", fmt.Errorf("expected a folder, found none at %s", path)
	}
	return path, nil
}

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
	var arguments []*field
	use := name
	for _, f := range fields(reflect.ValueOf(c).Elem()) {
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
		flag := flags.VarPF(f, f.name, "", f.tag.Get("help"))
		flag.DefValue, flag.Hidden, flag.Annotations = f.tag.Get("default"), f.has("hidden"), map[string][]string{}
		if f.into.Kind() == reflect.Bool {
			flag.NoOptDefVal = "true"
		}
		if name == "serve" || f.name == "data" {
			flag.Annotations[Variable] = []string{"HOMEBOUND_" + strings.ToUpper(strings.ReplaceAll(f.name, "-", "_"))}
		}
		if f.has("required") {
			flag.Annotations[cobra.BashCompOneRequiredFlag] = []string{"true"}
			use += " " + given(flag)
		}
		if f.has("negatable") {
			opposite := *f
			opposite.name, opposite.negate = "no-"+f.name, true
			flags.VarPF(&opposite, opposite.name, "", "").NoOptDefVal = "true"
			flags.Lookup(opposite.name).Hidden = true
			flag.Usage += " --" + opposite.name + " is the opposite."
		}
	}
	if flags.HasAvailableFlags() {
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

// usage returns how an argument stands in the help.
func (f *field) usage() string {
	if f.has("optional") {
		return "[<" + f.name + ">]"
	}
	return "<" + f.name + ">"
}

// given returns how a flag stands in the help where it is asked for.
func given(flag *pflag.Flag) string { return "--" + flag.Name + "=" + flag.Value.Type() }

// newGroup makes a command one that has commands below it, and asks for one of them where it does nothing by itself.
func newGroup(cmd *cobra.Command, name, help string, of ...*cobra.Command) *cobra.Command {
	cmd.Use, cmd.Short = name, help
	cmd.AddCommand(of...)
	if cmd.RunE == nil {
		cmd.Args = func(_ *cobra.Command, texts []string) error { return setArguments(cmd, nil, texts) }
		cmd.RunE = func(*cobra.Command, []string) error {
			return fmt.Errorf("expected one of %s", strings.Join(names(of), ", "))
		}
	}
	return cmd
}

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
	return fmt.Errorf("unexpected argument %s%s", found, meant(found, "", names(cmd.Commands())))
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

// flagError says in the words of the program what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var empty *pflag.ValueRequiredError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	case errors.As(err, &empty):
		return fmt.Errorf("--%s: expected a value, found none", empty.GetFlag().Name)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { names = append(names, flag.Name) })
		name := unknown.GetSpecifiedName()
		return fmt.Errorf("unknown flag --%s%s", name, meant(name, "--", names))
	}
	return err
}

// meant returns a guess at what was mistyped; "" where nothing is close.
func meant(found, prefix string, names []string) string {
	for _, name := range names {
		if distance := levenshtein.ComputeDistance(found, name); distance > 0 && distance <= 2 && len(name) > 3 {
			return fmt.Sprintf(", did you mean %q?", prefix+name)
		}
	}
	return ""
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
		for _, name := range flag.Annotations[Variable] {
			other.Usage += " ($" + name + ")"
		}
		if other.Name != "help" {
			shown.AddFlag(&other)
		}
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
