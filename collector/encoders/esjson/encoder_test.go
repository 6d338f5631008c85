package esjson

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

const noon = 1454500800123456789 // 2016-02-03T12:00:00.123456789Z

func build(t testing.TB, change func(*Config)) *Encoder {
	t.Helper()
	c := defaultConfig()
	if change != nil {
		change(c)
	}
	e, err := c.NewEncoder(&plugin.Env{})
	if err != nil {
		t.Fatal(err)
	}
	enc := e.(*Encoder)
	enc.now = func() time.Time { return time.Date(2020, 5, 6, 7, 8, 9, 0, time.UTC) }
	return enc
}

func seal(fill func(*message.Draft)) *message.Message {
	d := message.Draft{Type: "log", Logger: "nova", Hostname: "node-1", Payload: "text"}
	uuid, _ := message.ParseUUID("2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c")
	d.SetUUID(uuid)
	d.SetTimestamp(noon)
	d.SetSeverity(6)
	if fill != nil {
		fill(&d)
	}
	b := message.NewBatch()
	b.Append(&d)
	return b.At(0)
}

func encode(t testing.TB, e *Encoder, m *message.Message) string {
	t.Helper()
	out, err := e.Encode(nil, m)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// checks the action and document lines.
func checkLines(t *testing.T, e *Encoder, m *message.Message, action, document string) {
	t.Helper()
	if got, want := encode(t, e, m), action+"\n"+document+"\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAction(t *testing.T) {
	f := func(m *message.Message, want string, change func(*Config)) {
		t.Helper()
		got, _, _ := strings.Cut(encode(t, build(t, change), m), "\n")
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is no JSON", got)
		}
	}
	const id = `,"_id":"2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c"}}`
	m := seal(nil)
	f(m, `{"create":{"_index":"heka-2016.02.03"`+id, nil)
	f(m, `{"create":{"_index":"heka-2020.05.06"`+id, func(c *Config) { c.IndexFromTimestamp = false })
	f(m, `{"index":{"_index":"heka-2016.02.03"}}`, func(c *Config) { c.Op = "index" })
	f(m, `{"create":{"_index":"log-2016"`+id, func(c *Config) { c.Index = "%{Type}-%{%Y}" })
	f(m, `{"create":{"_index":"logs","_type":"message"`+id, func(c *Config) { c.Index, c.TypeName = "LOGS", "message" })
	f(m, `{"create":{"_index":"logs","_id":"nova-6"}}`, func(c *Config) { c.Index, c.ID = "logs", "%{Logger}-%{Severity}" })
	f(m, `{"create":{"_index":"logs"`+id, func(c *Config) { c.Index, c.ID = "logs", "%{none}" })
	f(m, `{"index":{"_index":"logs"}}`, func(c *Config) { c.Index, c.ID, c.Op = "logs", "%{none}", "index" })
	f(seal(func(d *message.Draft) { d.HasTimestamp = false }), `{"create":{"_index":"heka-2020.05.06"`+id, nil)
	f(seal(func(d *message.Draft) { d.Type = "Ä\"\\\n\xffB" }), `{"create":{"_index":"ä\"\\\u000a�b"`+id, func(c *Config) { c.Index = "%{Type}" })
	f(seal(func(d *message.Draft) { d.HasUUID = false }), `{"create":{"_index":"logs"}}`, func(c *Config) { c.Index = "logs" })
}

func onlyFields(c *Config) { c.Index, c.Op, c.Fields = "x", "index", []string{"DynamicFields"} }

