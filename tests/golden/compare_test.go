package golden

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

const reference = `{"timestamp":1454494272344999936,"type":"log","logger":"x","severity":3,"payload":"text\n","pid":7,"hostname":"node-1",
 "fields":{"name":"a","value":1.5,"count":2,"flag":true,"nan":"@NaN","list":["a","b"],"http_status":"200"},
 "field_types":{"count":"integer"},"representations":{"value":"s"}}`

func read(t *testing.T, text string) (m Message) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func differences(t *testing.T, want, got string, allowed ...*Difference) string {
	more := "more"
	v := Verdict{Case: &Case{Events: []Event{{Message: &Message{Payload: &more}}}}, differences: allowed}
	v.messages(0, []Message{read(t, want)}, []Message{read(t, got)}, nil, 0)
	return strings.Join(v.problems, "; ")
}

func TestCompareFindsEveryDifference(t *testing.T) {
	if d := differences(t, reference, reference); d != "" {
		t.Fatalf("a message differs from itself: %s", d)
	}
	for _, c := range []struct{ from, to, what string }{
		{"344999936", "345001000", "timestamp"},
		{`"log"`, `"log2"`, "type"},
		{`"x"`, `"y"`, "logger"},
		{`"severity":3`, `"severity":4`, "severity"},
		{`text\n`, `text`, "payload"},
		{`"pid":7`, `"pid":8`, "pid"},
		{"node-1", "node-2", "hostname"},
		{`"a","value"`, `"b","value"`, "fields.name"},
		{"1.5", "1.50001", "fields.value"},
		{`"value":"s"`, `"value":"ms"`, "fields.value"},
		{`"integer"`, `"double"`, "fields.count"},
		{"true", "false", "fields.flag"},
		{`"@NaN"`, "1", "fields.nan"},
		{`["a","b"]`, `["b","a"]`, "fields.list"},
		{`,"http_status":"200"`, "", "fields.http_status"},
		{`"flag":true`, `"flag":true,"more":1`, "fields.more"},
	} {
		got := differences(t, reference, strings.Replace(reference, c.from, c.to, 1))
		if !strings.HasPrefix(got, "event 0, "+c.what+": ") {
			t.Errorf("%s -> %s: %q, want a difference of %s", c.from, c.to, got, c.what)
		}
	}
}

func TestCompareForgivesWhatTheFormLoses(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"344999936", "345000000"}, {"1.5", "1.50000000000000001"}, {`["a","b"]`, `["a","b"]`},
	} {
		if got := differences(t, reference, strings.Replace(reference, c.from, c.to, 1)); got != "" {
			t.Errorf("%s -> %s: %s", c.from, c.to, got)
		}
	}
	if got := differences(t, `{"type":"log","severity":7,"pid":0}`, `{"type":"log"}`); got != "" {
		t.Errorf("unset headers: %s", got)
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		rule     Difference
		from, to string
	}{
		{Difference{Rule: "payload_line_end"}, `text\n`, `text`},
		{Difference{Rule: "integers"}, `"count":"integer"`, `"list":"x"`},
		{Difference{Rule: "numeric_status"}, `"200"`, `200`},
		{Difference{What: []string{"pid"}}, `"pid":7`, `"pid":9`},
		{Difference{What: []string{"fields.*e"}}, `"a",`, `"b",`},
		{Difference{Added: []string{"more"}}, `"flag":true`, `"flag":true,"more":1`},
		{Difference{Rule: "joined_lines"}, `text\n`, `text\nmore`},
	} {
		want, got := reference, strings.Replace(reference, c.from, c.to, 1)
		switch c.rule.Rule {
		case "integers":
			want, got = got, want
		case "numeric_status":
			got = strings.Replace(got, `"integer"`, `"integer","http_status":"integer"`, 1)
		}
		rule := c.rule
		rule.Plugin = "*"
		if d := differences(t, want, got); d == "" {
			t.Errorf("%+v: nothing differs without the rule", c.rule)
		}
		if d := differences(t, want, got, &rule); d != "" || !rule.used {
			t.Errorf("%+v: %q, used %v", c.rule, d, rule.used)
		}
	}
}

func TestDifferencesAreChecked(t *testing.T) {
	const begin = "[[difference]]\nplugin = \"x\"\n"
	for text, want := range map[string]string{
		begin + "what = [\"pid\"]":                                        "difference 1: plugin and reason are needed",
		begin + "reason = \"r\"":                                          "difference 1: one of what, added and rule is needed",
		begin + "reason = \"r\"\nrule = \"no_such_rule\"":                 `difference 1: unknown rule "no_such_rule"`,
		begin + "reason = \"r\"\nwhat = [\"fields\"]":                     `difference 1: what: unknown "fields"`,
		begin + "reason = \"r\"\nwhat = [\"*\"]":                          `difference 1: what: unknown "*"`,
		begin + "reason = \"r\"\nwhat = [\"pid\"]\nwhen = [\"config.a\"]": `difference 1: when: "config.a" is no path=value`,
		begin + "reason = \"r\"\nwhat = [\"pid\"]\ninput = \"(\"":         "difference 1: error parsing regexp: missing closing ): `(`",
		begin + "evnt = 3":                                                "unknown keys [difference.evnt]",
		begin + "reason = \"r\"\nwhat = [\"pid\"]\n[[difference]]\nplugin = \"w\"\nreason = \"r\"\nwhat = [\"pid\"]": `difference 2: "w" must come before "x"`,
	} {
		var list struct {
			Difference []*Difference `toml:"difference"`
		}
		meta, err := toml.Decode(text, &list)
		if err == nil {
			err = checkDifferences(list.Difference, meta.Undecoded())
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
