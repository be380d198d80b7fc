package exports

import (
	"cmp"
	"fmt"
	"io"
	"os"

	"github.com/djherbis/buffer"
	"github.com/djherbis/nio/v3"
	"golang.org/x/sync/semaphore"
)

// A client takes an export behind its making: what it has not taken yet waits in memory up to one bound and then on disk
// up to another, so that the turn to make files is free again before a slow client has all of its own. Where a file is
// longer than that, or too many wait, its making goes on no faster than its client takes it.
const (
	behindInMemory = 256 << 10
	behindOnDisk   = 64 << 20
)

// behind lends exports the disk on which they wait for their clients.
type behind struct{ disk *semaphore.Weighted }

func newBehind(mebibytes int) behind { return behind{semaphore.NewWeighted(int64(mebibytes) << 20)} }

// send makes a file and passes it on at the same time. made is called as soon as all of it is written; the error is
// that of the client where that failed first.
func (b behind) send(to io.Writer, write func(io.Writer) error, made func()) error {
	waiting, free, err := b.buffer()
	if err != nil {
		return err
	}
	defer free()
	reader, writer := nio.Pipe(waiting)
	sent := make(chan error, 1)
	go func() {
		_, err := io.CopyBuffer(to, reader, make([]byte, partSize))
		_ = reader.CloseWithError(err) // which ends the making
		sent <- err
	}()
	// The client is waited for, also after a panic: neither the response nor the disk is to be used after its handler.
	finished := false
	defer func() {
		if !finished {
			_ = writer.CloseWithError(io.ErrUnexpectedEOF)
			<-sent
		}
	}()
	failed := write(writer)
	made()
	finished = true
	_ = writer.CloseWithError(failed)
	return cmp.Or(<-sent, failed)
}

// buffer returns where an export waits: in memory alone where the disk is lent to others.
func (b behind) buffer() (waiting buffer.Buffer, free func(), err error) {
	memory := buffer.New(behindInMemory)
	if !b.disk.TryAcquire(behindOnDisk) {
		return memory, func() {}, nil
	}
	file, err := temporary()
	if err != nil {
		b.disk.Release(behindOnDisk)
		return nil, nil, err
	}
	return buffer.NewMulti(memory, buffer.NewFile(behindOnDisk, file)), func() {
		_ = file.Close() // whose bytes nobody needs
		b.disk.Release(behindOnDisk)
	}, nil
}

// temporary returns a file without a name, of which nothing is left when the program ends, however it does.
func temporary() (*os.File, error) {
	file, err := os.CreateTemp("", "homebound-export-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file for an export: %w", err)
	}
	_ = os.Remove(file.Name()) // the file stays as long as it is open; where a system has no such files, its folder is cleaned
	return file, nil
}
