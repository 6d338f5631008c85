package golden

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// ruled compares two messages with one rule, and tells what is still wrong.
func ruled(t *testing.T, c *Case, rule, want, got string, input *Message) string {
	t.Helper()
	if c.Events == nil {
		c.Events = []Event{{Message: input}}
	}
	v := Verdict{Case: c, differences: []*Difference{{Plugin: "*", Rule: rule}}}
	v.messages(0, []Message{read(t, want)}, []Message{read(t, got)}, input, c.ClockNS)
	return strings.Join(v.problems, "; ")
}

// state is a status message.
func state(value int, alarms ...string) string {
	return fmt.Sprintf(`{"type":"s","payload_json":{"alarms":[%s]},"fields":{"value":%d,"cluster_name":"c"}}`, strings.Join(alarms, ","), value)
}

// sent is the same with its payload as text, as it comes out.
func sent(value int, alarms ...string) string {
	payload := strings.ReplaceAll(fmt.Sprintf(`{"alarms":[%s]}`, strings.Join(alarms, ",")), `"`, `\"`)
	return fmt.Sprintf(`{"type":"s","payload":"%s","fields":{"value":%d,"cluster_name":"c"}}`, payload, value)
}

func TestStatusRules(t *testing.T) {
	const a, b = `{"function":"avg","metric":"m","value":1}`, `{"function":"last","metric":"m","value":2}`
	const zero, one = `{"function":"max","metric":"m","value":0}`, `{"function":"max","metric":"m","value":1}`
	const unknown = `{"function":"last","metric":"m","value":-1,"severity":"UNKNOWN"}`
	for _, c := range []struct {
		rule, want, got string
		fine            bool
	}{
		{"worse", state(1, a), sent(3, a, b), true},
		{"worse", state(1, a), sent(3, b), false},
		{"worse", state(3, a), sent(1, a), false},
		{"worse_by_unknown", state(1, a, unknown), sent(2, a, unknown), true},
		{"worse_by_unknown", state(1, a), sent(2, a), false},
		{"worse_by_unknown", state(3, a, unknown), sent(2, a, unknown), false},
		{"worse_by_unknown", state(1, a), sent(2, a, unknown), false},
		{"unknown_without_reports", state(4), sent(2), true},
		{"unknown_without_reports", state(4), sent(3), false},
		{"unknown_without_reports", state(4, a), sent(2, a), false},
		{"zero_maximum", state(0), sent(3, zero), true},
		{"zero_maximum", state(0), sent(3, one), false},
		{"zero_maximum", state(3), sent(0, zero), false},
		{"merged_rows", state(0), sent(3, one), false}, // no two points share a row
	} {
		if problems := ruled(t, &Case{}, c.rule, c.want, c.got, nil); (problems == "") != c.fine {
			t.Errorf("%s: %s instead of %s: %q", c.rule, c.got, c.want, problems)
		}
		if ruled(t, &Case{}, "integers", c.want, c.got, nil) == "" {
			t.Errorf("%s instead of %s differs in nothing", c.got, c.want)
		}
	}
}

func point(t *testing.T, at time.Duration) Event {
	m := read(t, fmt.Sprintf(`{"timestamp":%d,"fields":{"name":"m","value":1}}`, at.Nanoseconds()))
	return Event{Message: &m}
}

func TestMergedRows(t *testing.T) {
	const rule = `"function":"%s","metric":"m","threshold":%d,"window":30,"fields":{}`
	for _, c := range []struct {
		function  string
		second    time.Duration // of the other datapoint
		threshold int
		value     int
		severity  string
		fine      bool
	}{
		{"min", 12 * time.Second, 9, 1, "WARN", true},
		{"min", 12 * time.Second, 9, 7, "WARN", false},
		{"max", 12 * time.Second, 9, 7, "WARN", true},
		{"sum", 12 * time.Second, 9, 1, "WARN", true},
		{"sum", 12 * time.Second, 9, 1, "DOWN", false},
		{"sum", 12 * time.Second, 8, 1, "WARN", false}, // no such rule
		{"avg", 12 * time.Second, 9, 1, "WARN", false},
		{"min", 16 * time.Second, 9, 1, "WARN", false}, // in rows of their own
	} {
		rules := fmt.Sprintf(`[{"trigger":{"rules":[{"relational_operator":">","periods":0,`+rule+`}]}}]`, c.function, 9)
		alarm := func(threshold, value int, severity string) string {
			return fmt.Sprintf(`{`+rule+`,"operator":">","periods":1,"value":%d,"severity":%q}`, c.function, threshold, value, severity)
		}
		input := &Case{Alarms: []byte(rules), Events: []Event{point(t, 11*time.Second), point(t, c.second)}}
		want, got := alarm(9, 5, "WARN"), alarm(c.threshold, c.value, c.severity)
		problems := ruled(t, input, "merged_rows", state(1, want), sent(1, got), nil)
		if (problems == "") != c.fine {
			t.Errorf("%+v: %q", c, problems)
		}
	}
}

