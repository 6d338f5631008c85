package sandbox

import (
	"math"
	"testing"

	"lma_collector/collector/message"
)

// TestPayloadText has what inject_payload makes of values.
func TestPayloadText(t *testing.T) {
	for args, want := range map[string]string{
		`cjson.encode({value=1}), 1.2, " string ", nil, " ", true, " ", false`: `{"value":1}1.2 string nil true false`,
		`0.123456789, " ", 1e-9, " ", -1e-9, " ", 3, " ", -3.5`:                `0.12345679 0 -0 3 -3.5`,
		`1/0, " ", -1/0, " ", 0/0, " ", 2^53, " ", 3e9, " ", -0.0`:             `inf -inf nan 9007199254740992 3000000000 0`,
		`1e15, " ", 1e300, " ", -2147483649, " ", 0.99999999999`:               `1000000000000000 1.0000000000000001e+300 -2147483649 1`,
	} {
		r := newRun(t, "require 'cjson'\nfunction process_message() inject_payload('txt', 'name', "+args+") return 0 end", nil)
		if err := r.filter().Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.injected[0].Payload(); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", args, got, want)
		}
	}
}

// TestPayloadBuffer keeps what add_to_payload gathers until it is injected or a table is.
func TestPayloadBuffer(t *testing.T) {
	r := newRun(t, `
function process_message()
  add_to_payload(read_message("Payload"), " ")
  if read_message("Type") == "table" then inject_message({Type="t"}) end
  return 0
end
function timer_event() inject_payload() inject_payload() end`, nil)
	f := r.filter()
	for _, step := range []string{"a", "b", "tick", "tick", "c", "table", "tick"} {
		var err error
		if step == "tick" {
			err = f.Tick(r.now)
		} else {
			err = f.Process(messageOf(t, func(d *message.Draft) { d.Type, d.Payload = step, step }))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r.wantInjected(
		`Type=heka.sandbox-output Logger=sbx Hostname=host Payload=a b  payload_type=txt payload_name=`,
		`Type=heka.sandbox.t Logger=sbx Hostname=host`,
	)
}

func TestInjectMessage(t *testing.T) {
	for table, want := range map[string]string{
		`{Type="t", Logger="mine", Hostname="mine", Payload=12.5, EnvVersion=1, Severity="4", Pid=7.9}`:         `Type=heka.sandbox.t Logger=sbx Hostname=host Severity=4 Pid=7 EnvVersion=1 Payload=12.5`,
		`{Payload={}, Severity={}, Unknown=1, Fields=4}`:                                                        `Type=heka.sandbox. Logger=sbx Hostname=host`,
		`{Fields={s="x", n=1.5, b=false, [12]="twelve"}}`:                                                       `Type=heka.sandbox. Logger=sbx Hostname=host s=x n=1.5 b=false 12=twelve`,
		`{Fields={s={"a","b"}, n={1,2,3}, b={true,false}}}`:                                                     `Type=heka.sandbox. Logger=sbx Hostname=host s=a,b n=1,2,3 b=true,false`,
		`{Fields={i={value=3.7, value_type=2}, is={value={1,2}, value_type="2"}, y={value="x", value_type=1}}}`: `Type=heka.sandbox. Logger=sbx Hostname=host i=3i is=1i,2i y=bytes(x)`,
		`{Fields={v={value={value=3, value_type=2}}}}`:                                                          `Type=heka.sandbox. Logger=sbx Hostname=host v=3i`,
		`{Fields={{name="n", value=1}, {name="n", value="two"}, {name="l", value={1,2}}}}`:                      `Type=heka.sandbox. Logger=sbx Hostname=host n=1 n=two l=1,2`,
		`{Fields={c=circular_buffer.new(2, 1, 1)}}`: "Type=heka.sandbox. Logger=sbx Hostname=host c=bytes({\"time\":0,\"rows\":2,\"columns\":1,\"seconds_per_row\":1," +
			"\"column_info\":[{\"name\":\"Column_1\",\"unit\":\"count\",\"aggregation\":\"sum\"}]}\nnan\nnan\n)",
	} {
		r := newRun(t, "require 'circular_buffer'\nfunction process_message() inject_message("+table+") return 0 end", nil)
		if err := r.filter().Process(variedMessage(t)); err != nil {
			t.Errorf("%s: %v", table, err)
			continue
		}
		t.Run(table, func(t *testing.T) {
			r.t = t
			r.wantInjected(want)
		})
	}
}

func TestInjectedHeaders(t *testing.T) {
	r := newRun(t, `
local n = 0
function process_message() n = n + 1
  if n == 1 then inject_message({Uuid=("x"):rep(16), Timestamp="1454500800000000256", Fields={v={value=1, representation="B"}}})
  else inject_message({Uuid="short", Timestamp={}}) end
  return 0
end
require "string"`, nil)
	f := r.filter()
	for range 2 {
		if err := f.Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
	}
	first, second := r.injected[0], r.injected[1]
	field, _ := first.Field("v", 0)
	if string(first.UUID()) != "xxxxxxxxxxxxxxxx" || first.Timestamp() != 1454500800000000256 || field.Representation != "B" {
		t.Errorf("first: %x %d %q", first.UUID(), first.Timestamp(), field.Representation)
	}
	if len(second.UUID()) != 0 || second.Timestamp() != 1454500800e9 {
		t.Errorf("second: %x %d", second.UUID(), second.Timestamp())
	}
}

// TestRoundTrip sends a message through decode_message and inject_message, as a table and as it is.
func TestRoundTrip(t *testing.T) {
	m := variedMessage(t)
	for _, expression := range []string{`decode_message(read_message("raw"))`, `read_message("raw")`} {
		r := newRun(t, "function process_message() inject_message("+expression+") return 0 end", nil)
		got, err := r.encoder().Encode([]byte("before "), m)
		if err != nil || string(got) != "before "+string(m.Bytes()) {
			t.Errorf("%s: %v\ngot  %q\nwant %q", expression, err, got, m.Bytes())
		}
	}
}

func TestDecodeMessage(t *testing.T) {
	m := messageOf(t, func(d *message.Draft) {
		d.SetUUID([16]byte{1})
		d.SetTimestamp(7)
		d.AddList("f", "B", message.IntValue(-1), message.IntValue(2))
	})
	got := evaluates(t, m, nil, `(function() local m = decode_message(read_message("raw")); local f = m.Fields[1]
  return #m.Uuid, m.Timestamp, m.Type, m.Severity, f.name, f.value[1], f.value[2], f.value_type, f.representation end)()`)
	if want := "16|7|nil|nil|'f'|-1|2|2|'B'"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	r := newRun(t, `function process_message() local ok, e = pcall(decode_message, read_message("raw")) return -1, e end`, nil)
	m = messageOf(t, func(d *message.Draft) { d.SetTimestamp(math.MaxInt64); d.Payload = "long enough for a message" })
	if got, want := errText(r.filter().Process(m)), "missing required field uuid: not found timestamp: found"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExcessiveNesting(t *testing.T) {
	r := newRun(t, `require "cjson"
function process_message() local t = {}; t.t = t; local ok, e = pcall(cjson.encode, t) return -1, e end`, nil)
	if got, want := errText(r.filter().Process(variedMessage(t))), "Cannot serialise, excessive nesting (1001)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
