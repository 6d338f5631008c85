package sandbox

import (
	"testing"

	"lma_collector/collector/message"
)

func TestEncoder(t *testing.T) {
	m := variedMessage(t)
	for body, want := range map[string]string{
		`inject_payload("txt", "", "Prefix ", read_message("Payload")) return 0`:     "Prefix Test Payload",
		`inject_payload("txt", "", "one") inject_payload("txt", "", "two") return 0`: "two",
		`return 0`: string(m.Bytes()),
		`inject_payload("txt", "", "lost") return -2`:  "",
		`inject_message(read_message("raw")) return 0`: string(m.Bytes()),
	} {
		r := newRun(t, "function process_message() "+body+" end", nil)
		got, err := r.encoder().Encode(nil, m)
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", body, err, got, want)
		}
	}
}

func TestEncoderWritesACopy(t *testing.T) {
	r := newRun(t, `function process_message()
  write_message("Payload", "changed")
  write_message("Fields[foo]", "new")
  assert(read_message("Payload") == "changed")
  return 0
end`, nil)
	m := variedMessage(t)
	before := string(m.Bytes())
	e := r.encoder()
	for range 2 {
		got, err := e.Encode(nil, m)
		if err != nil {
			t.Fatal(err)
		}
		out, err := message.Index(got)
		if err != nil || out.Payload() != "changed" || out.Text("foo") != "new" || out.Text("bytes") != "data" {
			t.Errorf("%v: %s", err, describe(&out))
		}
	}
	if string(m.Bytes()) != before {
		t.Error("the message itself was changed")
	}
}

func TestEncoderFailures(t *testing.T) {
	m := variedMessage(t)
	for body, want := range map[string]string{
		`return -1, "no name"`:                                "Failed serializing: no name",
		`inject_payload("txt", "", "x") return -1, "no name"`: "Failed serializing: no name",
		`return 2`:         "FATAL: ",
		`error("oops", 0)`: "FATAL: process_message() oops",
	} {
		r := newRun(t, "function process_message() "+body+" end", nil)
		got, err := r.encoder().Encode([]byte("before"), m)
		if errText(err) != want || string(got) != "before" {
			t.Errorf("%s\ngot  %q %q\nwant %q", body, got, errText(err), want)
		}
	}
}
