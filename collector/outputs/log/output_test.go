package log

import (
	"bytes"
	"context"
	"os"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

type noEncoder struct{}

func (noEncoder) Encode(dst []byte, _ *message.Message) ([]byte, error) { return dst, nil }

func TestDeliver(t *testing.T) {
	f := func(terminal bool, want string) {
		t.Helper()
		var got bytes.Buffer
		o := &Output{to: &got, terminal: terminal}
		items := []plugin.Item{{Data: []byte("a")}, {Data: []byte("b\n")}, {Data: nil}, {Data: []byte("\x1b[31mü\t\r\x7f")}}
		if err := o.Deliver(context.Background(), items); err != nil || got.String() != want {
			t.Errorf("got %q, %v, want %q", got.String(), err, want)
		}
		if string(items[3].Data) != "\x1b[31mü\t\r\x7f" {
			t.Error("the item itself was changed")
		}
	}
	f(false, "a\nb\n\n\x1b[31mü\t\r\x7f\n")
	f(true, "a\nb\n\n.[31mü\t..\n")
}

func TestErrors(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	err = (&Output{to: full}).Deliver(context.Background(), []plugin.Item{{Data: []byte("a")}})
	if want := "cannot write to standard output: write /dev/full: no space left on device"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = (&Config{}).NewOutput(&plugin.Env{})
	if want := "encoder: is missing; PayloadEncoder prints payloads as lines"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	o, err := (&Config{}).NewOutput(&plugin.Env{Encoder: noEncoder{}})
	if err != nil || o.(*Output).to != os.Stdout {
		t.Errorf("got %v, %v", o, err)
	}
}
