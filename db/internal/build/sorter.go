package build

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"homebound/db/internal/packed"
	"homebound/internal/labour"
)

// changeSorter puts the changes of permits in the order of their cells and employers, those of one in the order in
// which they came. It sorts as many at a time as fit in a bounded memory, keeps them in a file, and merges at the
// end: text sorted by SQLite takes some ten times as long.
type changeSorter struct {
	dir   string
	chunk []permitChange
	order []changePlace // of the chunk
	files []*os.File
	size  int // of a chunk
}

// changePlace is what a change is sorted by, beside where it lies: sorting these touches no change.
type changePlace struct {
	cell         uint64
	employer, at uint32
}

func (p changePlace) compare(other changePlace) int {
	return cmp.Or(cmp.Compare(p.cell, other.cell), cmp.Compare(p.employer, other.employer), cmp.Compare(p.at, other.at))
}

// chunkRows is how many changes are sorted in memory: some twenty megabytes of them.
const chunkRows = 1 << 18

func (s *changeSorter) add(c permitChange) error {
	if s.chunk = append(s.chunk, c); len(s.chunk) < cmp.Or(s.size, chunkRows) {
		return nil
	}
	return s.spill()
}

func (s *changeSorter) sortChunk() {
	s.order = slices.Grow(s.order[:0], len(s.chunk))
	for i := range s.chunk {
		s.order = append(s.order, changePlace{s.chunk[i].cell, s.chunk[i].employer, uint32(i)})
	}
	slices.SortFunc(s.order, changePlace.compare)
}

// spill writes the chunk to a file that has no name any more.
func (s *changeSorter) spill() error {
	file, err := os.CreateTemp(s.dir, "changes-")
	if err != nil {
		return err
	}
	s.files = append(s.files, file)
	if err := os.Remove(file.Name()); err != nil {
		return err
	}
	s.sortChunk()
	out := bufio.NewWriterSize(file, 1<<16)
	var bytes []byte
	for _, p := range s.order {
		bytes = s.chunk[p.at].append(bytes[:0])
		if _, err := out.Write(bytes); err != nil {
			return err
		}
	}
	s.chunk = s.chunk[:0]
	if err := out.Flush(); err != nil {
		return err
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// each hands out every change, in order.
func (s *changeSorter) each(visit func(*permitChange) error) error {
	if s.files == nil {
		s.sortChunk()
		for _, p := range s.order {
			if err := visit(&s.chunk[p.at]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.chunk, s.order = nil, nil
	var runs sortedRuns
	for i, file := range s.files {
		run := &sortedRun{number: i, from: bufio.NewReaderSize(file, 1<<16)}
		more, err := run.next()
		if err != nil {
			return err
		}
		if more {
			runs = append(runs, run)
		}
	}
	heap.Init(&runs)
	for len(runs) > 0 {
		first := runs[0]
		if err := visit(&first.head); err != nil {
			return err
		}
		more, err := first.next()
		switch {
		case err != nil:
			return err
		case more:
			heap.Fix(&runs, 0)
		default:
			heap.Pop(&runs)
		}
	}
	return nil
}

// close lets go of the files, and so of their room.
func (s *changeSorter) close() error {
	var failed error
	for _, file := range s.files {
		failed = errors.Join(failed, file.Close())
	}
	return failed
}

// sortedRun is a file of changes in their order.
type sortedRun struct {
	number int
	from   *bufio.Reader
	head   permitChange
	bytes  [changeBytes]byte
}

func (r *sortedRun) next() (more bool, err error) {
	if _, err := io.ReadFull(r.from, r.bytes[:]); err == io.EOF {
		return false, nil
	} else if err != nil {
		return false, err
	}
	r.head = parseChange(r.bytes[:])
	return true, nil
}

// sortedRuns is a heap of runs by their next change.
type sortedRuns []*sortedRun

func (r sortedRuns) Len() int { return len(r) }
func (r sortedRuns) Less(i, j int) bool {
	return cmp.Or(r[i].head.compare(&r[j].head), cmp.Compare(r[i].number, r[j].number)) < 0
}
func (r sortedRuns) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r *sortedRuns) Push(x any)   { *r = append(*r, x.(*sortedRun)) }
func (r *sortedRuns) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// changeBytes is how many bytes a change takes in a file.
const changeBytes = 8 + 4 + 3*4 + 3*8 + 1 + 8 + 8 + 2

func (c *permitChange) append(to []byte) []byte {
	to = binary.LittleEndian.AppendUint64(to, c.cell)
	to = binary.LittleEndian.AppendUint32(to, c.employer)
	for _, day := range []labour.Date{c.day, c.first, c.last} {
		to = binary.LittleEndian.AppendUint32(to, uint32(day))
	}
	for _, n := range []int{c.brings.Workers, c.brings.Permits, c.issued} {
		to = binary.LittleEndian.AppendUint64(to, uint64(n))
	}
	var marks byte
	for i, is := range []bool{c.dated, c.priced, c.unpriced, c.pays} {
		if is {
			marks |= 1 << i
		}
	}
	to = binary.LittleEndian.AppendUint64(append(to, marks), math.Float64bits(c.wage))
	to = binary.LittleEndian.AppendUint64(to, math.Float64bits(c.paid))
	return binary.LittleEndian.AppendUint16(to, uint16(c.currency))
}

func parseChange(b []byte) permitChange {
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }
	day := func(at int) labour.Date { return labour.Date(binary.LittleEndian.Uint32(b[at:])) }
	return permitChange{cell: word(0), employer: binary.LittleEndian.Uint32(b[8:]),
		day: day(12), first: day(16), last: day(20),
		brings: packed.Change{Workers: int(word(24)), Permits: int(word(32))}, issued: int(word(40)),

		dated: b[48]&1 != 0, priced: b[48]&2 != 0, unpriced: b[48]&4 != 0, pays: b[48]&8 != 0,
		wage: math.Float64frombits(word(49)), paid: math.Float64frombits(word(57)),
		currency: packed.Currency(binary.LittleEndian.Uint16(b[65:]))}
}
