package logstreamer

import (
	"bufio"
	"compress/gzip"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// hashBytes is how much before a position the journal's hash covers, as in hekad's journals.
const hashBytes = 500

// keptBytes is how much of a compressed file's text is kept to hash what lies before a position.
const keptBytes = 128 << 10

// logFile is an open file. Offsets count the bytes of its text, decompressed where it is compressed.
type logFile struct {
	path  string
	id    fileID
	file  *os.File
	at    int64 // offset of the next read
	print fingerprint
	again uint32 // how many files of the stream began with the same line before

	zip    *gzip.Reader // nil for a plain file
	packed *bufio.Reader
	kept   []byte // the text before at, of a compressed file
	cut    bool   // the compressed file ends in the middle: it is still being written
}

// openFile opens a regular file; it never waits for a writer of a pipe.
func openFile(path string) (*logFile, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is no regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	l := &logFile{path: path, id: idOf(info), file: f}
	if err := l.detectGzip(); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// detectGzip goes by the first two bytes (RFC 1952).
func (l *logFile) detectGzip() error {
	var magic [2]byte
	if n, err := l.file.ReadAt(magic[:], 0); n < 2 {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return nil
	}
	if magic != [2]byte{0x1f, 0x8b} {
		return nil
	}
	return l.rewindZip()
}

func (l *logFile) rewindZip() (err error) {
	if _, err = l.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if l.packed == nil {
		l.packed = bufio.NewReaderSize(l.file, 32<<10)
	} else {
		l.packed.Reset(l.file)
	}
	if l.zip == nil {
		l.zip, err = gzip.NewReader(l.packed)
	} else {
		err = l.zip.Reset(l.packed)
	}
	l.at, l.kept, l.cut = 0, l.kept[:0], false
	return err
}

func (l *logFile) compressed() bool { return l.zip != nil }

// Read reads on. The end of a compressed file that is still being written is no error.
func (l *logFile) Read(p []byte) (n int, err error) {
	if l.zip == nil {
		n, err = l.file.Read(p)
		l.at += int64(n)
		return n, err
	}
	n, err = l.zip.Read(p)
	l.at += int64(n)
	l.keep(p[:n])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err, l.cut = io.EOF, true
	}
	return n, err
}

func (l *logFile) keep(text []byte) {
	if len(l.kept)+len(text) > 2*keptBytes {
		l.kept = l.kept[:copy(l.kept, l.kept[max(len(l.kept)-keptBytes, 0):])]
	}
	l.kept = append(l.kept, text...)
}

// seek goes to an offset. In a compressed file all before it is read through.
func (l *logFile) seek(to int64) error {
	if l.zip == nil {
		_, err := l.file.Seek(to, io.SeekStart)
		l.at = to
		return err
	}
	if to < l.at {
		if err := l.rewindZip(); err != nil {
			return err
		}
	}
	for l.at < to {
		if _, err := io.CopyN(io.Discard, l, to-l.at); err != nil {
			return err
		}
	}
	return nil
}

// head reads the file's first bytes into buf, as many as there are.
func (l *logFile) head(buf []byte) ([]byte, error) {
	var n int
	var err error
	if l.zip == nil {
		n, err = l.file.ReadAt(buf, 0)
	} else {
		info, e := l.file.Stat()
		if e != nil {
			return nil, e
		}
		z, e := gzip.NewReader(io.NewSectionReader(l.file, 0, info.Size()))
		if e != nil {
			return nil, e
		}
		n, err = io.ReadFull(z, buf)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return buf[:n], err
}

// tail is the hash of what lies before an offset: SHA-1 of the 500 bytes there, with zero bytes in
// front where there are fewer. ok is false when they cannot be had any more.
func (l *logFile) tail(before int64) (sum [sha1.Size]byte, ok bool) {
	var buf [hashBytes]byte
	n := min(before, hashBytes)
	part := buf[hashBytes-n:]
	if l.zip != nil {
		end := int64(len(l.kept)) - (l.at - before)
		if before > l.at || end < n {
			return sum, false
		}
		copy(part, l.kept[end-n:end])
	} else if got, _ := l.file.ReadAt(part, before-n); int64(got) < n {
		return sum, false
	}
	return sha1.Sum(buf[:]), true
}

// stat gives the open file's size in bytes on disk and the time of its last change.
func (l *logFile) stat() (size int64, modified time.Time, err error) {
	info, err := l.file.Stat()
	if err != nil {
		return 0, time.Time{}, err
	}
	return info.Size(), info.ModTime(), nil
}

// inPlace tells whether the file is still the one at its path.
func (l *logFile) inPlace() bool {
	info, err := os.Stat(l.path)
	return err == nil && idOf(info) == l.id
}

func (l *logFile) close() { l.file.Close() }