func TestFields(t *testing.T) {
	f := func(fill func(*message.Draft), want string) {
		t.Helper()
		checkLines(t, build(t, onlyFields), seal(fill), `{"index":{"_index":"x"}}`, want)
		if !json.Valid([]byte(want)) {
			t.Errorf("%s is no JSON", want)
		}
	}
	f(nil, `{}`)
	f(func(d *message.Draft) { d.AddString("a", "x"); d.AddInt("b", "", -5); d.AddBool("c", true) }, `{"a":"x","b":-5,"c":true}`)
	f(func(d *message.Draft) { d.AddFloat("a", "", 1); d.AddFloat("b", "", 1.5); d.AddFloat("c", "", 1e21) }, `{"a":1,"b":1.5,"c":1e+21}`)
	f(func(d *message.Draft) { d.AddFloat("a", "", math.NaN()); d.AddFloat("b", "", math.Inf(-1)) }, `{"a":null,"b":null}`)
	f(func(d *message.Draft) { d.AddStrings("a", []string{"x", "y"}); d.AddList("b", "") }, `{"a":["x","y"],"b":[]}`)
	f(func(d *message.Draft) { d.AddBytes("a", []byte("ab")) }, `{"a":"ab"}`)
	f(func(d *message.Draft) {
		d.AddList("a", "", message.BytesValue([]byte("a")), message.BytesValue([]byte("b")))
	}, `{"a":["YQ==","Yg=="]}`)
	f(func(d *message.Draft) { d.AddList("a", "", message.IntValue(1), message.IntValue(2)) }, `{"a":[1,2]}`)
	f(func(d *message.Draft) { d.AddString("q\"\\\x01", "tab\tnew\nline\r\x7f\u2028") },
		"{\"q\\u0022\\u005c\\u0001\":\"tab\\u0009new\\u000aline\\u000d\x7f\u2028\"}")
	f(func(d *message.Draft) { d.AddString("a", "ünï ☃ 😀 \xff\xfe. \xe2\x98") }, `{"a":"ünï ☃ 😀 ��. ��"}`)
}

func TestRepeatedNames(t *testing.T) {
	f := func(fill func(*message.Draft), want string) {
		t.Helper()
		e := build(t, func(c *Config) { c.Index, c.Op, c.Fields = "x", "index", []string{"DynamicFields", "Type"} })
		checkLines(t, e, seal(fill), `{"index":{"_index":"x"}}`, want)
	}
	f(func(d *message.Draft) { d.AddString("x", "a"); d.AddString("x", "b") }, `{"x":["a","b"],"Type":"log"}`)
	f(func(d *message.Draft) { d.AddString("x", "a"); d.AddInt("y", "", 1); d.AddBool("x", true) }, `{"x":["a",true],"y":1,"Type":"log"}`)
	f(func(d *message.Draft) {
		d.AddList("x", "", message.BytesValue([]byte("a")), message.BytesValue([]byte("b")))
		d.AddBytes("x", []byte("c"))
	}, `{"x":["YQ==","Yg==","c"],"Type":"log"}`)
	f(func(d *message.Draft) { d.AddList("x", ""); d.AddList("x", "") }, `{"x":[],"Type":"log"}`)
	f(func(d *message.Draft) { d.AddString("Type", "a"); d.AddInt("y", "", 1) }, `{"Type_":"a","y":1,"Type":"log"}`)
	f(func(d *message.Draft) { d.AddString("Type", "a"); d.AddString("Type", "b") }, `{"Type_":["a","b"],"Type":"log"}`)
}

func TestDocumentParts(t *testing.T) {
	f := func(change func(*Config), want string) {
		t.Helper()
		m := seal(func(d *message.Draft) {
			d.EnvVersion = "2"
			d.SetPid(7)
			d.AddString("a.b", "x")
			d.AddString("c", "y")
		})
		e := build(t, func(c *Config) { c.Index, c.Op = "x", "index"; change(c) })
		checkLines(t, e, m, `{"index":{"_index":"x"}}`, want)
	}
	f(func(*Config) {}, `{"Uuid":"2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c","Timestamp":"2016-02-03T12:00:00","Type":"log","Logger":"nova","Severity":6,"Payload":"text","EnvVersion":"2","Pid":7,"Hostname":"node-1","a.b":"x","c":"y"}`)
	f(func(c *Config) { c.Fields = []string{"timestamp", "fields"} }, `{"Timestamp":"2016-02-03T12:00:00","a.b":"x","c":"y"}`)
	f(func(c *Config) { c.Fields = []string{"DynamicFields"}; c.ReplaceDotsWith = "_" }, `{"a_b":"x","c":"y"}`)
	f(func(c *Config) { c.Fields = []string{"DynamicFields"}; c.DynamicFields = []string{"c", "z"} }, `{"c":"y"}`)
	f(func(c *Config) {
		c.Fields, c.Timestamp = []string{"Timestamp", "Severity"}, "%Y-%m-%dT%H:%M:%S.%LZ"
		c.FieldMappings = mappings{Timestamp: "@timestamp", Severity: `"q"`}
	}, `{"@timestamp":"2016-02-03T12:00:00.123Z","\u0022q\u0022":6}`)
}

