package lineproto

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// sealed is a draft as a message of its own.
func sealed(t testing.TB, d *message.Draft) *message.Message {
	t.Helper()
	m, err := message.Index(d.Encode(nil))
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func metric(name string, value message.Value) *message.Draft {
	d := &message.Draft{Type: "metric"}
	d.SetTimestamp(1454500800999999999)
	d.AddString("name", name)
	d.Add("value", "", value)
	return d
}

func TestLines(t *testing.T) {
	e := NewEncoder(1e6, []string{"deployment_id"})
	f := func(d *message.Draft, want string) {
		t.Helper()
		out, lines, err := e.Append([]byte("before"), sealed(t, d))
		wantLines := min(len(want), 1)
		if string(out) != "before"+want || err != nil || lines != wantLines {
			t.Errorf("got %q, %d lines, %v\nwant %q", out, lines, err, want)
		}
	}
	f(metric("cpu_idle", message.FloatValue(99.5)), "cpu_idle value=99.5 1454500800999\n")
	f(metric("n", message.IntValue(-7)), "n value=-7 1454500800999\n")
	f(metric("n", message.FloatValue(1e300)), "n value=1e+300 1454500800999\n")
	f(metric("n", message.FloatValue(math.Copysign(0, -1))), "n value=-0 1454500800999\n")
	f(metric("n", message.BoolValue(true)), "n value=\"true\" 1454500800999\n")
	f(metric("n", message.BoolValue(false)), "n value=\"false\" 1454500800999\n")
	f(metric("n", message.StringValue("a \"b\" \\ c\nd")), "n value=\"a \\\"b\\\" \\\\ c\nd\" 1454500800999\n")
	f(metric("n", message.StringValue("")), "n value=\"\" 1454500800999\n")
	f(metric("n", message.FloatValue(math.NaN())), "")
	f(metric("n", message.FloatValue(math.Inf(-1))), "")
	f(metric(`a b,c=d\e\`, message.IntValue(1)), `a\ b\,c=d\e value=1 1454500800999`+"\n")

	d := metric("n", message.IntValue(1))
	d.AddString("z", "last")
	d.AddString("fs", `/a b,c=d\e`)
	d.AddString("empty", "")
	d.AddString("slash", `\\`)
	d.AddString("k ey=,", "x\ny")
	d.AddInt("number", "", 12)
	d.AddFloat("id", "", 1)
	d.AddBool("yes", true)
	d.AddString("deployment_id", "7")
	d.AddString("not_a_tag", "x")
	d.AddStrings("tag_fields", []string{"z", "fs", "empty", "slash", "k ey=,", "number", "id", "yes", "gone", "z", ""})
	f(d, `n,deployment_id=7,fs=/a\ b\,c\=d\e,id=1,k\ ey\=\,=x\ny,number=12,yes=true,z=last value=1 1454500800999`+"\n")

	d = metric("n", message.IntValue(1))
	d.AddStrings("value_fields", []string{"max", "text", "gone", "nan", "m in"})
	d.AddFloat("max", "", 2.25)
	d.AddString("text", "x")
	d.AddFloat("nan", "", math.NaN())
	d.AddInt("m in", "", 3)
	f(d, "n max=2.25,text=\"x\",m\\ in=3 1454500800999\n")

	d = metric("n", message.FloatValue(math.NaN()))
	d.AddStrings("value_fields", []string{"nan", "max"})
	d.AddFloat("nan", "", math.NaN())
	d.AddFloat("max", "", 1)
	f(d, "n max=1 1454500800999\n")
}

// TestPlansOfTags: what is kept of a list of tags does not change the lines of messages with the same list.
func TestPlansOfTags(t *testing.T) {
	e := NewEncoder(1e9, []string{"deployment_id", `a\`})
	line := func(tags []string, fields ...string) string {
		d := metric("n", message.IntValue(1))
		d.AddStrings("tag_fields", tags)
		for i := 0; i < len(fields); i += 2 {
			d.AddString(fields[i], fields[i+1])
		}
		out, _, err := e.Append(nil, sealed(t, d))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSuffix(string(out), " value=1 1454500800\n")
	}
	f := func(want string, tags []string, fields ...string) {
		t.Helper()
		for range 2 {
			if got := line(tags, fields...); got != want {
				t.Errorf("%q %q: got %q, want %q", tags, fields, got, want)
			}
		}
	}
	f("n,deployment_id=1,fs=/,hostname=h", []string{"hostname", "fs"}, "fs", "/", "hostname", "h", "deployment_id", "1")
	f("n,hostname=h", []string{"hostname", "fs"}, "hostname", "h")
	f("n,fs=x", []string{"hostname", "fs"}, "hostname", "", "fs", "x", "fs", "y")
	f("n,deployment_id=own", []string{"deployment_id"}, "deployment_id", "own")
	f("n,a=1,ab=2", []string{"ab", "a"}, "ab", "2", "a", "1")
	f("n,a=1", []string{"a"}, "a", "1", `a\`, "2") // the backslash cannot be written: both are the key a
	f("n,a=2", []string{"a"}, "a", "", `a\`, "2")
	f("n,a=2", []string{`a\`, "a"}, "a", "1", `a\`, "2")
	f("n", nil)
	for i := range maxPlans + 10 {
		tag := "t" + strconv.Itoa(i)
		f("n,"+tag+"=1", []string{tag}, tag, "1")
	}
	long := strings.Repeat("x", maxList)
	f("n,"+long+"=1", []string{long}, long, "1")
	if len(e.plans) > maxPlans {
		t.Errorf("%d plans are kept", len(e.plans))
	}
}

// TestEscapes: wherever a character stands that needs an escape, it gets it.
func TestEscapes(t *testing.T) {
	const plain = "abcdefghijklmnopqrstuvw"
	for n := 1; n <= len(plain); n++ {
		for at := range n {
			for c := range 256 {
				text := plain[:at] + string([]byte{byte(c)}) + plain[at+1:n]
				want := ""
				for i := range len(text) {
					switch text[i] {
					case '\n':
						want += `\n`
					case '\r':
						want += `\r`
					case '\t':
						want += `\t`
					case '\f':
						want += `\f`
					case ' ', ',', '=':
						want += `\` + text[i:i+1]
					default:
						want += text[i : i+1]
					}
				}
				if c == '\\' && at == n-1 {
					want = want[:len(want)-1]
				}
				if got := string(appendKey(nil, text)); got != want {
					t.Fatalf("%q: got %q, want %q", text, got, want)
				}
			}
		}
	}
}

func TestFloats(t *testing.T) {
	f := func(v float64) {
		t.Helper()
		want := strconv.FormatFloat(v, 'g', -1, 64)
		if got := string(appendFloat(nil, v)); got != want && v != math.Trunc(v) {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
	for i := range 200000 {
		f(float64(i) / 1000)
		f(-float64(i*7919) / 1000)
		f(math.Nextafter(float64(i)/1000, 1e9))
	}
	for _, v := range []float64{0.0001, 0.0005, 0.00049, 0.0015, 999999.999, 999999.9995, 1000000.5, 1e-300, 1e300, 123456.7895, math.SmallestNonzeroFloat64} {
		f(v)
	}
}

func TestErrors(t *testing.T) {
	e := NewEncoder(1e6, nil)
	f := func(d *message.Draft, want string) {
		t.Helper()
		out, lines, err := e.Append(nil, sealed(t, d))
		if err == nil || err.Error() != want || len(out) > 0 || lines != 0 {
			t.Errorf("got %q, %v, want %q", out, err, want)
		}
	}
	stamped := func() *message.Draft {
		d := &message.Draft{Type: "metric"}
		d.SetTimestamp(1)
		return d
	}
	f(&message.Draft{}, "the message has no timestamp")
	f(stamped(), "a metric without Fields[name]")
	d := stamped()
	d.AddInt("name", "", 5)
	f(d, "a metric whose Fields[name] cannot be a measurement")
	f(metric("", message.IntValue(1)), "a metric whose Fields[name] cannot be a measurement")
	f(metric("# comment", message.IntValue(1)), "a metric whose Fields[name] cannot be a measurement")
	f(metric(`\\`, message.IntValue(1)), "a metric whose Fields[name] cannot be a measurement")
	d = stamped()
	d.AddString("name", "n")
	f(d, "a metric without Fields[value]")
	d.AddStrings("value_fields", []string{"gone"})
	f(d, "a metric whose Fields[value_fields] lists no field that it has")
}

func bulk(payload string) *message.Draft {
	d := &message.Draft{Type: "heka.sandbox.bulk_metric", Payload: payload}
	d.SetTimestamp(1454500800999999999)
	d.AddString("deployment_id", "3")
	return d
}

func TestBulk(t *testing.T) {
	e := NewEncoder(1e9, []string{"deployment_id"})
	f := func(payload, want, wantErr string) {
		t.Helper()
		out, lines, err := e.Append([]byte("x"), sealed(t, bulk(payload)))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if string(out) != "x"+want || got != wantErr || lines != strings.Count(want, "\n") {
			t.Errorf("%s\n got %q, %d, %q\nwant %q, %q", payload, out, lines, got, want, wantErr)
		}
	}
	one := `{"name":"x","value":1}`
	line := "x,deployment_id=3 value=1 1454500800\n"
	f(`[`+one+`]`, line, "")
	f(`[]`, "", "")
	f(`{}`, "", "")
	f(`[{"name":"x","value":1.5,"tags":{"m":"GET","deployment_id":"own","id":4}}]`, "x,deployment_id=own,id=4,m=GET value=1.5 1454500800\n", "")
	f(`[{"tags":{"m":"a b"},"values":{"min":0.5,"max":3},"name":"y"},`+one+`]`, "y,deployment_id=3,m=a\\ b min=0.5,max=3 1454500800\n"+line, "")
	f(`[{"name":"y","values":[1,"b"],"tags":[]}]`, "y,deployment_id=3 1=1,2=\"b\" 1454500800\n", "")
	f(`[{"name":"y","value":true}]`, "y,deployment_id=3 value=\"true\" 1454500800\n", "")
	f(`[{"name":"y","value":1e999}]`, "", "")
	bad := func(point, reason string) {
		t.Helper()
		f(`[`+one+`,`+point+`]`, line, "1 of 2 points of a bulk metric cannot be written: "+reason)
	}
	bad(`"s"`, "a point is no object")
	bad(`null`, "a point is no object")
	bad(`{"value":1}`, "name is missing")
	bad(`{"name":7,"value":1}`, "name is no text")
	bad(`{"name":"#","value":1}`, "name is not a text that can be a measurement")
	bad(`{"name":"y"}`, "value is missing")
	bad(`{"name":"y","value":null}`, "value is no number or text")
	bad(`{"name":"y","values":{"a":{"b":1}}}`, "values holds something that is no number or text")
	bad(`{"name":"y","values":3}`, "values is no object")
	bad(`{"name":"y","value":1,"tags":"t"}`, "tags is no object")
	bad(`{"name":"y","value":1,"tags":{"t":[]}}`, "tags holds something that is no number or text")
	f(`{"a":1}`, "", "1 of 1 points of a bulk metric cannot be written: the payload is no list")
	f(`3`, "", "invalid payload value for bulk metric")
	f(``, "", "invalid payload value for bulk metric")
	f(`[`+one+`,{]`, "", "invalid payload value for bulk metric: bad JSON at byte 25: expected a string")
}

func TestPrecision(t *testing.T) {
	f := func(name string, ns int64, want string) {
		t.Helper()
		p, err := ParsePrecision(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(p.AppendTime(nil, ns)); got != want {
			t.Errorf("%d in %s: got %s, want %s", ns, name, got, want)
		}
	}
	f("ns", 1454500800999999999, "1454500800999999999")
	f("us", 1454500800999999999, "1454500800999999")
	f("ms", 1454500800999999999, "1454500800999")
	f("s", 1454500800999999999, "1454500800")
	f("m", 1454500859999999999, "24241680")
	f("h", 1454500800999999999, "404028")
	f("s", -1, "-1")
	f("s", -1e9, "-1")
	if _, err := ParsePrecision("day"); err == nil || err.Error() != `"day" is no precision; it is ns, us, ms, s, m or h` {
		t.Error(err)
	}
}

func TestNoAllocation(t *testing.T) {
	e := NewEncoder(1e6, []string{"deployment_id", "environment_label", "tenant_id", "user_id"})
	m, b := sealed(t, example()), sealed(t, bulk(`[{"name":"x","value":1,"tags":{"a":"b"}},{"name":"y","values":{"min":1.5,"max":2}}]`))
	buf := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buf, _, _ = e.Append(buf[:0], m); buf, _, _ = e.Append(buf, b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// example is a metric as the collectd decoder makes it.
func example() *message.Draft {
	d := metric("fs_space_percent_free", message.FloatValue(63.039243749))
	d.Logger, d.Hostname, d.Payload = "collectd", "node-1", strings.Repeat("p", 220)
	d.AddString("type", "gauge")
	d.AddString("source", "df")
	d.AddFloat("interval", "", 10)
	d.AddString("fs", "/var/lib/nova")
	d.AddString("hostname", "node-1")
	d.AddStrings("tag_fields", []string{"fs", "hostname"})
	d.AddString("deployment_id", "1")
	d.AddString("environment_label", "env-1")
	d.AddString("openstack_region", "RegionOne")
	return d
}

func BenchmarkAppend(b *testing.B) {
	e := NewEncoder(1e6, []string{"deployment_id", "environment_label", "tenant_id", "user_id"})
	m := sealed(b, example())
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf, _, _ = e.Append(buf[:0], m)
	}
}

func FuzzAppend(f *testing.F) {
	f.Add("metric", "p", "name", "value", "tag")
	f.Add("bulk_metric", `[{"name":"a b","values":{"=":1,"c":"\\"},"tags":{" ":"\\"}}]`, "n", "v", "t")
	e := NewEncoder(1e6, []string{"common"})
	f.Fuzz(func(t *testing.T, typ, payload, name, value, tag string) {
		d := &message.Draft{Type: typ, Payload: payload}
		d.SetTimestamp(1)
		d.AddString("name", name)
		d.AddString("value", value)
		d.AddString(tag, value)
		d.AddString("common", tag)
		d.AddStrings("tag_fields", []string{tag, "common"})
		out, lines, _ := e.Append(nil, sealed(t, d))
		for range lines {
			rest, err := parseLine(string(out))
			if err != nil {
				t.Fatalf("%q: %v", out, err)
			}
			out = out[len(out)-len(rest.after):]
		}
		if len(out) > 0 {
			t.Fatalf("left over: %q", out)
		}
	})
}
