package disclosure

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"slices"
)

// Decision is which cells of a table are withheld. Unlike the table it holds no count, and little else.
type Decision struct {
	strides  []int
	withheld []int // keys, in order
}

// Decision returns what Withhold has decided.
func (t *Table) Decision() Decision {
	d := Decision{strides: t.strides}
	for key, c := range t.cells {
		if c.withheld {
			d.withheld = append(d.withheld, key)
		}
	}
	slices.Sort(d.withheld)
	return d
}

// Withheld reports whether the cell of some members is withheld. A member of -1 is of nothing.
func (d Decision) Withheld(members []int) bool {
	key := 0
	for i, m := range members {
		if m < 0 {
			return false
		}
		key += m * d.strides[i]
	}
	_, withheld := slices.BinarySearch(d.withheld, key)
	return withheld
}

// Len returns the number of withheld cells.
func (d Decision) Len() int { return len(d.withheld) }

// Shape is a digest of a table's axes and its least count. Tables of one shape that count the same come to the same
// decision.
func (t *Table) Shape() [sha256.Size]byte {
	h := sha256.New()
	write(h, t.least, int64(len(t.axes)))
	for _, a := range t.axes {
		write(h, a.latest, int64(len(a.members)))
		for _, set := range a.members {
			write(h, int64(len(set)))
			for _, leaf := range set {
				write(h, int64(leaf))
			}
		}
		// The lines follow from the members and their order.
		write(h, int64(len(a.weights)), a.weights)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func write(h hash.Hash, values ...any) {
	for _, v := range values {
		_ = binary.Write(h, binary.LittleEndian, v) // a hash takes whatever it is given
	}
}