func TestLongerWait(t *testing.T) {
	for _, c := range []struct {
		at   int64
		fine bool
	}{{30e9, true}, {70e9, false}} {
		event := &Case{
			Alarms: []byte(`[{"trigger":{"rules":[{"window":10,"periods":0},{"window":20,"periods":3}]}}]`),
			Events: []Event{{TimerNS: &c.at}},
		}
		v := Verdict{Case: event, differences: []*Difference{{Plugin: "*", Rule: "longer_wait"}}}
		v.messages(0, []Message{read(t, state(0))}, nil, nil, 0)
		if (len(v.problems) == 0) != c.fine {
			t.Errorf("after %d ns: %v", c.at, v.problems)
		}
	}
}

func TestMessageRules(t *testing.T) {
	at := func(text string) string {
		when, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf(`{"timestamp":%d}`, when.UnixNano())
	}
	paris := map[string]any{"tz": "Europe/Paris"}
	now := time.Date(2016, 2, 3, 12, 0, 0, 0, time.UTC).UnixNano()
	for _, c := range []struct {
		rule, input, want, got string
		fine                   bool
	}{
		{"instance_tag", `"eth0"`, `{"fields":{"tag_fields":["hostname"]}}`, `{"fields":{"interface":"eth0","tag_fields":["interface","hostname"]}}`, true},
		{"instance_tag", `"eth0"`, `{"fields":{"tag_fields":["hostname"]}}`, `{"fields":{"interface":"eth1","tag_fields":["interface","hostname"]}}`, false},
		{"instance_tag", `"eth0"`, `{"fields":{"tag_fields":["hostname"]}}`, `{"fields":{"interface":"eth0","tag_fields":["interface","host"]}}`, false},
		{"instance_tag", `"eth0"`, `{"fields":{"tag_fields":["hostname"]}}`, `{"fields":{"interface":"eth0","tag_fields":["hostname"]}}`, false},
		{"instance_tag", `"eth0"`, `{"fields":{"tag_fields":["hostname"]}}`, `{"fields":{"other":"eth0","tag_fields":["other","hostname"]}}`, false},
		{"severity_of_label", "", `{"severity":3,"fields":{"severity_label":"NOTE"}}`, `{"severity":5,"fields":{"severity_label":"NOTE"}}`, true},
		{"severity_of_label", "", `{"severity":3,"fields":{"severity_label":"NOTE"}}`, `{"severity":4,"fields":{"severity_label":"NOTE"}}`, false},
		{"nearest_year", "", at("2016-12-31 23:59:59"), at("2015-12-31 23:59:59"), true},
		{"nearest_year", "", at("2015-12-31 23:59:59"), at("2016-12-31 23:59:59"), false},
		{"nearest_year", "", at("2016-12-31 23:59:59"), at("2015-12-30 22:59:59"), false},
		{"clock_change", "", at("2016-10-30 01:30:00"), at("2016-10-30 00:30:00"), true},
		{"clock_change", "", at("2016-10-31 01:30:00"), at("2016-10-31 00:30:00"), false},
		{"clock_change", "", at("2016-10-30 01:30:00"), at("2016-10-30 01:00:00"), false},
		{"offset", "2016-02-03 10:11:12+05:30 1 INFO", at("2016-02-03 03:41:12"), at("2016-02-03 04:41:12"), true},
		{"offset", "2016-02-03T10:11:12Z 1 INFO", at("2016-02-03 09:11:12"), at("2016-02-03 10:11:12"), true},
		{"offset", "2016-02-03T10:11:12Z 1 INFO", at("2016-02-03 09:11:12"), at("2016-02-03 08:11:12"), false},
		{"offset", "2016-02-03 10:11:12 1 INFO", at("2016-02-03 09:11:12"), at("2016-02-03 10:11:12"), false},
		{"null_members", "", `{"payload_json":{"a":1}}`, `{"payload":"{\"a\":1,\"b\":null}"}`, true},
		{"null_members", "", `{"payload_json":{"a":1}}`, `{"payload":"{\"a\":2,\"b\":null}"}`, false},
		{"joined_lines", "a\nb\n", `{"payload":"a\n"}`, `{"payload":"a\nb"}`, true},
		{"joined_lines", "a\nb\n", `{"payload":"a\n"}`, `{"payload":"a\nc"}`, false},
		{"joined_lines", "a\nb\n", `{"payload":"a\nd"}`, `{"payload":"a\nb"}`, false},
	} {
		c := c
		got := ruled(t, &Case{ClockNS: now, Config: paris}, c.rule, c.want, c.got, &Message{Payload: &c.input})
		if (got == "") != c.fine {
			t.Errorf("%s: %s instead of %s: %q", c.rule, c.got, c.want, got)
		}
	}
}

