package casefile

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
	_ "lma_collector/collector/plugins"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folder is where the scripts of the tests lie, with a configuration of them.
func folder(t testing.TB) (dir string, r *Runner) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"decoder.lua": `require "string"
function process_message()
	local payload = read_message("Payload")
	for word in string.gmatch(payload, "%w+") do
		if word == "bad" then return -1, "a <bad> word" end
		if word == "die" then error("dead") end
		inject_message({Type = "word", Timestamp = 1e9, Payload = word, Fields = {size = #word}})
	end
	return 0
end`,
		"filter.lua": `local n = 0
function process_message()
	if read_message("Payload") == "bad" then return -1, "a bad message" end
	n = n + 1
	return 0
end
function timer_event(ns) inject_message({Type = "count", Timestamp = ns, Fields = {n = n}}) end`,
		"encoder.lua": `function process_message()
	local p = read_message("Payload")
	if p == "none" then return -2 end
	if p == "bad" then return -1, "not this one" end
	if p == "bytes" then p = "\0\1" end
	inject_payload("txt", "", p)
	return 0
end`,
		"test.toml": sections,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, "$DIR", dir)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, &Runner{Config: filepath.Join(dir, "test.toml"), Settings: func(conf *config.Config) pipeline.Settings {
		g := conf.Globals
		return pipeline.Settings{
			Hostname: "real", BaseDir: "/none", ShareDir: g.ShareDir, MaxMessageSize: int(g.MaxMessageSize),
			MaxMessageLoops: int(g.MaxMessageLoops), Log: slog.New(slog.DiscardHandler),
		}
	}}
}

const sections = `[collector]
share_dir = "$DIR"
[words]
type = "SandboxDecoder"
filename = "decoder.lua"
[count]
type = "SandboxFilter"
filename = "filter.lua"
message_matcher = "Type == 'word'"
ticker_interval = 10
[text]
type = "SandboxEncoder"
filename = "encoder.lua"
`

const (
	decoderHead = "-- config --\ndecoder = \"words\"\n-- input --\n"
	filterHead  = "-- config --\nfilter = \"count\"\n-- input --\n"
	encoderHead = "-- config --\nencoder = \"text\"\n-- input --\n"
)

func TestGoodFiles(t *testing.T) {
	dir, r := folder(t)
	for name, text := range map[string]string{
		"decoder":          decoderHead + "one two\n-- output --\n{\"payload\":\"one\"}\n{\"type\":\"word\",\"severity\":7,\"fields\":{\"size\":3.0}}\n",
		"no output":        decoderHead,
		"no newline":       decoderHead + "one\n-- output --\n{}",
		"carriage returns": strings.ReplaceAll(decoderHead+"one\n-- output --\n{}\n", "\n", "\r\n"),
		"remark":           "A remark.\n\n" + decoderHead + "one\n-- output --\n{\"payload\":\"one\"}\n",
		"absent":           decoderHead + "one\n-- output --\n{\"env_version\":null,\"fields\":{\"other\":null}}\n",
		"double":           decoderHead + "one\n-- output --\n{\"fields\":{\"size\":0.3e1}}\n",
		"default hostname": decoderHead + "one\n-- output --\n{\"hostname\":\"localhost\"}\n",
		"headers": "-- config --\ndecoder = \"words\"\nlogger = \"l\"\nhostname = \"h\"\nsplitter = \"TokenSplitter\"\n-- input --\none\n" +
			"-- output --\n{\"logger\":\"l\",\"hostname\":\"h\"}\n",
		"errors":         decoderHead + "one bad\ndie\ntwo\n-- output --\n{\"payload\":\"two\"}\n-- errors --\n{\"record\":\"one bad\\n\"}\n{\"error\":\"FATAL: process_message() " + dir + "/decoder.lua:6: dead\"}\n",
		"errors, reason": decoderHead + "bad\n-- errors --\n{\"error\":\"Failed parsing: a <bad> word payload: bad\\n\"}\n",
		"own sections": "-- config --\ndecoder = \"mine\"\n\n[mine]\ntype = \"SandboxDecoder\"\nfilename = \"decoder.lua\"\n" +
			"-- input --\none\n-- output --\n{\"payload\":\"one\"}\n",
		"own share_dir": "-- config --\ndecoder = \"mine\"\n[collector]\nshare_dir = \"..\"\n[mine]\ntype = \"SandboxDecoder\"\nfilename = \"" + filepath.Base(dir) + "/decoder.lua\"\n" +
			"-- input --\none\n-- output --\n{}\n",
		"filter": filterHead + "{\"timestamp\":0,\"type\":\"word\"}\n\n{\"timestamp\":0,\"type\":\"other\"}\n{\"tick\":10000000000}\n{\"tick\":\"1970-01-01T00:00:15Z\"}\n" +
			"-- output --\n{\"timestamp\":10000000000,\"type\":\"heka.sandbox.count\",\"fields\":{\"n\":1.0}}\n\n{\"timestamp\":15000000000}\n",
		"filter, error": filterHead + "{\"timestamp\":0,\"type\":\"word\",\"payload\":\"bad\"}\n-- errors --\n{\"filter\":\"count\",\"error\":\"a bad message\",\"message\":{\"payload\":\"bad\"}}\n",
		"encoder":       encoderHead + "{\"payload\":\"one\"}\n{\"payload\":\"none\"}\n{\"payload\":\"two\\n\\nthree\\n\"}\n-- output --\none\ntwo\n\nthree\n",
		"encoder, rest": encoderHead + "{\"payload\":\"bytes\"}\n{\"payload\":\"bad\"}\n-- output --\n{\"base64\":\"AAE=\"}\n-- errors --\n{\"error\":\"Failed serializing: not this one\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got := r.Run(filepath.Join(dir, "a.test"), []byte(text)); len(got.Problems) > 0 || got.Updated != nil {
				t.Errorf("the test\n%s\nfailed:\n%s", text, strings.Join(got.Problems, "\n"))
			}
		})
	}
}

