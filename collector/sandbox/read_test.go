package sandbox

import (
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// variedMessage has a field of every type, two of one name, and an empty one.
func variedMessage(t testing.TB) *message.Message {
	return messageOf(t, func(d *message.Draft) {
		d.SetUUID([16]byte{0x3d, 0xf9, 0x1e, 0x6a, 0x10, 0x20, 0x4a, 0x30, 0x8b, 0x11, 1, 2, 3, 4, 5, 6})
		d.SetTimestamp(5123456789)
		d.SetSeverity(6)
		d.SetPid(9283)
		d.Type, d.Logger, d.Payload, d.EnvVersion, d.Hostname = "TEST", "GoSpec", "Test Payload", "0.8", "host.example"
		d.AddString("foo", "bar")
		d.AddBytes("bytes", []byte("data"))
		d.AddList("int", "", message.IntValue(999), message.IntValue(1024))
		d.AddFloat("double", "", 99.9)
		d.AddBool("bool", true)
		d.AddString("foo", "alternate")
		d.AddBool("false", false)
		d.AddBytes("empty_bytes", nil)
	})
}

// evaluates runs a script that reports through a message and gives the fields' text.
func evaluates(t *testing.T, m *message.Message, config map[string]any, expression string) string {
	t.Helper()
	r := newRun(t, `
local function show(...)
  local out = ""
  for i = 1, select("#", ...) do
    local v = select(i, ...)
    out = out .. (i > 1 and "|" or "") .. (type(v) == "string" and "'" .. v .. "'" or tostring(v))
  end
  return out
end
function process_message() inject_payload("txt", "", show(`+expression+`), " ") return 0 end
function timer_event() inject_payload("txt", "", show(`+expression+`), " ") end`, config)
	f := r.filter()
	var err error
	if m != nil {
		err = f.Process(m)
	} else {
		err = f.Tick(r.now)
	}
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return strings.TrimSuffix(r.injected[0].Payload(), " ")
}

func TestReadMessage(t *testing.T) {
	m := variedMessage(t)
	for expression, want := range map[string]string{
		`read_message("Type")`:                "'TEST'",
		`read_message("Logger")`:              "'GoSpec'",
		`read_message("Payload")`:             "'Test Payload'",
		`read_message("EnvVersion")`:          "'0.8'",
		`read_message("Hostname")`:            "'host.example'",
		`read_message("Uuid")`:                "'3df91e6a-1020-4a30-8b11-010203040506'",
		`read_message("Timestamp")`:           "5123456789",
		`read_message("Severity")`:            "6",
		`read_message("Pid")`:                 "9283",
		`read_message("Fields[foo]")`:         "'bar'",
		`read_message("Fields[foo]", 0)`:      "'bar'",
		`read_message("Fields[foo]", 0, 0)`:   "'bar'",
		`read_message("Fields[foo]", 1)`:      "'alternate'",
		`read_message("Fields[foo]", 2)`:      "nil",
		`read_message("Fields[foo]", 0, 1)`:   "nil",
		`read_message("Fields[bytes]")`:       "'data'",
		`read_message("Fields[int]", 0, 1)`:   "1024",
		`read_message("Fields[double]")`:      "99.9",
		`read_message("Fields[bool]")`:        "true",
		`read_message("Fields[false]")`:       "false",
		`read_message("Fields[empty_bytes]")`: "nil",
		`read_message("Fields[none]")`:        "nil",
		`read_message("Fields[]")`:            "nil",
		`read_message("other")`:               "nil",
		`#read_message("raw")`:                "163",
	} {
		if expression == `#read_message("raw")` {
			want = strconv.Itoa(len(m.Bytes()))
		}
		if got := evaluates(t, m, nil, expression); got != want {
			t.Errorf("%s = %s, want %s", expression, got, want)
		}
	}
}

func TestUnsetHeaders(t *testing.T) {
	m := messageOf(t, func(d *message.Draft) {})
	got := evaluates(t, m, nil, `read_message("Type"), read_message("Uuid"), read_message("Timestamp"), read_message("Severity"), read_message("Pid"), read_message("raw")`)
	if want := "''|''|nil|nil|nil|nil"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTimerReadsNothing(t *testing.T) {
	got := evaluates(t, nil, nil, `read_message("Type"), read_message("Fields[foo]"), read_message("raw"), read_next_field()`)
	if want := "nil|nil|nil|nil|nil|nil|nil|nil"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReadNextField(t *testing.T) {
	r := newRun(t, `
function process_message()
  for i = 1, 9 do
    local t, n, v, r, c = read_next_field()
    add_to_payload(t, " ", n, " ", v, " ", r, " ", c, "\n")
  end
  inject_payload()
  return 0
end`, nil)
	f := r.filter()
	const want = "0 foo bar  1\n1 bytes data  1\n2 int 999  2\n3 double 99.9  1\n4 bool true  1\n0 foo alternate  1\n4 false false  1\n1 empty_bytes nil  1\nnil nil nil nil nil\n"
	for range 2 { // the second message starts anew
		if err := f.Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.injected[len(r.injected)-1].Payload(); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestReadNextWritten finds a field that was written after the last one had been read.
func TestReadNextWritten(t *testing.T) {
	r := newRun(t, `
function process_message()
  read_next_field()
  write_message("Fields[late]", "x")
  local _, name = read_next_field()
  write_message("Payload", tostring(name))
  return 0
end`, nil)
	if err := r.decoder().Decode(record("line"), r); err != nil {
		t.Fatal(err)
	}
	r.wantInjected("Type=logfile Logger=section Hostname=node-1 Severity=6 Payload=late late=x")
}

func TestReadConfig(t *testing.T) {
	config := map[string]any{"s": "widget", "i": int64(99), "f": 99.123, "b": true}
	got := evaluates(t, variedMessage(t), config, `read_config("s"), read_config("i"), read_config("f"), read_config("b"), read_config("none")`)
	if want := "'widget'|99|99.123|true|nil"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := evaluates(t, variedMessage(t), nil, `read_config("s")`); got != "nil" {
		t.Errorf("without a config: %s", got)
	}
}

// TestMessageMemory proves that what a script keeps of a message is its own.
func TestMessageMemory(t *testing.T) {
	r := newRun(t, `
kept = {}
function process_message()
  kept[#kept + 1] = read_message("Payload")
  kept[#kept + 1] = read_message("Fields[name]")
  return 0
end
function timer_event() require "table"; inject_payload("txt", "", table.concat(kept, ",")) end`, nil)
	f := r.filter()
	for _, text := range []string{"one", strings.Repeat("long", 30)} {
		raw := append([]byte(nil), messageOf(t, func(d *message.Draft) {
			d.Payload = text
			d.AddString("name", text)
		}).Bytes()...)
		m, err := message.Index(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Process(&m); err != nil {
			t.Fatal(err)
		}
		for i := range raw {
			raw[i] = 0xDB
		}
	}
	if err := f.Tick(r.now); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long", 30)
	if got, want := r.injected[0].Payload(), "one,one,"+long+","+long; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
