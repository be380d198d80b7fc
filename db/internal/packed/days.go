package packed

import (
	"encoding/binary"
	"math"
	"math/bits"

	"homebound/internal/labour"
)

// RowDays is a register row's days. A permit is counted where it is issued and where it is in force; a repatriation
// on its date, and where the permit that it took workers from is in force.
type RowDays struct {
	Day  labour.Date   // of issue, or of the repatriation
	Held labour.Period // in force; without days where the permit never is, or there is none
	// Workers are those that a permit brings while it is in force; below zero those that a repatriation takes of
	// them, never more than are left.
	Workers int
	Wage    packedWage // of the permit
}

// Years returns the first and the last year in which the row is counted.
func (c RowDays) Years() (first, last int) {
	first, last = c.Day.Year(), c.Day.Year()
	if c.Held.Days() > 0 {
		first, last = min(first, c.Held.From.Year()), max(last, c.Held.To.Year())
	}
	return first, last
}

// PackDays adds a row to those before, whose last day of issue or date is given, as numbers of variable length: the
// days since then, those until it is in force, for how many it is, the workers, and the wage.
//
// Rows of a cell have to be handed over in the order of Day, with the same last that the reader will have reached:
// differences are all that is written, so that a row left out or out of order moves every row behind it, and nothing in
// the bytes tells. Days are whole days since 1970-01-01 without a zone; both ends of Held count. A row without days in
// force is written with 0 for both, since where it would begin says nothing. TestPackDays holds what
// is read to what was written; a change of the form needs a migration, because published files keep the old one.
func PackDays(packed []byte, last labour.Date, c RowDays) []byte {
	until := 0
	if c.Held.Days() > 0 {
		until = c.Held.From.Sub(c.Day)
	}
	packed = binary.AppendVarint(packed, int64(c.Day.Sub(last)))
	packed = binary.AppendVarint(packed, int64(until))
	packed = binary.AppendUvarint(packed, uint64(c.Held.Days()))
	packed = binary.AppendVarint(packed, int64(c.Workers))
	return binary.AppendUvarint(packed, uint64(c.Wage))
}

// packedWage is a monthly wage in the release's currency: 0 where it is unknown, else one more than its bits turned
// around, since round figures have zeros at their end.
type packedWage uint64

// PackWage packs a known wage.
func PackWage(wage float64) packedWage {
	return packedWage(bits.ReverseBytes64(math.Float64bits(wage)) + 1)
}

// Known returns the wage, or false where it is unknown.
func (w packedWage) Known() (float64, bool) {
	return math.Float64frombits(bits.ReverseBytes64(uint64(w - 1))), w != 0
}

// UnpackDays hands out each row of those packed, which start from the first day of a year.
//
// Questions that no sum answers read millions of rows here. Most numbers take one byte, which is read without a call.
func UnpackDays(year int, packed []byte, visit func(RowDays)) error {
	day := labour.YearPeriod(year).From
	var row [5]uint64
	for at := 0; at < len(packed); {
		for i := range row {
			if at < len(packed) && packed[at] < 1<<7 {
				row[i] = uint64(packed[at])
				at++
				continue
			}
			v, size := binary.Uvarint(packed[at:])
			if size <= 0 {
				return errPacked
			}
			row[i] = v
			at += size
		}
		day += labour.Date(signed(row[0]))
		from := day + labour.Date(signed(row[1]))
		visit(RowDays{Day: day, Held: labour.Period{From: from, To: from + labour.Date(row[2]) - 1},
			Workers: int(signed(row[3])), Wage: packedWage(row[4])})
	}
	return nil
}

// PackNumbers adds numbers that are not below zero to those before, each of variable length.
func PackNumbers(packed []byte, numbers ...int) []byte {
	for _, n := range numbers {
		packed = binary.AppendUvarint(packed, uint64(n))
	}
	return packed
}

// Numbers reads what PackNumbers has written.
type Numbers struct{ numbers }

// NumbersOf begins with the first.
func NumbersOf(packed []byte) *Numbers { return &Numbers{numbers{packed: packed}} }

// Next returns the next number, and 0 where there is none.
func (n *Numbers) Next() int {
	v := n.next()
	if v > math.MaxInt {
		n.broken = true
		return 0
	}
	return int(v)
}

// Err returns an error where a number was asked for that is not there whole, or some were not asked for.
func (n *Numbers) Err() error {
	if n.broken || n.more() {
		return errPacked
	}
	return nil
}

// signed turns a number as binary.AppendVarint writes it around.
func signed(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// DaysSum is what the days of some rows add up to.
type DaysSum struct {
	Rows, Workers int
	Held          int // of the rows, those that are in force on any day
	// Day has the days of all rows. From and To have the first and the last days in force of those that are in force.
	Day, From, To labour.Period
	// Of those that are in force: the least days from a row's day to the first in force, and the most to the last; the most
	// days in force.
	Before, After, Longest int
}

// NoRows are no rows.
var NoRows = DaysSum{Day: NoDays, From: NoDays, To: NoDays}

// Add adds a row.
func (s *DaysSum) Add(c RowDays) {
	s.Rows++
	s.Workers += c.Workers
	s.Day = Widen(s.Day, labour.Period{From: c.Day, To: c.Day})
	if c.Held.Days() > 0 {
		before, after := c.Held.From.Sub(c.Day), c.Held.To.Sub(c.Day)
		if s.Held == 0 {
			s.Before, s.After = before, after
		}
		s.Before, s.After, s.Longest = min(s.Before, before), max(s.After, after), max(s.Longest, c.Held.Days())
		s.Held++
		s.From = Widen(s.From, labour.Period{From: c.Held.From, To: c.Held.From})
		s.To = Widen(s.To, labour.Period{From: c.Held.To, To: c.Held.To})
	}
}

// numbers are packed one behind the other, each of variable length.
type numbers struct {
	packed []byte
	at     int  // where the next one is
	broken bool // whether a number was asked for that is not there whole
}

func (n *numbers) more() bool { return n.at < len(n.packed) }

// next reads a number. Most take one byte, which is read without a call.
func (n *numbers) next() uint64 {
	if n.at < len(n.packed) && n.packed[n.at] < 1<<7 {
		n.at++
		return uint64(n.packed[n.at-1])
	}
	return n.long()
}

func (n *numbers) long() uint64 {
	v, size := binary.Uvarint(n.packed[n.at:])
	if size <= 0 {
		n.broken, size = true, len(n.packed)-n.at
	}
	n.at += size
	return v
}

// Fall is the row's part in how far the workers present under a permit fall from the first day of a period, on
// which it is in force, to the last. What has left never comes back.
func (c RowDays) Fall(p labour.Period) int {
	if !c.Held.Contains(p.From) {
		return 0
	}
	fall, from := 0, max(c.Day, c.Held.From)
	if c.Workers > 0 {
		from = c.Held.From // a permit brings its workers on its first day, whenever it is issued
	}
	if from <= p.From {
		fall += c.Workers
	}
	if from <= p.To && p.To <= c.Held.To {
		fall -= c.Workers
	}
	return fall
}
