package sandbox

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
)

// record is what a source hands to a decoder.
func record(payload string) *message.Draft {
	d := &message.Draft{Type: "logfile", Logger: "section", Hostname: "node-1", Payload: payload}
	d.SetUUID([16]byte{9})
	d.SetTimestamp(1454500800e9)
	d.SetSeverity(6)
	return d
}

func TestDecoderPassesOn(t *testing.T) {
	r := newRun(t, "function process_message() return 0 end", nil)
	if err := r.decoder().Decode(record("line"), r); err != nil {
		t.Fatal(err)
	}
	r.wantInjected("Type=logfile Logger=section Hostname=node-1 Severity=6 Payload=line")
}

func TestDecoderInherits(t *testing.T) {
	r := newRun(t, `function process_message()
  inject_message({Type="mine", Fields={n=1}})
  inject_message({Severity=3, Pid=4, Hostname="other", Fields={n=2}})
  return 0
end`, nil)
	d := r.decoder()
	decode := func() {
		if err := d.Decode(record("line"), r); err != nil {
			t.Fatal(err)
		}
	}
	decode()
	ids := [2]string{string(r.injected[0].UUID()), string(r.injected[1].UUID())}
	if ids[0] != string(record("").UUID[:]) || ids[1] == ids[0] || len(ids[1]) != 16 {
		t.Errorf("uuids %x %x", ids[0], ids[1])
	}
	r.wantInjected(
		"Type=mine Logger=section Hostname=node-1 Severity=6 Pid=0 n=1",
		"Type=logfile Logger=section Hostname=other Severity=3 Pid=4 n=2",
	)
	decode()
	if string(r.injected[1].UUID()) != ids[1] {
		t.Error("the same record gave another uuid")
	}
	r.injected = nil
	bare := &message.Draft{}
	bare.SetTimestamp(5)
	if err := d.Decode(bare, r); err != nil {
		t.Fatal(err)
	}
	r.wantInjected("Type=mine Severity=7 Pid=0 n=1", "Hostname=other Severity=3 Pid=4 n=2")
}

func TestDecoderPayload(t *testing.T) {
	r := newRun(t, `function process_message()
  inject_payload("txt", "a", "first")
  inject_payload("log", "b", "second")
  return 0
end`, nil)
	d := record("line")
	d.AddString("kept", "yes")
	if err := r.decoder().Decode(d, r); err != nil {
		t.Fatal(err)
	}
	r.wantInjected(
		"Type=logfile Logger=section Hostname=node-1 Severity=6 Payload=first kept=yes payload_type=txt payload_name=a",
		"Type=logfile Logger=section Hostname=node-1 Severity=6 Payload=second payload_type=log payload_name=b",
	)
}

func TestDecoderFailures(t *testing.T) {
	for body, want := range map[string]string{
		`return -1`:                             "Failed parsing:  payload: bogus",
		`return -1, "no match"`:                 "Failed parsing: no match payload: bogus",
		`inject_message({}) return -1, "late"`:  "Failed after a successful inject_message call: late",
		`return 1`:                              "FATAL: ",
		`error("oops", 0)`:                      "FATAL: process_message() oops",
		`inject_message({}) error("oops", 0)`:   "FATAL: process_message() oops",
		`inject_message({Fields={x={{}}}})`:     "FATAL: process_message() P:1: inject_message() could not encode protobuf - unsupported array type: table (field \"x\")",
		`write_message("Type", nil) return 0`:   "FATAL: process_message() P:1: write_message() failed (there is no such header, or it does not take such a value)",
		`return -1, ("long"):rep(100) .. "end"`: "Failed parsing: " + strings.Repeat("long", 63) + "lon payload: bogus",
	} {
		r := newRun(t, "function process_message() "+body+" end require 'string'", nil)
		err := r.decoder().Decode(record("bogus"), r)
		if got := strings.ReplaceAll(errText(err), r.env.SharePath("script.lua"), "P"); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", body, got, want)
		}
	}
}

// TestDecoderStartsAgain lets a script die and live again after its pause.
func TestDecoderStartsAgain(t *testing.T) {
	r := newRun(t, `function process_message() if read_message("Payload") == "die" then error("dead", 0) end return 0 end`, nil)
	d := r.decoder()
	if err := d.Decode(record("die"), r); errText(err) != "FATAL: process_message() dead" {
		t.Fatal(err)
	}
	if err := d.Decode(record("soon"), r); errText(err) != "FATAL: process_message() dead" || len(r.env.Health.Conditions()) != 1 {
		t.Fatalf("%v, %v", err, r.env.Health.Conditions())
	}
	if text := r.env.Health.Conditions()[0].Text; !strings.HasPrefix(text, "the script of sbx died and is started again after a pause: ") {
		t.Errorf("condition %q", text)
	}
	d.due = time.Now()
	if err := d.Decode(record("later"), r); err != nil || len(r.env.Health.Conditions()) != 0 {
		t.Fatalf("%v, %v", err, r.env.Health.Conditions())
	}
	if err := d.Decode(record("die"), r); err == nil || d.delay != 500*time.Millisecond {
		t.Fatalf("%v, pause %v", err, d.delay)
	}
}

