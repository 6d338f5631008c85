package golden

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Rules are the names of what may be made equal before it is compared, or is compared in another way.
var Rules = map[string]string{
	// Of the comparison of payloads, fields and events.
	"payload_line_end": "line ends at the end of the payload are not compared",
	"integers":         "a whole number may be an INTEGER where it was a DOUBLE, the only number of the original's scripts",
	"numeric_status":   "http_status may be a number where it was text",
	"null_members":     "JSON may hold members that are null",
	"joined_lines":     "a line may be part of the message of the record that it belongs to; it was refused, or began with the name of an instance",
	"flushed_at_end":   "a joined message may be emitted although no record follows it",
	"further_messages": "there may be further messages among the recorded ones",
	"any_order":        "another cluster's message may come instead where a tick has no room for all",
	"longer_wait":      "there may be no status yet within the longest window of the case's alarms",
	"repeated_keys":    "values of a repeated key of a JSON object may be one list",
	"valid_json":       "JSON may stand where the recorded output is none",
	"missing_field":    "a message may be refused that lacks a field of the service's template",
	"nothing_to_send":  "an encoder may leave out a message whose own encoding was sent",

	// Of lines of the line protocol.
	"false_is_a_value": "a metric's value may be false; it was taken for a missing one",
	"escaped_equals":   "= in a line's tags may be escaped",
	"six_digits":       "a number may be written in full, it had six digits behind the point",
	"float_time":       "a time may be one unit off, as floats are that were divided",

	// Of messages: see messageRules.
	"from_okay":               "the title of an annotation may name OKAY as the status before",
	"instance_tag":            "the plugin_instance may be a tag, the first one",
	"severity_of_label":       "the severity may be that of the field severity_label",
	"nearest_year":            "the timestamp may be a year off if that is nearer to the clock",
	"clock_change":            "the timestamp may be an hour off near a change of the zone's offset",
	"offset":                  "the timestamp may be what a reading that ends in an offset from UTC says",
	"zero_maximum":            "there may be an alarm of a maximum that is 0",
	"merged_rows":             "alarms of min, max and sum may come and go where several datapoints share a row of 5 s",
	"worse":                   "the status may be worse, with more alarms",
	"worse_by_unknown":        "the status may be worse where one of its alarms is UNKNOWN",
	"unknown_without_reports": "the status may be UNKNOWN where there are no alarms",
}

// messageRules give for a message, whose status differs, the names of what may differ in it.
var messageRules = map[string]func(p *pair) []string{
	"from_okay":               (*pair).fromOkay,
	"instance_tag":            (*pair).instanceTag,
	"severity_of_label":       (*pair).severityOfLabel,
	"nearest_year":            (*pair).nearestYear,
	"clock_change":            (*pair).clockChange,
	"offset":                  (*pair).offset,
	"zero_maximum":            (*pair).zeroMaximum,
	"merged_rows":             (*pair).mergedRows,
	"worse":                   (*pair).worse,
	"worse_by_unknown":        (*pair).worseByUnknown,
	"unknown_without_reports": (*pair).unknownWithoutReports,
}

// excused tells whether one of the listed rules allows something of the message to differ.
func (p *pair) excused(what string) bool {
	for _, d := range p.allowed {
		if rule := messageRules[d.Rule]; rule != nil && slices.Contains(rule(p), what) {
			p.note(d)
			return true
		}
	}
	return false
}

func field(m *Message, name string) (Field, bool) {
	for _, f := range m.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func (p *pair) fromOkay() []string {
	want, _ := field(&p.want, "title")
	got, _ := field(&p.got, "title")
	status, first := strings.CutPrefix(fmt.Sprint(want.Values...), "General status is ")
	if !first || fmt.Sprint(got.Values...) != "General status OKAY -> "+status {
		return nil
	}
	return []string{"fields.title"}
}

// instanceTag: a tag that the original did not have is the first of tag_fields.
func (p *pair) instanceTag() []string {
	tags, _ := field(&p.got, "tag_fields")
	wanted, _ := field(&p.want, "tag_fields")
	if len(tags.Values) != len(wanted.Values)+1 || !slices.Equal(tags.Values[1:], wanted.Values) {
		return nil
	}
	name, _ := tags.Values[0].(string)
	instance, there := field(&p.got, name)
	if !there || name != "interface" && name != "plugin_instance" || !p.inInput(instance) {
		return nil
	}
	return []string{"fields.tag_fields", "fields." + name}
}

// inInput tells whether a field's value stands in the input, a uuid perhaps without its dashes.
func (p *pair) inInput(f Field) bool {
	source := p.source
	if source == "" && p.input != nil {
		source = text(p.input.Payload)
	}
	bare := strings.NewReplacer("-", "")
	return strings.Contains(bare.Replace(source), bare.Replace(fmt.Sprint(f.Values...)))
}

var severities = map[string]int32{
	"EMERGENCY": 0, "ALERT": 1, "CRITICAL": 2, "ERROR": 3, "WARNING": 4, "NOTE": 5, "NOTICE": 5, "SYSTEM": 5, "INFO": 6, "DEBUG": 7,
}

func (p *pair) severityOfLabel() []string {
	label, _ := field(&p.got, "severity_label")
	if n, known := severities[fmt.Sprint(label.Values...)]; !known || p.got.Severity == nil || *p.got.Severity != n {
		return nil
	}
	return []string{"severity"}
}

const hour = int64(time.Hour)

func (p *pair) nearestYear() []string {
	want, got := p.time(p.want.Timestamp), p.time(p.got.Timestamp)
	apart := max(want-got, got-want) / (24 * hour)
	if apart != 365 && apart != 366 || max(got-p.clock, p.clock-got) >= max(want-p.clock, p.clock-want) {
		return nil
	}
	return []string{"timestamp"}
}

func (p *pair) clockChange() []string {
	zone, _ := p.c.Config["tz"].(string)
	location, err := time.LoadLocation(zone)
	want, got := p.time(p.want.Timestamp), p.time(p.got.Timestamp)
	if err != nil || max(want-got, got-want) != hour {
		return nil
	}
	_, before := time.Unix(0, got-3*hour).In(location).Zone()
	_, after := time.Unix(0, got+3*hour).In(location).Zone()
	if before == after {
		return nil
	}
	return []string{"timestamp"}
}

func apart(a, b int64) int64 { return max(a-b, b-a) }

var reading = regexp.MustCompile(`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)`)

// offset: the original took a reading with an offset, and read it in the zone of the configuration.
func (p *pair) offset() []string {
	if p.input == nil {
		return nil
	}
	found := reading.FindString(strings.Replace(text(p.input.Payload), " ", "T", 1))
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, found); err == nil && apart(t.UnixNano(), p.time(p.got.Timestamp)) <= slack {
			return []string{"timestamp"}
		}
	}
	return nil
}
