package matcher

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"lma_collector/collector/message"
)

// goldenCase is one file of expressions with what hekad made of them.
type goldenCase struct {
	Name     string
	Message  goldenMessage
	Expected []struct {
		Expression string
		Match      bool
		Error      *string
	}
}

type goldenMessage struct {
	UUID       string
	Timestamp  int64
	Type       string
	Logger     string
	Severity   *int32
	Payload    string
	EnvVersion string `json:"env_version"`
	Pid        *int32
	Hostname   string
	Fields     []struct {
		Name  string
		Type  string
		Value []json.RawMessage
	}
}

// difference is an expression that is meant to differ from hekad's result in all golden cases.
type difference struct {
	Expression string
	Match      string // "true", "false" or "error"
	Reason     string
}

func TestGolden(t *testing.T) {
	var differences []difference
	load(t, "testdata/differences.json", &differences)
	expected := map[string]*difference{}
	for i := range differences {
		expected[differences[i].Expression] = &differences[i]
	}
	files, _ := filepath.Glob("testdata/golden/*.json")
	if len(files) == 0 {
		t.Fatal("no golden cases in testdata/golden")
	}
	seen := map[string]bool{}
	for _, file := range files {
		var c goldenCase
		load(t, file, &c)
		m := c.Message.message(t)
		for _, e := range c.Expected {
			want := map[bool]string{true: "true", false: "false"}[e.Match]
			if e.Error != nil {
				want = "error"
			}
			if d := expected[e.Expression]; d != nil {
				seen[e.Expression] = true
				if d.Match == want {
					t.Errorf("%s: %q is listed as a difference but is none", c.Name, e.Expression)
				}
				want = d.Match
			}
			if got := outcome(e.Expression, m); got != want {
				t.Errorf("%s: %q is %s, want %s", c.Name, e.Expression, got, want)
			}
		}
	}
	for _, d := range differences {
		if !seen[d.Expression] || d.Reason == "" {
			t.Errorf("difference %q: not in any case, or without a reason", d.Expression)
		}
	}
}

func outcome(expr string, m *message.Message) string {
	matcher, err := Parse(expr)
	switch {
	case err != nil:
		return "error"
	case matcher.Match(m):
		return "true"
	}
	return "false"
}

func load(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

func (g *goldenMessage) message(t *testing.T) *message.Message {
	var d message.Draft
	if uuid, ok := message.ParseUUID(g.UUID); ok {
		d.SetUUID(uuid)
	}
	d.SetTimestamp(g.Timestamp)
	if g.Severity != nil {
		d.SetSeverity(*g.Severity)
	}
	if g.Pid != nil {
		d.SetPid(*g.Pid)
	}
	d.Type, d.Logger, d.Payload, d.EnvVersion, d.Hostname = g.Type, g.Logger, g.Payload, g.EnvVersion, g.Hostname
	for _, f := range g.Fields {
		var vs []message.Value
		for _, raw := range f.Value {
			vs = append(vs, goldenValue(t, f.Type, raw))
		}
		d.AddList(f.Name, "", vs...)
	}
	return sealed(t, &d)
}

func goldenValue(t *testing.T, typ string, raw json.RawMessage) (v message.Value) {
	t.Helper()
	var err error
	switch typ {
	case "string", "bytes":
		var s string
		err = json.Unmarshal(raw, &s)
		v = message.StringValue(s)
		if typ == "bytes" {
			v = message.BytesValue([]byte(s))
		}
	case "int":
		var i int64
		err = json.Unmarshal(raw, &i)
		v = message.IntValue(i)
	case "double":
		var f float64
		err = json.Unmarshal(raw, &f)
		v = message.FloatValue(f)
	case "bool":
		var b bool
		err = json.Unmarshal(raw, &b)
		v = message.BoolValue(b)
	default:
		t.Fatalf("unknown field type %q", typ)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}