// The first message that is injected takes the record's place, as in hekad: what the script reads and
// writes afterwards is that one.
func TestDecoderGoesOnWithWhatItInjected(t *testing.T) {
	for body, want := range map[string][]string{
		`inject_message({Payload="new"}) write_message("Fields[x]", read_message("Payload"))`: {
			"Type=logfile Logger=section Hostname=node-1 Severity=6 Pid=0 Payload=new x=new",
		},
		`inject_message({Payload="one"}) inject_message({Payload="two"}) write_message("Type", read_message("Payload"))`: {
			"Type=one Logger=section Hostname=node-1 Severity=6 Pid=0 Payload=one",
			"Type=logfile Logger=section Hostname=node-1 Severity=6 Pid=0 Payload=two",
		},
		`inject_payload("txt", "p", "one") write_message("Type", read_message("Payload")) inject_payload("txt", "q", "two")`: {
			"Type=one Logger=section Hostname=node-1 Severity=6 Payload=one payload_type=txt payload_name=p",
			"Type=one Logger=section Hostname=node-1 Severity=6 Payload=two payload_type=txt payload_name=q",
		},
		`inject_message({Type="", Logger="", Hostname=""})`: {"Severity=6 Pid=0"},
	} {
		r := newRun(t, "function process_message() "+body+" return 0 end", nil)
		d := r.decoder()
		for range 2 {
			if err := d.Decode(record("line"), r); err != nil {
				t.Fatal(err)
			}
			r.wantInjected(want...)
		}
	}
}

// A write that fails leaves the message as it was.
func TestFailedWriteChangesNothing(t *testing.T) {
	r := newRun(t, `function process_message()
  for _, name in ipairs({"Type", "Logger", "Payload", "Hostname", "EnvVersion", "Uuid", "Timestamp", "Severity", "Pid"}) do
    assert(not pcall(write_message, name, nil) and not pcall(write_message, name, false))
  end
  assert(not pcall(write_message, "Type", 1))
  return 0
end`, nil)
	if err := r.decoder().Decode(record("line"), r); err != nil {
		t.Fatal(err)
	}
	if m := r.injected[0]; m.Timestamp() != 1454500800e9 || m.UUID()[0] != 9 {
		t.Errorf("%d %x", m.Timestamp(), m.UUID())
	}
	r.wantInjected("Type=logfile Logger=section Hostname=node-1 Severity=6 Payload=line")
}

// What the splitter took for an encoded message is there to read, else nothing.
func TestDecoderRaw(t *testing.T) {
	r := newRun(t, `function process_message() write_message("Payload", tostring(read_message("raw"))) return 0 end`, nil)
	d := r.decoder()
	for _, raw := range []string{"", "encoded"} {
		m := record("line")
		m.Raw = []byte(raw)
		if err := d.Decode(m, r); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := r.injected[0].Payload(), r.injected[1].Payload(); a != "nil" || b != "encoded" {
		t.Errorf("raw is %q, %q", a, b)
	}
}

// Many messages of one record come out in order, and their memory is not kept for ever.
func TestDecoderInjectsMany(t *testing.T) {
	r := newRun(t, `function process_message() for i = 1, 300 do inject_message({Payload=i}) end return 0 end`, nil)
	d := r.decoder()
	for range 2 {
		r.injected = nil
		if err := d.Decode(record("line"), r); err != nil || len(r.injected) != 300 {
			t.Fatalf("%v, %d messages", err, len(r.injected))
		}
		for i, m := range r.injected {
			if m.Payload() != strconv.Itoa(i+1) {
				t.Fatalf("message %d is %s", i, m.Payload())
			}
		}
	}
}

func TestDecoderZone(t *testing.T) {
	r := newRun(t, `function process_message() inject_message({Timestamp=1392065939e9}) return 0 end`, map[string]any{"tz": "America/Los_Angeles"})
	if err := r.decoder().Decode(record(""), r); err != nil {
		t.Fatal(err)
	}
	if got := r.injected[0].Timestamp(); got != (1392065939+8*3600)*1e9 {
		t.Errorf("timestamp %d", got)
	}
}

// TestWriteMessage changes a record in place.
func TestWriteMessage(t *testing.T) {
	for body, want := range map[string]string{
		`w("Type", "T") w("Logger", "L") w("Payload", "P") w("EnvVersion", "E") w("Hostname", "H") w("Severity", 4) w("Pid", "12345")`: "Type=T Logger=L Hostname=H Severity=4 Pid=12345 EnvVersion=E Payload=P",
		`w("Fields[s]", "x") w("Fields[n]", 1.2345) w("Fields[b]", true) w("Fields[]", "empty")`:                                       "s=x n=1.2345 b=true =empty",
		`w("Fields[n]", 1, "count", 0, 0) w("Fields[n]", 2, "count", 0, 1)`:                                                            "n=1,2",
		`w("Fields[s]", "a") w("Fields[s]", "b", "", 1) w("Fields[s]", "c", "", 1)`:                                                    "s=a s=c",
		`w("Fields[none]", nil) w("Fields[s]", "a") w("Fields[s]", nil)`:                                                               "",
		`w("Fields[s]", "a") w("Fields[s]", "b", "", 1) w("Fields[s]", "c", "", 2) w("Fields[s]", nil, "", 1)`:                         "s=a s=c",
		`w("Fields[s]", "a") w("Fields[s]", "b", "", 0, 1) w("Fields[s]", nil, "", 0, 0)`:                                              "s=b",
		`w("Fields[s]", "cut\0off")`: "s=cut",
	} {
		r := newRun(t, "local w = write_message\nfunction process_message() "+body+" return 0 end", nil)
		if err := r.decoder().Decode(&message.Draft{}, r); err != nil {
			t.Errorf("%s: %v", body, err)
			continue
		}
		if got := describe(r.injected[0]); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", body, got, want)
		}
	}
}

