package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"homebound/internal/access"
	"homebound/internal/labour"
)

type keysCommand struct {
	Add    keysAdd    `cmd:"" help:"Make a key and print it, once."`
	List   keysList   `cmd:"" help:"List every key, revoked and expired ones too; the keys themselves cannot be had again."`
	Revoke keysRevoke `cmd:"" help:"End a key at once."`
	Rotate keysRotate `cmd:"" help:"Make a new key of the same name that allows the same, and print it, once."`
}

type keysAdd struct {
	dataFlag
	Name        string        `arg:"" help:"Whom the key is for: small letters, digits and -."`
	Origin      []string      `env:"HOMEBOUND_ORIGIN" placeholder:"URL" help:"Origin of pages that may send the key, such as https://example.org; may be repeated. With none, no page may."`
	Budget      access.Budget `default:"60000/min" env:"HOMEBOUND_BUDGET" placeholder:"N/UNIT" help:"How much may be asked with the key, per s, min or h; 0 sets no bound."`
	Expires     string        `env:"HOMEBOUND_EXPIRES" placeholder:"DATE|SPAN" help:"Last day on which the key counts, such as 2027-12-31 (UTC), or for how long from now, such as 90d or 12h. Never ends where left out."`
	Rows        bool          `env:"HOMEBOUND_ROWS" help:"Let the key read single permits and repatriations where --rows-need-key keeps them."`
	TrustedOnly bool          `env:"HOMEBOUND_TRUSTED_ONLY" help:"Let the key ask trusted documents alone."`
}

// Run makes a key. It goes to the standard output alone, so that it can be piped into a secret store.
func (c *keysAdd) Run(s *session) error {
	key := access.Key{Name: c.Name, Budget: c.Budget, Rows: c.Rows, TrustedOnly: c.TrustedOnly}
	for _, text := range c.Origin {
		origin, err := access.ParseOrigin(text)
		if err != nil {
			return fmt.Errorf("--origin: %w", err)
		}
		key.Origins = append(key.Origins, origin)
	}
	if c.Expires != "" {
		end, err := parseEnd(c.Expires, s.now())
		if err != nil {
			return err
		}
		key.Expires = &end
	}
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	text, err := keys.Add(key, s.now())
	if err != nil {
		return err
	}
	s.handOver(c.Name, text)
	return nil
}

func (s *session) handOver(name, text string) {
	fmt.Fprintln(s.stdout, text)
	fmt.Fprintf(s.stderr, "This is the key %s. It is shown this once: keep it, and send it as Authorization: Bearer %.6s...\n", name, text)
}

// parseEnd reads the moment at which a key ends: the end of a day that is named, or a span from now.
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
		return time.Time{}, fmt.Errorf("--expires: expected a day such as 2027-12-31 or a span such as 90d or 12h, found %.40q", text)
	}
	return now.UTC().Truncate(time.Second).Add(span), nil
}

type keysList struct{ dataFlag }

// Run lists the keys, the oldest first.
func (c *keysList) Run(s *session) error {
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "name\tid\tstate\tmade\texpires\tbudget\tallows\torigins")
	for _, k := range keys.List() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.ID, k.State(s.now()), moment(&k.Created), moment(k.Expires), k.Budget, allows(k), orNone(k.Origins))
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
func (c *keysRevoke) Run(s *session) error {
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	if err := keys.Revoke(c.Name, s.now()); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "revoked %s\n", c.Name)
	return nil
}

type keysRotate struct {
	dataFlag
	Name  string        `arg:"" help:"Name of the key."`
	Grace time.Duration `default:"24h" env:"HOMEBOUND_GRACE" help:"How long the key before it still counts; 0s where it has leaked."`
}

// Run renews a key.
func (c *keysRotate) Run(s *session) error {
	if c.Grace < 0 {
		return fmt.Errorf("--grace: expected 0s or more, found %s", c.Grace)
	}
	keys, err := access.OpenKeys(c.Data)
	if err != nil {
		return err
	}
	text, err := keys.Rotate(c.Name, c.Grace, s.now())
	if err != nil {
		return err
	}
	s.handOver(c.Name, text)
	return nil
}