func TestProblemsHaveTheirPlace(t *testing.T) {
	dir, r := folder(t)
	for _, c := range []struct{ text, want string }{
		{"", `a.test:1: the part "config" is missing: it begins with a line -- config --`},
		{"-- config --\n", `a.test:1: the part "input" is missing: it begins with a line -- input --`},
		{decoderHead + "-- ouput --\n", `a.test:4: there is no part "ouput"; did you mean "output"?`},
		{"-- x --\n", `a.test:1: there is no part "x": a test has the parts config, input, output, errors`},
		{decoderHead + "-- input --\n", `a.test:4: a second part "input"`},
		{"-- config --\n-- input --\n", `a.test:2: name what is tested, one of decoder = "…", encoder = "…" and filter = "…"`},
		{"-- config --\nfilter = \"count\"\nlogger = \"l\"\n-- input --\n", `a.test:2: splitter and logger are for the records of a decoder`},
		{"-- config --\ndecodr = \"words\"\n-- input --\n", `a.test:2:1: error: the file has no option "decodr" (did you mean "decoder"?)`},
		{"-- config --\ndecoder = 3\n-- input --\n", `a.test:2:1: error: option "decoder" must be a string, not a number (put it in quotes)`},
		{"-- config --\ndecoder =\n-- input --\n", `a.test:2:10: error: expected value but found '\n' instead (strings need quotes)`},
		{"-- config --\ndecoder = \"word\"\n-- input --\n", `a.test:2: no Decoder section or type is called "word"; did you mean "words"?`},
		{"-- config --\nfilter = \"cont\"\n-- input --\n", `a.test:2: no filter section is called "cont"; did you mean "count"?`},
		{"-- config --\nencoder = \"tex\"\n-- input --\n", `a.test:2: no Encoder section or type is called "tex"; did you mean "text"?`},
		{
			"remark\n-- config --\ndecoder = \"d\"\n\n[d]\ntype = \"SandboxDecoder\"\nfilname = \"x\"\n-- input --\n",
			"a.test:7:1: error: SandboxDecoder has no option \"filname\" (did you mean \"filename\"?)",
		},
		{filterHead + "{\"timestamp\":0,\"typ\":\"word\"}\n", `a.test:4: message as JSON: byte 27: unknown member "typ": a message has uuid, timestamp, type, logger, severity, payload, ` +
			`env_version, pid, hostname, fields and representations`},
		{filterHead + "\n{}\n", `a.test:5: the first message has no timestamp, by which the clock could start`},
		{filterHead + "{\"tick\":\"soon\"}\n", `a.test:4: "tick" is a time, in nanoseconds since 1970 or as "2026-11-20T07:18:44Z": "soon"`},
		{encoderHead + "one\n", `a.test:4: message as JSON: byte 1: invalid character 'o' looking for beginning of value`},
		{decoderHead + "one\n-- output --\nx\n{}}\n[]\n", "a.test:6: not JSON: byte 1: invalid character 'x' looking for beginning of value\n" +
			"a.test:7: something follows the JSON object on its line\na.test:8: a line here is a JSON object: {…}"},
		{
			decoderHead + "one two\n-- output --\n{\"payload\":\"one\"}\n{\"payload\":\"three\",\"fields\":{\"size\":3,\"x\":[1]},\"hostname\":null}\n",
			"a.test:7: message 2: fields.size is 3.0, want 3\na.test:7: message 2: fields.x is missing, want [1]\n" +
				"a.test:7: message 2: hostname is \"localhost\", want none\na.test:7: message 2: payload is \"two\", want \"three\"",
		},
		{
			decoderHead + "one two three\n-- output --\n{\"payload\":\"one\"}\n{\"payload\":\"three\"}\n",
			`a.test:7: message 2 is one too many: {"timestamp":1000000000,"type":"word","logger":"decode","severity":7,"payload":"two","pid":0,"hostname":"localhost","fields":{"size":3.0}}`,
		},
		{decoderHead + "one three\n-- output --\n{\"payload\":\"one\"}\n{\"payload\":\"two\"}\n{\"payload\":\"three\"}\n", `a.test:7: this message did not come: {"payload":"two"}`},
		{decoderHead + "bad\n", `a.test:4: error 1 is one too many: {"error":"Failed parsing: a <bad> word payload: bad\n","record":"bad\n"}`},
		{decoderHead + "one\n-- output --\n{}\n-- errors --\n{\"error\":\"x\"}\n", `a.test:8: this error did not come: {"error":"x"}`},
		{encoderHead + "{\"payload\":\"a\\nb\"}\n-- output --\na\nc\nd\n", "a.test:7: got  b\n          want c\na.test:8: this line did not come: d"},
		{encoderHead + "{\"payload\":\"a\\nb\"}\n-- output --\na\n", "a.test:7: one line too many: b"},
	} {
		got := r.Run(filepath.Join(dir, "a.test"), []byte(c.text))
		text := strings.ReplaceAll(strings.Join(got.Problems, "\n"), dir+"/", "")
		if text = strings.ReplaceAll(text, strings.Repeat(" ", len(dir)+1)+"          want", "          want"); text != c.want {
			t.Errorf("the test\n%s\ngave\n%s\nwant\n%s", c.text, text, c.want)
		}
	}
}

