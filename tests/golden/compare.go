package golden

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// slack is how far timestamps may lie apart, in ns: the original's went through a double.
const slack = 512

// pair is an expected message and the one that came out.
type pair struct {
	c         *Case
	want, got Message
	input     *Message // of the event, for what the case refers to as "@input"
	source    string   // all the text that the message was made of, "" where that is the input's payload
	clock     int64    // ns, for a timestamp that is absent
	tags      []plugin.Tag
	allowed   []*Difference
	use       func(*Difference) // notes that a difference was needed, nil: nothing is to be noted
}

// problem is one thing in which a pair differs: a header, or `fields.` and a field's name.
type problem struct{ what, text string }

func (p *pair) note(d *Difference) {
	if d.used = true; p.use != nil {
		p.use(d)
	}
}

// compare lists in what the pair differs.
func (p *pair) compare() (problems []problem) {
	add := func(what, format string, args ...any) {
		problems = append(problems, problem{what, fmt.Sprintf(format, args...)})
	}
	if p.want.Points != nil {
		var points []any
		if err := json.Unmarshal([]byte(text(p.got.Payload)), &points); err != nil || len(points) != *p.want.Points {
			add("payload", "%d datapoints, want %d", len(points), *p.want.Points)
		}
		return problems
	}
	header := func(what, want, got string) {
		if want != got {
			add(what, "%q, want %q", got, want)
		}
	}
	header("type", text(p.want.Type), text(p.got.Type))
	header("logger", text(p.want.Logger), text(p.got.Logger))
	header("hostname", text(p.want.Hostname), text(p.got.Hostname))
	header("env_version", text(p.want.EnvVersion), text(p.got.EnvVersion))
	if want, got := number(p.want.Severity, message.DefaultSeverity), number(p.got.Severity, message.DefaultSeverity); want != got {
		add("severity", "%d, want %d", got, want)
	}
	if want, got := number(p.want.Pid, 0), number(p.got.Pid, 0); want != got {
		add("pid", "%d, want %d", got, want)
	}
	want, got := p.time(p.want.Timestamp), p.time(p.got.Timestamp)
	if p.want.Timestamp == nil && text(p.want.Type) == "heka.sandbox-output" {
		want = p.clock // the daemon's own message, which has its time to the nanosecond
	}
	if apart(want, got) > slack {
		add("timestamp", "%d, want %d", got, want)
	}
	if text := p.payload(); text != "" {
		add("payload", "%s", text)
	}
	p.fields(add)
	return problems
}

func number(v *int32, unset int32) int32 {
	if v == nil {
		return unset
	}
	return *v
}

// time is a timestamp, the clock in whole seconds where there is none.
func (p *pair) time(v *int64) int64 {
	if v == nil {
		return p.clock - p.clock%1e9
	}
	return *v
}

func (p *pair) payload() string {
	if p.want.PayloadJSON != nil {
		var want, got any
		if err := json.Unmarshal(p.want.PayloadJSON, &want); err != nil {
			return "the case's JSON is bad: " + err.Error()
		}
		if err := json.Unmarshal([]byte(text(p.got.Payload)), &got); err != nil {
			return fmt.Sprintf("no JSON: %v: %.200q", err, text(p.got.Payload))
		}
		want = p.resolve(want)
		if strings.HasSuffix(text(p.want.Type), "bulk_metric") {
			sortItems(want)
			sortItems(got)
		}
		different := sameJSON("", want, got)
		if different != "" && sameJSON("", withoutNulls(want), withoutNulls(got)) == "" && p.rule("null_members") {
			return ""
		}
		return different
	}
	want, got := text(p.want.Payload), text(p.got.Payload)
	if want == "@input" && p.input != nil {
		want = text(p.input.Payload)
	}
	if want != got && strings.TrimRight(want, "\n") == strings.TrimRight(got, "\n") && p.rule("payload_line_end") {
		return ""
	}
	if want != got && p.joined(ownText(want), got) && p.rule("joined_lines") {
		return ""
	}
	if want != got {
		return fmt.Sprintf("%.400q, want %.400q", got, want)
	}
	return ""
}

// sortItems sorts the items of a list: the order of a bulk metric's datapoints means nothing.
func sortItems(list any) {
	items, _ := list.([]any)
	slices.SortStableFunc(items, func(a, b any) int {
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		return strings.Compare(string(x), string(y))
	})
}

// joined tells whether the payload is the wanted one with lines of other events in and behind it.
func (p *pair) joined(want, got string) bool {
	wanted := strings.Split(want, "\n")
	for line := range strings.SplitSeq(got, "\n") {
		if len(wanted) > 0 && line == wanted[0] {
			wanted = wanted[1:]
		} else if !p.c.hasLine(line) {
			return false
		}
	}
	return len(wanted) == 0
}

// hasLine tells whether the payload of some event ends with a line, or has it as a line.
func (c *Case) hasLine(line string) bool {
	return slices.ContainsFunc(c.Events, func(e Event) bool {
		if e.Message == nil {
			return false
		}
		payload := strings.TrimRight(text(e.Message.Payload), "\n") + "\n"
		return strings.HasSuffix(payload, line+"\n") || strings.Contains("\n"+payload, "\n"+line+"\n")
	})
}

