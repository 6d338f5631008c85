package message

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadRecorded(t *testing.T) {
	one, two := AppendFrame(nil, []byte("\x1a\x03one")), AppendFrame(nil, append([]byte("\x1a\x03two\x32\x81\x80\x08"), make([]byte, 1<<17+1)...))
	for _, c := range []struct {
		name, data, want string
		skipped          int
		err              string
	}{
		{"empty", "", "", 0, ""},
		{"blank", " \n\n", "", 0, ""},
		{"lines", "\n{\"type\":\"one\"}\r\n\n {\"type\":\"two\"} \n{\"type\":\"three\"}", "one two three", 0, ""},
		{"bad line", "{\"type\":\"one\"}\n\n{\"type\":2}\n", "one", 0, `line 3: message as JSON: byte 9: "type" must be a string`},
		{"frames", string(one) + string(two) + string(one), "one two one", 0, ""},
		{"frames with garbage", "xx" + string(one) + "yyy" + string(one) + "z", "one one", 6, ""},
		{"cut frame", string(one) + string(one[:7]), "one", 7, ""},
		{"malformed message", string(one) + string(AppendFrame(nil, []byte("\x1a\x09x"))), "one", 0, "malformed message: length beyond the end at byte 0"},
		{"garbage only", "no messages here", "", 16, ""},
	} {
		var types []string
		skipped, err := ReadRecorded(iotest.HalfReader(strings.NewReader(c.data)), func(m *Message) error {
			types = append(types, strings.Clone(m.Type()))
			return nil
		})
		if got := strings.Join(types, " "); got != c.want || skipped != c.skipped || fmt.Sprint(err) != map[bool]string{true: "<nil>", false: c.err}[c.err == ""] {
			t.Errorf("%s: %q, skipped %d, error %v", c.name, got, skipped, err)
		}
	}
}

func TestReadRecordedStops(t *testing.T) {
	stop := errors.New("stop")
	for _, data := range [][]byte{[]byte("{}\n{}\n"), bytes.Repeat(AppendFrame(nil, nil), 2)} {
		n := 0
		_, err := ReadRecorded(bytes.NewReader(data), func(*Message) error { n++; return stop })
		if !errors.Is(err, stop) || n != 1 {
			t.Errorf("%d messages, error %v", n, err)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadRecorded(iotest.ErrReader(broken), func(*Message) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
