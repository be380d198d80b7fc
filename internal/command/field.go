package command

import (
	"cmp"
	"encoding"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

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
//	least        is the least number that it may be; 0 where it does not say
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
		return f.atLeast(int64(*to), text)
	case *[]string:
		parts := []string{text}
		if !f.has("whole") {
			parts = strings.Split(text, ",")
		}
		*to = append(*to, slices.DeleteFunc(parts, func(part string) bool { return part == "" })...)
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
		if n, err = strconv.ParseInt(text, 0, into.Type().Bits()); err != nil {
			return fmt.Errorf("expected a whole number, found %q", text)
		}
		into.SetInt(n)
		err = f.atLeast(n, text)
	default:
		var n uint64
		if n, err = strconv.ParseUint(text, 0, into.Type().Bits()); err != nil {
			return fmt.Errorf("expected a whole number of 0 or more, found %q", text)
		}
		into.SetUint(n)
	}
	return err
}

// atLeast returns an error for a number that is too small.
func (f *field) atLeast(n int64, text string) error {
	least, err := strconv.ParseInt(cmp.Or(f.tag.Get("least"), "0"), 10, 64)
	if err == nil && n < least {
		err = fmt.Errorf("expected at least %d, found %s", least, text)
	}
	return err
}

// path returns a text that is a path as an absolute one, of the home folder where it begins with ~/.
func (f *field) path(text string) (string, error) {
	if !f.has("path") && !f.has("folder") {
		return text, nil
	}
	if rest, home := strings.CutPrefix(text, "~/"); home {
		dir, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find the home folder: %w", err)
		}
		text = filepath.Join(dir, rest)
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

// usage returns how an argument stands in the help.
func (f *field) usage() string {
	if f.has("optional") {
		return "[<" + f.name + ">]"
	}
	return "<" + f.name + ">"
}

// given returns how a flag stands in the help where it is asked for.
func given(flag *pflag.Flag) string { return "--" + flag.Name + "=" + flag.Value.Type() }