func TestFurtherMessages(t *testing.T) {
	list := func(text string) (messages []Message) {
		for _, payload := range strings.Fields(text) {
			messages = append(messages, Message{Payload: &payload})
		}
		return messages
	}
	for _, c := range []struct {
		want, got string
		fine      bool
	}{{"a c", "a b c d", true}, {"", "a", true}, {"a c", "c a b", false}, {"a b", "a", false}, {"a a", "a b", false}} {
		v := Verdict{Case: &Case{Events: make([]Event, 1)}, differences: []*Difference{{Plugin: "*", Rule: "further_messages"}}}
		v.messages(0, list(c.want), list(c.got), nil, 0)
		if (len(v.problems) == 0) != c.fine {
			t.Errorf("%q instead of %q: %v", c.got, c.want, v.problems)
		}
	}
}

func TestAnyOrder(t *testing.T) {
	named := func(cluster string, value int) Message {
		return read(t, fmt.Sprintf(`{"fields":{"cluster_name":%q,"value":%d}}`, cluster, value))
	}
	for _, c := range []struct {
		clusters string
		got      Message
		fine     bool
	}{
		{`{"a":{},"b":{},"c":{}}`, named("b", 2), true},
		{`{"a":{},"b":{},"c":{}}`, named("b", 1), false}, // its status was another one
		{`{"a":{},"b":{},"c":{}}`, named("c", 1), true},  // nothing is known of it
		{`{"a":{},"b":{}}`, named("b", 2), false},        // there was room for all
	} {
		v := Verdict{differences: []*Difference{{Plugin: "*", Rule: "any_order"}}, Case: &Case{
			Clusters: []byte(c.clusters), MaxTimerInject: 2, Events: make([]Event, 2),
			Expected: []Outcome{{Event: 1, Injected: []Message{named("b", 2)}}},
		}}
		v.messages(0, []Message{named("a", 0)}, []Message{c.got}, nil, 0)
		if (len(v.problems) == 0) != c.fine {
			t.Errorf("%s: %+v: %v", c.clusters, c.got.Fields, v.problems)
		}
	}
}

func TestConditions(t *testing.T) {
	c, err := readCase([]byte(`{"config":{"size":0,"name":"a/b"},"clusters":{"x":{"hints":["p","q"],"group_by":"member"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for condition, want := range map[string]bool{
		"clusters.*.group_by=member": true, "clusters.*.group_by=hostname": false, "clusters.*.hints.*=q": true, "clusters.x.hints.*=r": false,
		"config.size=0": true, "config.size=1": false, "config.name=a*": true, "config.none=*": false, "!config.none=*": true, "!config.size=*": false,
	} {
		if c.holds(condition) != want {
			t.Errorf("%s: %v, want %v", condition, !want, want)
		}
	}
}
