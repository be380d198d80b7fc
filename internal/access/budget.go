package access

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"homebound/internal/labour"
)

// Budget is how much a client may ask for: what it has not spent grows back evenly, up to the whole. The zero
// Budget has no bound.
type Budget struct {
	Cost int           // what may be spent at once; see measure for what a question costs
	Per  time.Duration // how long it takes until all of it has grown back
}

// budgetUnits are the spans of time that a budget can be given for.
var budgetUnits = []struct {
	name string
	span time.Duration
}{{"s", time.Second}, {"min", time.Minute}, {"h", time.Hour}}

// ParseBudget reads a budget such as 600/min, or 0 for one without a bound.
func ParseBudget(text string) (Budget, error) {
	if text == "0" {
		return Budget{}, nil
	}
	number, unit, _ := strings.Cut(text, "/")
	cost, err := strconv.Atoi(number)
	for _, u := range budgetUnits {
		if err == nil && unit == u.name && cost > 0 && cost <= 1e9 {
			return Budget{cost, u.span}, nil
		}
	}
	return Budget{}, fmt.Errorf("expected a budget such as 600/min (or /s, /h, or 0 for no bound), found %.40q", text)
}

// String returns the form that ParseBudget reads.
func (b Budget) String() string {
	for _, u := range budgetUnits {
		if b.Cost > 0 && b.Per == u.span {
			return fmt.Sprintf("%d/%s", b.Cost, u.name)
		}
	}
	return "0"
}

// MarshalText is String.
func (b Budget) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText is ParseBudget.
func (b *Budget) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBudget(string(text))
	return err
}

// Limiters keeps what each client has left to spend. Who has not asked for longest is forgotten where there are too
// many, and begins anew.
type Limiters struct {
	of *otter.Cache[string, *rate.Limiter]
}

const maxLimiters = 100_000

// NewLimiters returns limiters of clients that have spent nothing.
func NewLimiters() Limiters {
	return Limiters{otter.Must(&otter.Options[string, *rate.Limiter]{MaximumSize: maxLimiters})}
}

// Limiter is what one client has left of its budget. A nil limiter has no bound.
type Limiter struct {
	*rate.Limiter
	Name   string   // of the policy, for the client
	Budget Budget   // the client's own
	within *Limiter // of many clients together, which each of them charges as well; nil: there is none
}

// Within returns the limiter with another one around it, of many clients together. A charge needs room in both.
func (p *Limiter) Within(many *Limiter) *Limiter {
	if p == nil || many == nil {
		return p
	}
	both := *p
	both.within = many
	return &both
}

// Times returns a budget of so many times the size.
func (b Budget) Times(n int) Budget { return Budget{b.Cost * n, b.Per} }

// Of returns a client's limiter, with the whole budget where there was none. A budget that has changed counts from
// now on.
func (p Limiters) Of(client, name string, budget Budget) *Limiter {
	if budget.Cost == 0 {
		return nil
	}
	limit := rate.Limit(float64(budget.Cost) / budget.Per.Seconds())
	limiter, _ := p.of.ComputeIfAbsent(client, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(limit, budget.Cost), false
	})
	if limiter.Limit() != limit || limiter.Burst() != budget.Cost {
		limiter.SetLimit(limit)
		limiter.SetBurst(budget.Cost)
	}
	return &Limiter{Limiter: limiter, Name: name, Budget: budget}
}

// OverBudget refuses what a client cannot pay for now.
type OverBudget struct {
	Fault error
	Wait  time.Duration // until it can
}

// Error returns the Fault's sentence.
func (o *OverBudget) Error() string { return o.Fault.Error() }

// Unwrap returns the Fault.
func (o *OverBudget) Unwrap() error { return o.Fault }

// RetryAfter returns the wait in whole seconds, rounded up.
func (o *OverBudget) RetryAfter() string { return strconv.Itoa(Seconds(o.Wait)) }

// Seconds returns a span in whole seconds, rounded up.
func Seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// Charge takes a cost from the budget, or nothing at all: then it returns an OverBudget, or a Fault where the
// budget could never hold as much.
func (p *Limiter) Charge(now time.Time, cost int) error {
	if p == nil || cost <= 0 {
		return nil
	}
	r := p.ReserveN(now, cost)
	if !r.OK() {
		return labour.Faultf(labour.LimitExceeded,
			"This costs more than the whole budget of %s. Ask for less, or with a key that has a larger one.", p.Budget)
	}
	wait := r.DelayFrom(now)
	if wait == 0 {
		err := p.within.Charge(now, cost)
		if err != nil {
			r.CancelAt(now)
		}
		return err
	}
	r.CancelAt(now)
	return &OverBudget{Fault: labour.Faultf(labour.LimitExceeded,
		"The budget of %s is spent: this costs %d and %d are left. Ask again in %d s.",
		p.Budget, cost, p.Left(now), Seconds(wait)), Wait: wait}
}

// Owe takes a cost that has been caused already, also where it is not there: then the client owes it, and can ask for
// nothing until it has grown back. A debt is never more than the whole budget.
func (p *Limiter) Owe(now time.Time, cost int) {
	if p == nil || cost <= 0 {
		return
	}
	p.within.Owe(now, cost)
	cost = min(cost, int(p.TokensAt(now))+p.Budget.Cost)
	for ; cost > 0; cost -= p.Budget.Cost { // a reservation may be no larger than the budget
		p.ReserveN(now, min(cost, p.Budget.Cost))
	}
}

// Left returns what may be spent at a time, in whole units.
func (p *Limiter) Left(now time.Time) int { return max(0, int(p.TokensAt(now))) }

// UntilWhole returns how long it takes from now until the whole budget has grown back.
func (p *Limiter) UntilWhole(now time.Time) time.Duration {
	missing := max(0, float64(p.Budget.Cost)-p.TokensAt(now))
	return time.Duration(missing / float64(p.Limit()) * float64(time.Second))
}