// What was updated passes; lines that were right stay as they were.
func TestUpdate(t *testing.T) {
	dir, r := folder(t)
	const full = `{"timestamp":1000000000,"type":"word","logger":"decode","severity":7,"payload":"two","pid":0,"hostname":"localhost","fields":{"size":3.0}}` + "\n"
	for _, c := range []struct{ text, want string }{
		{decoderHead + "two", decoderHead + "two\n-- output --\n" + full},
		{decoderHead + "one two one\n-- output --\n{\"payload\":  \"one\"}\n{\"payload\":\"one\"}\n", decoderHead + "one two one\n-- output --\n{\"payload\":  \"one\"}\n" + full + "{\"payload\":\"one\"}\n"},
		{decoderHead + "one bad\ntwo\n-- output --\n{\"payload\":\"one\"}\n\n", decoderHead + "one bad\ntwo\n-- output --\n" + full +
			"-- errors --\n{\"error\":\"Failed after a successful inject_message call: a <bad> word\",\"record\":\"one bad\\n\"}\n"},
		{decoderHead + "two\n-- errors --\n{\"error\":\"x\"}\n-- output --\n{}\n", decoderHead + "two\n-- errors --\n-- output --\n{}\n"},
		{decoderHead + "-- output --\n{}\n", decoderHead + "-- output --\n"},
		{encoderHead + "{\"payload\":\"a\"}\n-- output --\nb\n", encoderHead + "{\"payload\":\"a\"}\n-- output --\na\n"},
		{filterHead + "{\"timestamp\":0,\"type\":\"word\"}\n{\"tick\":0}\n", filterHead + "{\"timestamp\":0,\"type\":\"word\"}\n{\"tick\":0}\n" +
			"-- output --\n" + `{"timestamp":0,"type":"heka.sandbox.count","logger":"count","hostname":"localhost","fields":{"n":1.0}}` + "\n"},
	} {
		file := filepath.Join(dir, "a.test")
		first := r.Run(file, []byte(c.text))
		if string(first.Updated) != c.want {
			t.Errorf("the test\n%s\nis updated to\n%s\nwant\n%s\n%s", c.text, first.Updated, c.want, strings.Join(first.Problems, "\n"))
		}
		if first.Updated == nil {
			continue
		}
		if again := r.Run(file, first.Updated); len(again.Problems) > 0 {
			t.Errorf("the updated test\n%s\nfailed:\n%s", first.Updated, strings.Join(again.Problems, "\n"))
		}
	}
}

