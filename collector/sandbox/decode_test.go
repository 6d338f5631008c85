package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// quoted is a text as a literal of Lua.
func quoted(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := range len(s) {
		fmt.Fprintf(&out, "\\%03d", s[i])
	}
	return out.String() + `"`
}

// identified is the start of an encoded message: uuid and timestamp 7.
var identified = "\x0a\x10" + strings.Repeat("u", 16) + "\x10\x07"

// TestDecodeMessageErrors has what is refused, with the place of the element.
func TestDecodeMessageErrors(t *testing.T) {
	field := func(body string) string { return identified + "\x52" + string(rune(len(body))) + body }
	name := "\x0a\x01n"
	for raw, want := range map[string]string{
		identified[:18] + "\x10" + strings.Repeat("\xff", 9) + "\x02": "error in tag: 2 wiretype: 0 offset: 18",
		"short":                               "invalid message, too short",
		identified + "\x5a\x01x":              "error in tag: 11 wiretype: 2 offset: 20",
		identified + "\x18\x01":               "error in tag: 3 wiretype: 0 offset: 20",
		identified + "\x1a\x05x":              "error in tag: 3 wiretype: 2 offset: 20",
		identified + "\x02\x01":               "error in tag: 0 wiretype: 2 offset: 20",
		identified + "\x28":                   "error in tag: 5 wiretype: 0 offset: 20",
		identified + "\x80":                   "error in tag: 0 wiretype: 0 offset: 20",
		field(name + "\x4a\x01x"):             "error in tag: 10 wiretype: 2 offset: 20",
		field(name + "\x20\x01"):              "error in tag: 10 wiretype: 2 offset: 20",
		field(name + "\x3a\x04abcd"):          "error in tag: 10 wiretype: 2 offset: 20",
		field(name + "\x32\x01\x80"):          "error in tag: 10 wiretype: 2 offset: 20",
		field("\x22\x01x"):                    "error in tag: 10 wiretype: 2 offset: 20",
		"\x10\x07" + identified[:18]:          "",
		identified[:18] + "\x1a\x02ab":        "missing required field uuid: found timestamp: not found",
		"\x10\x07\x1a\x10" + identified[2:18]: "missing required field uuid: not found timestamp: found",
	} {
		got := evaluates(t, variedMessage(t), nil, `select(2, pcall(decode_message, `+quoted(raw)+`))`)
		if want == "" {
			if !strings.HasPrefix(got, "table: ") {
				t.Errorf("%q: %s", raw, got)
			}
			continue
		}
		if got != "'"+want+"'" {
			t.Errorf("%q: got %s, want %s", raw, got, want)
		}
	}
	for _, arguments := range []string{``, `1`, `"a", "b"`, `nil`} {
		got := evaluates(t, variedMessage(t), nil, `select(2, pcall(function() decode_message(`+arguments+`) end))`)
		if !strings.HasSuffix(got, ": bad argument #0 to 'decode_message' (must have one string argument)'") {
			t.Errorf("(%s): %s", arguments, got)
		}
	}
}

// What is optional is there only if it is encoded; numbers may be packed or not.
func TestDecodeMessageFields(t *testing.T) {
	field := func(body string) string { return "\x52" + string(rune(len(body))) + body }
	raw := identified + "\x1a\x00\x28\xff\xff\xff\xff\x0f" + field("\x0a\x01a\x22\x01x\x22\x00") +
		field("\x0a\x01b\x10\x02\x1a\x01B\x30\x05\x30\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") + field("\x0a\x01c\x10\x03\x3a\x08\x00\x00\x00\x00\x00\x00\xf8\x3f") +
		field("\x0a\x01d\x10\x04\x42\x02\x01\x00") + field("\x0a\x01e")
	r := newRun(t, `
function process_message()
  local m = decode_message(`+quoted(raw)+`)
  local out = m.Type .. "|" .. m.Severity .. "|" .. tostring(m.Payload) .. "|" .. tostring(m.Pid)
  for _, f in ipairs(m.Fields) do
    out = out .. "|" .. f.name .. " " .. tostring(f.value_type) .. " " .. tostring(f.representation)
    for _, v in ipairs(f.value) do out = out .. " " .. tostring(v) end
  end
  inject_payload("txt", "", out)
  return 0
end`, nil)
	if err := r.filter().Process(variedMessage(t)); err != nil {
		t.Fatal(err)
	}
	const want = "|-1|nil|nil|a nil nil x |b 2 B 5 -1|c 3 nil 1.5|d 4 nil true false|e nil nil"
	if got := r.injected[0].Payload(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzDecodeMessage takes what the pipeline takes of hekad's messages, and gives it back byte for byte.
func FuzzDecodeMessage(f *testing.F) {
	f.Add(string(variedMessage(f).Bytes()))
	f.Add(identified + "\x52\x06\x0a\x01a\x22\x01x")
	f.Add(identified + "\x5a\x01x")
	r := newRun(f, "function process_message() return 0 end", nil)
	s, err := r.start("")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		s.interp.SetBudget(0)
		result := make([]lua.Value, 1)
		err := s.interp.Call(s.interp.Global("decode_message"), result, lua.String(raw))
		if err != nil {
			return
		}
		if _, err := message.Index([]byte(raw)); err != nil {
			t.Fatalf("decode_message takes %s, the pipeline says %v", strconv.Quote(raw), err)
		}
		_ = s.interp.Call(s.interp.Global("inject_message"), nil, result[0]) // fields without values are refused
	})
}
