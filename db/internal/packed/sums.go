package packed

import (
	"encoding/binary"

	"homebound/internal/labour"
)

// Sum is what some rows of the register add up to in a stretch of days: a calendar year, or a part of one.
type Sum struct {
	Days     labour.Period
	Issued   bool // whether any permit was
	Day           // what was issued
	Left     bool // whether anybody was repatriated
	Departed int  // workers repatriated
	Level
}

// Level is what a stock comes to in a stretch of days.
type Level struct {
	Held       bool        // whether a permit is in force on any of the days
	Peak       int         // the most workers present
	PeakOn     labour.Date // the first day on which they are
	WorkerDays int
	Last       Change // workers present and permits in force on the last day
}

// What a sum holds, in the bits of its head above those that say what money follows.
const (
	sumIssued = 1 << (flowBits + iota)
	sumLeft
	sumHeld
)

// PackSum adds a sum to those before, of which the last ends on a day, 1970-01-01 where there is none. It is written as
// numbers of variable length: the days since then, how many the stretch has, what it holds, and that: permits issued as
// PackFlows writes them, workers repatriated, and of the stock the peak, the days to it, the worker-days, and the last day's
// workers and permits. A stretch in which nothing changes need not be packed: the stock stays what it was on the last day.
func PackSum(to []byte, last labour.Date, s *Sum) []byte {
	head := 0
	if s.Issued {
		head = s.money() | sumIssued
	}
	if s.Left {
		head |= sumLeft
	}
	if s.Held {
		head |= sumHeld
	}
	to = binary.AppendVarint(to, int64(s.Days.From.Sub(last)))
	to = binary.AppendUvarint(to, uint64(s.Days.Days()))
	to = binary.AppendUvarint(to, uint64(head))
	if s.Issued {
		to = s.appendFlow(to, s.money())
	}
	if s.Left {
		to = binary.AppendUvarint(to, uint64(s.Departed))
	}
	if s.Held {
		for _, n := range []int{s.Peak, s.PeakOn.Sub(s.Days.From), s.WorkerDays, s.Last.Workers, s.Last.Permits} {
			to = binary.AppendUvarint(to, uint64(n))
		}
	}
	return to
}

// UnpackSums hands out each of some sums, in the order of days. What is handed out is good until visit returns.
func UnpackSums(packed []byte, visit func(*Sum) error) error {
	n := numbers{packed: packed}
	var last labour.Date
	var s Sum
	pay := func(m Money) { s.Money = append(s.Money, m) }
	for n.more() {
		from := last.AddDays(int(signed(n.next())))
		last = from.AddDays(int(n.next()) - 1)
		head := int(n.next())
		s.Days = labour.Period{From: from, To: last}
		s.Permits, s.Workers, s.Money, s.Departed, s.Level = 0, 0, s.Money[:0], 0, Level{}
		if s.Issued = head&sumIssued != 0; s.Issued {
			s.Permits, s.Workers = int(n.next()), int(n.next())
			n.money(head&(1<<flowBits-1), s.Permits, s.Workers, pay)
		}
		if s.Left = head&sumLeft != 0; s.Left {
			s.Departed = int(n.next())
		}
		if s.Held = head&sumHeld != 0; s.Held {
			s.Peak, s.PeakOn, s.WorkerDays = int(n.next()), from.AddDays(int(n.next())), int(n.next())
			s.Last = Change{Workers: int(n.next()), Permits: int(n.next())}
		}
		if n.broken {
			return errPacked
		}
		if err := visit(&s); err != nil {
			return err
		}
	}
	return nil
}

// Follow walks through a stretch of days in which a stock changes on some, which come in order, and tells what it comes to.
// It begins with what it was before.
func Follow(before Change, days labour.Period, changes func(yield func(labour.Date, Change) bool)) Level {
	l := Level{Last: before, PeakOn: days.From}
	day := days.From
	until := func(end labour.Date) {
		if l.Last.Permits > 0 && day < end {
			l.Held = true
			l.WorkerDays += l.Last.Workers * end.Sub(day)
			if l.Last.Workers > l.Peak {
				l.Peak, l.PeakOn = l.Last.Workers, day
			}
		}
		day = end
	}
	for on, c := range changes {
		until(on)
		l.Last = Change{Workers: l.Last.Workers + c.Workers, Permits: l.Last.Permits + c.Permits}
	}
	until(days.To + 1)
	return l
}

// PackChange adds a change of a stock to those before, of which the last is on a day.
func PackChange(to []byte, last, day labour.Date, c Change) []byte {
	for _, n := range []int{day.Sub(last), c.Workers, c.Permits} {
		to = binary.AppendVarint(to, int64(n))
	}
	return to
}

// UnpackChanges hands out each of some changes, in their order.
func UnpackChanges(packed []byte, visit func(labour.Date, Change)) error {
	n := numbers{packed: packed}
	var day labour.Date
	for n.more() {
		day = day.AddDays(int(signed(n.next())))
		c := Change{Workers: int(signed(n.next())), Permits: int(signed(n.next()))}
		if n.broken {
			return errPacked
		}
		visit(day, c)
	}
	return nil
}