// A timestamp that is the time of the run is left out.
func TestUpdateLeavesOutTheTimeOfTheRun(t *testing.T) {
	dir, r := folder(t)
	script := "function process_message() inject_message({Type = 'now'}) return 0 end"
	if err := os.WriteFile(filepath.Join(dir, "now.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "-- config --\ndecoder = \"d\"\n[d]\ntype = \"SandboxDecoder\"\nfilename = \"now.lua\"\n-- input --\nx\n"
	got := r.Run(filepath.Join(dir, "a.test"), []byte(text))
	want := text + "-- output --\n" + `{"type":"now","logger":"decode","severity":7,"pid":0,"hostname":"localhost"}` + "\n"
	if string(got.Updated) != want {
		t.Errorf("updated to\n%s\nwant\n%s", got.Updated, want)
	}
}

// A file may end with a marker's line, without a newline.
func TestUpdateBelowAMarker(t *testing.T) {
	dir, r := folder(t)
	text := decoderHead + "die\n-- errors --"
	got := r.Run(filepath.Join(dir, "a.test"), []byte(text))
	if !strings.HasPrefix(string(got.Updated), text+"\n{") {
		t.Fatalf("updated to\n%s\n%s", got.Updated, got.Problems)
	}
	if again := r.Run(filepath.Join(dir, "a.test"), got.Updated); len(again.Problems) > 0 {
		t.Error(again.Problems)
	}
}

// State that a plugin preserves stays within one run.
func TestRunsAreApart(t *testing.T) {
	dir, r := folder(t)
	script := "n = 0 function process_message() n = n + 1 inject_message({Type = 'n', Timestamp = 0, Fields = {n = n}}) return 0 end"
	if err := os.WriteFile(filepath.Join(dir, "n.lua"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "-- config --\ndecoder = \"d\"\n[collector]\nbase_dir = \"" + dir + "/base\"\n[d]\ntype = \"SandboxDecoder\"\nfilename = \"n.lua\"\npreserve_data = true\n" +
		"-- input --\nx\n-- output --\n{\"fields\":{\"n\":1.0}}\n"
	for range 2 {
		if got := r.Run(filepath.Join(dir, "a.test"), []byte(text)); len(got.Problems) > 0 {
			t.Error(got.Problems)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "base")); err == nil {
		t.Error("a test wrote into base_dir")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", decoderHead, filterHead + "{}\n-- output --\n{}\n", encoderHead + "-- errors --\n", "-- config --\n[a]\n-- input --\n", "-- config --\r\ndecoder = 'x'\r\n-- input --\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, problems := parse("f", data)
		for _, p := range problems {
			if !strings.HasPrefix(p, "f:") {
				t.Errorf("a problem without a place: %q", p)
			}
		}
		if len(problems) > 0 {
			return
		}
		at := &trial{testCase: c}
		if text := at.updated([]byte("o\n"), []byte("e\n")); !strings.Contains(string(text), "-- output --") {
			t.Errorf("no output in %q", text)
		}
	})
}

// Where a script died of an error that must not happen is told.
func TestUnexpectedDeathHasItsTraceback(t *testing.T) {
	dir, r := folder(t)
	got := r.Run(filepath.Join(dir, "a.test"), []byte(decoderHead+"die\n"))
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0], "FATAL: process_message()") || !strings.Contains(got.Problems[0], "stack traceback:\n") ||
		strings.Contains(string(got.Updated), "traceback") {
		t.Errorf("got %q, updated to\n%s", got.Problems, got.Updated)
	}
}

// What is compared with itself is equal, and nothing that is no object is taken.
func FuzzLine(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2.5,{"b":null}],"c":"<x>"}`, `[]`, `null`, `{"a":1}{`, `{"a":1e999}`, "{\"\xff\":1}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parseJSON(text)
		if err != nil {
			return
		}
		for key, e := range v { // null means that there must be none
			if e == nil {
				delete(v, key)
			}
		}
		for _, d := range differences("", v, v) {
			if !strings.Contains(string(text), "null") {
				t.Errorf("%s: %s", text, d)
			}
		}
		if len(differences("", map[string]any{}, map[string]any{"key": v})) != 1 {
			t.Error("a missing key was not found")
		}
	})
}
