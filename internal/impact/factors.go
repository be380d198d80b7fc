package impact

import (
	"fmt"
	"slices"
	"sync"

	"homebound/internal/labour"
)

// slot is an input that varies: the row of a parameter that counts somewhere.
type slot struct {
	row
	scope string // where its row holds, for telling slots of one name apart
}

// form says how a factor follows from slots.
type form int

const (
	plain      form = iota // the first slot
	complement             // 1 less the sum of the slots, at least 0
	lessOne                // the first slot less 1
	excess                 // the first slot less the second, at least 0
	inverse                // 1 over the first slot
	remainder              // the first slot less the sum of the others, at least 0
)

type factor struct {
	form  form
	slots []int
}

// book holds the varying inputs of a question and the factors made of them, each once.
type book struct {
	slots   []slot
	factors []factor
	index   map[string]int
}

func newBook() *book { return &book{index: map[string]int{}} }

// slot adds the row of a parameter, or finds it.
func (b *book) slot(r row) int {
	scope := fmt.Sprint(r.Region, "/", r.Industry, "/", r.Nationality, "/", dayOr(r.From), "/", dayOr(r.To), "/", r.set)
	key := "slot " + r.Name + " " + scope
	i, ok := b.index[key]
	if !ok {
		i = len(b.slots)
		b.index[key] = i
		b.slots = append(b.slots, slot{r, scope})
	}
	return i
}

func dayOr(d *labour.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// factor adds what follows from slots, or finds it.
func (b *book) factor(f form, slots ...int) int {
	key := fmt.Sprint("factor ", f, slots)
	i, ok := b.index[key]
	if !ok {
		i = len(b.factors)
		b.index[key] = i
		b.factors = append(b.factors, factor{f, slices.Clone(slots)})
	}
	return i
}

// amount is a known number times factors; the zero amount is not known.
type amount struct {
	value float64
	by    []int
	known bool
}

func constant(v float64) amount { return amount{v, nil, true} }

// times multiplies two amounts; what is not known makes the product unknown.
func (a amount) times(b amount) amount {
	return amount{a.value * b.value, slices.Concat(a.by, b.by), a.known && b.known}
}

// points are settings of the slots at which the model is evaluated: one for the central result, one a draw, two an input
// for the tornado. All of them are evaluated together, factor by factor.
type points struct {
	book    *book
	n       int
	setting func(slot int) []float64

	mu      sync.Mutex
	values  [][]float64 // by slot, once it is asked for
	columns map[int][]float64
	stay    []float64 // see model.undone
}

// at returns n points with the values that setting returns for each slot that is read.
func (b *book) at(n int, setting func(slot int) []float64) *points {
	return &points{book: b, n: n, setting: setting, values: make([][]float64, len(b.slots)),
		columns: map[int][]float64{}}
}

// column returns a factor at every point.
func (p *points) column(f int) []float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if column, ok := p.columns[f]; ok {
		return column
	}
	of := p.book.factors[f]
	for _, i := range of.slots {
		if p.values[i] == nil {
			p.values[i] = p.setting(i)
		}
	}
	first := p.values[of.slots[0]]
	column := make([]float64, p.n)
	for i := range column {
		v := first[i]
		switch of.form {
		case complement, remainder:
			if of.form == complement {
				v = 1 - v
			}
			for _, other := range of.slots[1:] {
				v -= p.values[other][i]
			}
			v = max(0, v)
		case lessOne:
			v--
		case excess:
			v = max(0, v-p.values[of.slots[1]][i])
		case inverse:
			v = 1 / v
		}
		column[i] = v
	}
	p.columns[f] = column
	return column
}

// multiply multiplies into by the factors.
func (p *points) multiply(into []float64, by []int) {
	for _, f := range by {
		for i, v := range p.column(f) {
			into[i] *= v
		}
	}
}

// ends says at which end of its range each name stands; a name that is not in it is central.
type ends map[string]byte // 'l' or 'h'

// settings returns points at ends, one a setting.
func (b *book) settings(list []ends) *points {
	return b.at(len(list), func(i int) []float64 {
		of := b.slots[i]
		column := make([]float64, len(list))
		for j, e := range list {
			switch e[of.Name] {
			case 'l':
				column[j] = of.Low
			case 'h':
				column[j] = of.High
			default:
				column[j] = of.Central
			}
		}
		return column
	})
}

// draws returns the points of n draws. All slots of a name share one u a draw; relativeWage takes that of
// relativeProductivity, since better workers are paid more; those of a group take that of its first name.
func (b *book) draws(n int, seed int64, together [][]string) *points {
	heads := map[string]string{}
	for _, group := range together {
		head := leader(slices.MinFunc(group, func(a, b string) int { return compareNames(leader(a), leader(b)) }))
		for _, name := range group {
			heads[leader(name)] = head
		}
	}
	uniform := map[string][]float64{}
	return b.at(n, func(i int) []float64 {
		of := b.slots[i]
		name := leader(of.Name)
		if head, ok := heads[name]; ok {
			name = head
		}
		u, ok := uniform[name]
		if !ok {
			u = make([]float64, n)
			from := newStream(seed, name)
			for draw := range u {
				u[draw] = from.at(draw)
			}
			uniform[name] = u
		}
		inverted := quantile(Range{of.Low, of.Central, of.High}, of.Distribution)
		column := make([]float64, n)
		for draw, v := range u {
			column[draw] = inverted(v)
		}
		return column
	})
}

// leader names the parameter whose draws a parameter takes.
func leader(name string) string {
	if name == relativeWage {
		return relativeProductivity
	}
	return name
}

func compareNames(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