func TestWriteHeaders(t *testing.T) {
	r := newRun(t, `function process_message()
  write_message("Uuid", "550d19b9-58c7-49d8-b0dd-b48cd1c5b305")
  write_message("Timestamp", read_message("Payload"))
  return 0
end`, nil)
	for text, want := range map[string]int64{
		"2013-12-02T07:21:54.904958136Z": 1385968914904958136, "0x10": 16, "12": 12, "2013-12-02 07:21:54": 1385968914e9,
		"Feb  3 12:00:01": 1454500801e9, "Dec 31 23:59:59": 1451606399e9, "Tue Feb  3 12:00:01 2015": 1422964801e9,
	} {
		r.injected = nil
		if err := r.decoder().Decode(&message.Draft{Payload: text}, r); err != nil {
			t.Fatal(err)
		}
		m := r.injected[0]
		if m.Timestamp() != want || string(message.AppendUUID(nil, m.UUID())) != "550d19b9-58c7-49d8-b0dd-b48cd1c5b305" {
			t.Errorf("%s: %d %x", text, m.Timestamp(), m.UUID())
		}
	}
}

func TestWriteMessageErrors(t *testing.T) {
	for body, want := range map[string]string{
		`w("Type")`:                       "incorrect number of arguments",
		`w("Type", "x", "", 0, 0, 0)`:     "incorrect number of arguments",
		`w("Type", {})`:                   "only accepts numeric, string, or boolean field values, or nil to delete",
		`w("Type", 1)`:                    "failed",
		`w("Type", true)`:                 "failed",
		`w("Uuid", "nonsense")`:           "failed",
		`w("Timestamp", "nonsense")`:      "failed",
		`w("Timestamp", "")`:              "failed",
		`w("Severity", "high")`:           "failed",
		`w("Severity", "99999999999")`:    "failed",
		`w("Pid", false)`:                 "failed",
		`w("other", "x")`:                 "failed",
		`w("Fields[int]", 4)`:             "failed",
		`w("Fields[s]", 4)`:               "failed",
		`w("Fields[s]", "x", "", 5)`:      "failed",
		`w("Fields[s]", "x", "", 0, 5)`:   "failed",
		`w("Fields[new]", "x", "", 0, 1)`: "failed",
		`w("Fields[s]", nil, "", 0, 9)`:   "failed",
		`w("Fields[s]", nil, "", 9)`:      "failed",
	} {
		r := newRun(t, "local w = write_message\nfunction process_message() local ok, e = pcall(function() "+body+" end) return -1, e end", nil)
		d := &message.Draft{Payload: "p"}
		d.AddInt("int", "", 1)
		d.AddString("s", "x")
		err := r.decoder().Decode(d, r)
		wanted := "Failed parsing: " + r.env.SharePath("script.lua") + ":2: write_message() " + want + " payload: p"
		if errText(err) != wanted {
			t.Errorf("%s\ngot  %v\nwant %s", body, err, wanted)
		}
	}
	r := newRun(t, `function process_message() write_message("Fields[x]", "y", "", -1) end`, nil)
	if err := r.decoder().Decode(&message.Draft{}, r); !strings.HasSuffix(errText(err), ":1: bad argument #4 to 'write_message' (field index must be >= 0)") {
		t.Error(err)
	}
	r = newRun(t, `function process_message() write_message("Fields[x]", "y", "", 0, -1) end`, nil)
	if err := r.decoder().Decode(&message.Draft{}, r); !strings.HasSuffix(errText(err), ":1: bad argument #5 to 'write_message' (array index must be >= 0)") {
		t.Error(err)
	}
}

// One record does not become messages without end, also where the script has no limits.
func TestDecoderInjectsTooMuch(t *testing.T) {
	for limit, want := range map[uint]string{0: "67108864", 1 << 20: "8388608", 9 << 20: "9437184"} {
		for _, call := range []string{`inject_message({Payload = text})`, `inject_payload("txt", "", text)`} {
			r := newRun(t, `require "string"
local text = string.rep("x", 60000)
function process_message() while true do `+call+` end end`, nil)
			r.options.MemoryLimit, r.options.InstructionLimit = limit, 0
			err := r.decoder().Decode(record("x"), r)
			if text := "the messages of one record would take more than " + want + " bytes"; err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s with %d: %v", call, limit, err)
			}
			r.wantInjected()
		}
	}
}