// ownText is the text of a line as it stands in a joined message: without line end, and without the
// prefix that names an instance on each line.
func ownText(s string) string {
	s = strings.TrimRight(s, "\n")
	if rest, found := strings.CutPrefix(s, "[instance: "); found {
		if _, after, found := strings.Cut(rest, "] "); found {
			return after
		}
	}
	return s
}

// resolve replaces what stands for the input.
func (p *pair) resolve(want any) any {
	if s, _ := want.(string); p.input != nil && (s == "@input" || s == "@input.payload") {
		var body any
		if json.Unmarshal([]byte(text(p.input.Payload)), &body) != nil {
			return want
		}
		if s == "@input" {
			return body
		}
		if notification := unwrapped(body); notification != nil {
			return withoutNulls(notification["payload"])
		}
		return body
	}
	switch w := want.(type) {
	case map[string]any:
		for k, v := range w {
			w[k] = p.resolve(v)
		}
	case []any:
		for i, v := range w {
			w[i] = p.resolve(v)
		}
	}
	return want
}

// unwrapped is a notification, without the envelope of oslo.messaging; nil for what is no object.
func unwrapped(body any) map[string]any {
	object, _ := body.(map[string]any)
	if inner, enveloped := object["oslo.message"].(string); enveloped {
		object = nil
		_ = json.Unmarshal([]byte(inner), &object) // no object is left in case of an error
	}
	return object
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			if member == nil {
				delete(v, k)
				continue
			}
			v[k] = withoutNulls(member)
		}
	case []any:
		if len(v) == 0 {
			return map[string]any{}
		}
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

// rule tells whether a rule is allowed.
func (p *pair) rule(name string) bool {
	for _, d := range p.allowed {
		if d.Rule == name {
			p.note(d)
			return true
		}
	}
	return false
}

func (p *pair) fields(add func(what, format string, args ...any)) {
	want, got := byName(p.want.Fields), byName(p.got.Fields)
	for _, name := range union(want, got) {
		w, wanted := want[name]
		g, there := got[name]
		switch {
		case !there:
			add("fields."+name, "missing, want %v", w.Values)
		case !wanted && !p.addition(g):
			add("fields."+name, "not expected: %v", g.Values)
		case wanted:
			if text := p.field(w, g); text != "" {
				add("fields."+name, "%s", text)
			}
		}
	}
}

// addition tells whether a field may be there in addition. Its value must stand in the input, where
// there is one.
func (p *pair) addition(f Field) bool {
	for _, d := range p.allowed {
		if slices.Contains(d.Added, f.Name) && (p.input == nil || p.inInput(f)) {
			p.note(d)
			return true
		}
	}
	return false
}

func (p *pair) field(want, got Field) string {
	for _, tag := range p.tags {
		if tag.Name == want.Name && fmt.Sprint(want.Values...) == tag.Value && fmt.Sprint(got.Values...) == tag.Value {
			return "" // the original's tags could be numbers
		}
	}
	if want.Representation != got.Representation {
		return fmt.Sprintf("representation %q, want %q", got.Representation, want.Representation)
	}
	if len(want.Values) != len(got.Values) {
		return fmt.Sprintf("%v, want %v", got.Values, want.Values)
	}
	for i := range want.Values {
		if !p.same(want, got, i) {
			return fmt.Sprintf("%T %v, want %T %v", got.Values[i], got.Values[i], want.Values[i], want.Values[i])
		}
	}
	return ""
}

func (p *pair) same(want, got Field, i int) bool {
	w, g := want.Values[i], got.Values[i]
	switch wv := w.(type) {
	case float64:
		switch gv := g.(type) {
		case float64:
			return near(wv, gv)
		case int64:
			return float64(gv) == wv && p.rule("integers")
		}
		return false
	case []byte:
		gv, ok := g.([]byte)
		return ok && string(gv) == string(wv)
	case string:
		if gv, isInt := g.(int64); isInt && want.Name == "http_status" && fmt.Sprint(gv) == wv {
			return p.rule("numeric_status")
		}
	}
	return w == g
}

// near compares as far as the original wrote numbers: 14 digits.
func near(a, b float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return a == b || math.Abs(a-b) <= 1e-13*math.Max(math.Abs(a), math.Abs(b))
}

// SameJSON compares data as it compares JSON; it gives the first difference, "" for none.
func SameJSON(want, got any) string { return sameJSON("", want, got) }

// sameJSON compares data; it gives the first difference with its path.
func sameJSON(at string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, key := range union(w, g) {
			wv, wanted := w[key]
			gv, there := g[key]
			if !wanted || !there {
				return fmt.Sprintf("%s.%s: there %v, wanted %v", at, key, there, wanted)
			}
			if text := sameJSON(at+"."+key, wv, gv); text != "" {
				return text
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if text := sameJSON(fmt.Sprintf("%s[%d]", at, i), w[i], g[i]); text != "" {
				return text
			}
		}
		return ""
	case float64:
		if g, ok := got.(float64); ok && near(w, g) {
			return ""
		}
	default:
		if want == got {
			return ""
		}
	}
	return fmt.Sprintf("%s: %.300v, want %.300v", at, got, want)
}

func byName(fields []Field) map[string]Field {
	m := make(map[string]Field, len(fields))
	for _, f := range fields {
		if first, repeated := m[f.Name]; repeated {
			f.Values = append(first.Values[:len(first.Values):len(first.Values)], f.Values...)
		}
		m[f.Name] = f
	}
	return m
}

func union[V any](a, b map[string]V) []string {
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
