package command

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"homebound/internal/access"
	"homebound/internal/labour"
)

type keysAdd struct {
	dataFlag
	Name        string        `arg:"" help:"Whom the key is for: small letters, digits and -."`
	Origin      []string      `placeholder:"URL" help:"Origin of pages that may send the key, such as https://example.org; may be repeated. With none, no page may."`
	Budget      access.Budget `default:"60000/min" placeholder:"N/UNIT" help:"How much may be asked with the key, per s, min or h; 0 sets no bound."`
	Expires     string        `placeholder:"DATE|SPAN" help:"Last day on which the key counts, such as 2027-12-31 (UTC), or for how long from now, such as 90d or 12h. Never ends where left out."`
	Rows        bool          `help:"Let the key read single permits and repatriations where --rows-need-key keeps them."`
	TrustedOnly bool          `help:"Let the key ask trusted documents alone."`
}

// Run makes a key. It prints the key alone to the standard output, so that it can be piped into a secret store.
func (c *keysAdd) Run(s *Session) error {
	key := access.Key{Name: c.Name, Budget: c.Budget, Rows: c.Rows, TrustedOnly: c.TrustedOnly}
	for _, text := range c.Origin {
		origin, err := access.ParseOrigin(text)
		if err != nil {
			return fmt.Errorf("--origin: %w", err)
		}
		key.Origins = append(key.Origins, origin)
	}
	if c.Expires != "" {
		end, err := parseEnd(c.Expires, s.Now())
		if err != nil {
			return err
		}
		key.Expires = &end
	}
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	text, err := keys.Add(key, s.Now())
	if err != nil {
		return err
	}
	s.handOver(c.Name, text)
	return nil
}

// handOver prints a new key, and tells the person at the terminal what to do with it.
func (s *Session) handOver(name, text string) {
	fmt.Fprintln(s.Stdout, text)
	fmt.Fprintf(s.Stderr, "This is the key %s. It is shown this once: keep it, and send it as Authorization: Bearer %.6s...\n",
		name, text)
}

// parseEnd returns the moment at which a key ends: the end of a day (UTC) such as 2027-12-31, or a span from now
// such as 90d or 12h.
func parseEnd(text string, now time.Time) (time.Time, error) {
	if day, err := labour.ParseDate(text); err == nil {
		if end := day.AddDays(1).Time(); end.After(now) {
			return end, nil
		}
		return time.Time{}, fmt.Errorf("--expires: expected a day that is not over, found %s", text)
	}
	span, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		span = time.Duration(min(n, 36_500)) * 24 * time.Hour
	}
	if err != nil || span <= 0 {
		return time.Time{}, fmt.Errorf(
			"--expires: expected a day such as 2027-12-31 or a span such as 90d or 12h, found %.40q", text)
	}
	return now.UTC().Truncate(time.Second).Add(span), nil
}

type keysList struct{ dataFlag }

// Run lists the keys, the oldest first.
func (c *keysList) Run(s *Session) error {
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "name\tid\tstate\tmade\texpires\tbudget\tallows\torigins")
	for _, k := range keys.List() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.ID, k.State(s.Now()),
			moment(&k.Created), moment(k.Expires), k.Budget, allows(k), orNone(k.Origins))
	}
	return table.Flush()
}

func moment(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}

func allows(k access.Key) string {
	var words []string
	if k.Rows {
		words = append(words, "rows")
	}
	if k.TrustedOnly {
		words = append(words, "trusted-only")
	}
	return orNone(words)
}

func orNone(words []string) string {
	if words == nil {
		return "-"
	}
	return strings.Join(words, ",")
}

type keysRevoke struct {
	dataFlag
	Name string `arg:"" help:"Name of the key."`
}

// Run revokes every active key of a name.
func (c *keysRevoke) Run(s *Session) error {
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	if err := keys.Revoke(c.Name, s.Now()); err != nil {
		return err
	}
	fmt.Fprintf(s.Stdout, "revoked %s\n", c.Name)
	return nil
}

type keysRotate struct {
	dataFlag
	Name  string        `arg:"" help:"Name of the key."`
	Grace time.Duration `default:"24h" help:"How long the key before it still counts; 0s where it has leaked."`
}

// Run renews a key.
func (c *keysRotate) Run(s *Session) error {
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	text, err := keys.Rotate(c.Name, c.Grace, s.Now())
	if err != nil {
		return err
	}
	s.handOver(c.Name, text)
	return nil
}
