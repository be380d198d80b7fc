package packed

import (
	"iter"
	"math/bits"
	"slices"

	"homebound/internal/labour"
)

// ByDay holds a value for each day that was asked for. Days lie in pages of a few months, so that finding one takes a
// fraction of what a map of days takes, and going through them in order needs no sorting. The zero value has none.
//
// A page has the days whose number, days since 1970-01-01, shares all but its lowest seven bits; the shift is arithmetic,
// so that days before 1970 fall into pages of their own. A bit of touched says that a day was asked for, which a value of
// zero does not tell. Pages are taken from free once they have been cleared, with their bits and values set to zero. A
// ByDay belongs to one goroutine.
type ByDay[T any] struct {
	pages map[labour.Date]*page[T] // by day / pageDays
	last  *page[T]
	free  []*page[T]
	order []labour.Date
}

const pageDays = 128

type page[T any] struct {
	number  labour.Date
	touched [pageDays / 64]uint64
	values  [pageDays]T
}

// At returns the value of a day, which is zero at first.
func (d *ByDay[T]) At(day labour.Date) *T {
	number := day >> 7 // of days before 1970 too
	p := d.last
	if p == nil || p.number != number {
		p = d.page(number)
	}
	i := uint(day) % pageDays
	p.touched[i/64] |= 1 << (i % 64)
	return &p.values[i]
}

func (d *ByDay[T]) page(number labour.Date) *page[T] {
	p := d.pages[number]
	if p == nil {
		if n := len(d.free); n > 0 {
			p, d.free = d.free[n-1], d.free[:n-1]
		} else {
			p = new(page[T])
		}
		if d.pages == nil {
			d.pages = map[labour.Date]*page[T]{}
		}
		p.number = number
		d.pages[number] = p
	}
	d.last = p
	return p
}

// All hands out each day that was asked for, in order, with its value.
func (d *ByDay[T]) All() iter.Seq2[labour.Date, *T] {
	return func(yield func(labour.Date, *T) bool) {
		d.order = d.order[:0]
		for number := range d.pages {
			d.order = append(d.order, number)
		}
		slices.Sort(d.order)
		for _, number := range d.order {
			p := d.pages[number]
			for at, word := range p.touched {
				for ; word != 0; word &= word - 1 {
					i := at*64 + bits.TrailingZeros64(word)
					if !yield(number*pageDays+labour.Date(i), &p.values[i]) {
						return
					}
				}
			}
		}
	}
}

// Clear forgets every day, and keeps the memory for others.
func (d *ByDay[T]) Clear() {
	for _, value := range d.All() {
		*value = *new(T)
	}
	for _, p := range d.pages {
		p.touched = [pageDays / 64]uint64{}
		d.free = append(d.free, p)
	}
	clear(d.pages)
	d.last = nil
}