func TestRawFields(t *testing.T) {
	f := func(value, want string) {
		t.Helper()
		e := build(t, func(c *Config) { onlyFields(c); c.RawBytesFields = []string{"r"} })
		m := seal(func(d *message.Draft) { d.AddBytes("r", []byte(value)) })
		checkLines(t, e, m, `{"index":{"_index":"x"}}`, `{"r":`+want+`}`)
	}
	f(`{"a": [1, 2]}`, `{"a":[1,2]}`)
	f("{\"a\":\n1}", `{"a":1}`)
	f("", `""`)
	f("1}\n{\"delete\":{}}", `"1}\u000a{\u0022delete\u0022:{}}"`)
	f("\"\xff\"", `"\u0022`+"�"+`\u0022"`)

	e := build(t, func(c *Config) { onlyFields(c); c.RawBytesFields = []string{"r"} })
	m := seal(func(d *message.Draft) {
		d.AddList("r", "", message.BytesValue([]byte("1")), message.BytesValue([]byte(`"x"`)))
	})
	checkLines(t, e, m, `{"index":{"_index":"x"}}`, `{"r":[1,"x"]}`)
}

func TestOptionErrors(t *testing.T) {
	f := func(want string, change func(*Config)) {
		t.Helper()
		c := defaultConfig()
		change(c)
		if _, err := c.NewEncoder(&plugin.Env{}); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	f(`index: must not be empty; "heka-%{%Y.%m.%d}" makes an index a day`, func(c *Config) { c.Index = "" })
	f(`index: "%{Type" has no closing }`, func(c *Config) { c.Index = "a-%{Type" })
	f(`type_name: %{} names neither a header, a field nor a date`, func(c *Config) { c.TypeName = "%{}" })
	f(`op: "update" is not one of "create", "index"`, func(c *Config) { c.Op = "update" })
	f(`timestamp: ends with a lone %; write %% for a percent sign`, func(c *Config) { c.Timestamp = "%Y%" })
	f(`fields: "Nope" is not one of Uuid, Timestamp, Type, Logger, Severity, Payload, EnvVersion, Pid, Hostname, DynamicFields`, func(c *Config) { c.Fields = []string{"Nope"} })
	f(`fields: Pid stands there twice`, func(c *Config) { c.Fields = []string{"pid", "Pid"} })
	f(`fields: is empty, so that documents would be, too`, func(c *Config) { c.Fields = nil })
	f(`dynamic_fields: needs DynamicFields in fields`, func(c *Config) { c.Fields = []string{"Type"}; c.DynamicFields = []string{"a"} })
	f("op: \"\" is not one of \"create\", \"index\"\ntimestamp: ends with a lone %; write %% for a percent sign", func(c *Config) { c.Op, c.Timestamp = "", "%" })
}

// Floats are written as the standard library writes the shortest text.
func TestFloats(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	f := func(v float64) {
		t.Helper()
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		if got, want := string(appendFloat(nil, v)), strconv.FormatFloat(v, 'g', -1, 64); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	for _, v := range []float64{0, math.Copysign(0, -1), 1e-4, 0.0001234, 9.9999e-5, 999999.999999999, 1e6, 1e15, 0.1 + 0.2, 123456.123456789, 5e-324, math.MaxFloat64, -0.25} {
		f(v)
		f(math.Nextafter(v, 2))
		f(math.Nextafter(v, -2))
	}
	for range 50_000 {
		f(math.Float64frombits(random.Uint64() & (1<<63 - 1)))
		f(float64(random.IntN(1e9)) / math.Pow10(random.IntN(13)))
		f(random.Float64() * 1e6)
	}
}

// Texts are escaped the same wherever in a word a special character lies.
func TestSpecialsAnywhere(t *testing.T) {
	for _, special := range []string{"", "\x00", "\n", "\"", "\\", "é", "☃", "😀", "\xff", "\x7f", "é\"", "\"\""} {
		for size := range 20 {
			for at := range size + 1 {
				text := strings.Repeat("x", at) + special + strings.Repeat("y", size-at)
				var back string
				got := appendString(nil, text)
				if err := json.Unmarshal(got, &back); err != nil || back != strings.ToValidUTF8(text, "\uFFFD") {
					t.Fatalf("%q became %s: %v", text, got, err)
				}
			}
		}
	}
}

// Whatever a message holds, each line is JSON and there are two of them.
func FuzzEncode(f *testing.F) {
	f.Add("log", "a", "x", "b\xff", "y\n", 1.5)
	f.Add("", "a", `{"q":1}`, "a", "\x00", math.NaN())
	f.Fuzz(func(t *testing.T, typ, n1, v1, n2, v2 string, number float64) {
		m := seal(func(d *message.Draft) {
			d.Type = typ
			d.AddString(n1, v1)
			d.AddString(n2, v2)
			d.AddBytes("raw", []byte(v1))
			d.AddFloat("n", "", number)
		})
		e := build(t, func(c *Config) {
			c.Index = "%{Type}-%{" + strings.NewReplacer("%", "", "}", "").Replace("x"+n1) + "}"
			c.RawBytesFields = []string{"raw"}
		})
		lines := strings.Split(encode(t, e, m), "\n")
		if len(lines) != 3 || lines[2] != "" {
			t.Fatalf("%d lines: %q", len(lines), lines)
		}
		for _, l := range lines[:2] {
			if !json.Valid([]byte(l)) {
				t.Errorf("%q is no JSON", l)
			}
		}
	})
}

// nova is a log line of 262 bytes as the decoder hands it on.
func nova(d *message.Draft) {
	d.Payload = `10.0.0.1 "GET /v2.1/8a5c7c3e9f4b4d0f8a5c7c3e9f4b4d0f/servers/detail HTTP/1.1" status: 200 len: 1893 time: 0.2477829`
	d.Logger = "openstack.nova"
	d.SetPid(25746)
	d.AddString("programname", "nova-api")
	d.AddString("severity_label", "INFO")
	d.AddString("python_module", "nova.osapi_compute.wsgi.server")
	d.AddString("request_id", "54749026-b7a3-4c5f-8d6b-1f8e6f4a5b6c")
	d.AddString("user_id", "f8c4a1b2c3d4e5f60718293a4b5c6d7e")
	d.AddString("tenant_id", "8a5c7c3e9f4b4d0f8a5c7c3e9f4b4d0f")
	d.AddString("http_method", "GET")
	d.AddString("http_client_ip_address", "10.0.0.1")
	d.AddString("http_url", "/v2.1/8a5c7c3e9f4b4d0f8a5c7c3e9f4b4d0f/servers/detail")
	d.AddString("http_version", "1.1")
	d.AddInt("http_status", "", 200)
	d.AddFloat("http_response_time", "s", 0.2477829)
}

func lma(c *Config) {
	c.Index, c.Timestamp = "%{Type}-%{%Y.%m.%d}", "%Y-%m-%dT%H:%M:%S%z"
	c.Fields = []string{"DynamicFields", "Hostname", "Logger", "Payload", "Pid", "Severity", "Timestamp", "Type"}
}

func TestEncodeDoesNotAllocate(t *testing.T) {
	e, m := build(t, lma), seal(nova)
	var buf []byte
	if n := testing.AllocsPerRun(100, func() { buf, _ = e.Encode(buf[:0], m) }); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

func BenchmarkEncode(b *testing.B) {
	e, m := build(b, lma), seal(nova)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf, _ = e.Encode(buf[:0], m)
	}
	b.SetBytes(int64(len(buf)))
}
