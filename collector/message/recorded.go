package message

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxRecorded is the largest recorded message in bytes that ReadRecorded takes.
const maxRecorded = 64 << 20

// ReadRecorded reads recorded messages, framed or as JSON lines (the first byte tells), and calls
// see with each; a message is valid during the call. skipped counts bytes between framed records.
func ReadRecorded(r io.Reader, see func(*Message) error) (skipped int, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	first, err := firstByte(in)
	switch {
	case errors.Is(err, io.EOF):
		return 0, nil
	case err != nil:
		return 0, err
	case first == '{':
		return 0, readJSONLines(in, see)
	}
	return readFrames(in, see)
}

// firstByte looks at the first byte that is not white space; a record separator is none.
func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.Peek(1)
		if err != nil {
			return 0, err
		}
		if b[0] != ' ' && b[0] != '\t' && b[0] != '\r' && b[0] != '\n' {
			return b[0], nil
		}
		if _, err := in.Discard(1); err != nil {
			return 0, err
		}
	}
}

func readJSONLines(in *bufio.Reader, see func(*Message) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), maxRecorded)
	var d Draft
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		d.Reset()
		if err := ParseJSON(line, &d); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		m, err := Index(d.Encode(nil))
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := see(&m); err != nil {
			return err
		}
	}
	return lines.Err()
}

func readFrames(in *bufio.Reader, see func(*Message) error) (skipped int, err error) {
	buf := make([]byte, 0, 64<<10)
	for eof := false; ; {
		advance, garbage, record := FindFrame(buf, maxRecorded)
		skipped += garbage
		if record != nil {
			if _, body, err := ParseFrame(record); err == nil {
				m, err := Index(body)
				if err != nil {
					return skipped, err
				}
				if err := see(&m); err != nil {
					return skipped, err
				}
			}
		}
		buf = append(buf[:0], buf[advance:]...)
		if record != nil {
			continue
		}
		if eof {
			return skipped + len(buf), nil
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, 2*cap(buf)), buf...)
		}
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if eof = errors.Is(err, io.EOF); err != nil && !eof {
			return skipped, err
		}
	}
}
