package nagios

import (
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// alarm is one reason of a status, as the health filters list them in the payload.
type alarm struct {
	Severity  string         `json:"severity"`
	Function  string         `json:"function"`
	Metric    string         `json:"metric"`
	Fields    map[string]any `json:"fields"`
	Tags      map[string]any `json:"tags"`
	Operator  string         `json:"operator"`
	Value     any            `json:"value"`
	Threshold any            `json:"threshold"`
	Message   string         `json:"message"`
	Hostname  string         `json:"hostname"`
}

var errNoAlarms = errors.New("no list of alarms")

// parseAlarms reads a status message's payload.
func parseAlarms(payload string) ([]alarm, error) {
	var p struct {
		Alarms *[]alarm `json:"alarms"`
	}
	if err := json.Unmarshal([]byte(payload), &p); err != nil {
		return nil, err
	}
	if p.Alarms == nil {
		return nil, errNoAlarms
	}
	return *p.Alarms, nil
}

func (a *alarm) hint() bool { return a.Tags["dependency_level"] == "hint" }

// rule is what the alarm found to hold, such as `avg(cpu_idle[hostname="x"])<=5`.
func (a *alarm) rule() string {
	var fields []string
	for name, v := range a.Fields {
		fields = append(fields, name+`="`+plainText(v)+`"`)
	}
	sort.Strings(fields)
	selector := ""
	if len(fields) > 0 {
		selector = "[" + strings.Join(fields, ",") + "]"
	}
	return a.Function + "(" + a.Metric + selector + ")" + a.Operator + plainText(a.Threshold)
}

// String is the alarm in words.
func (a *alarm) String() string {
	host := ""
	if a.Hostname != "" {
		host = ", host=" + a.Hostname
	}
	return fmt.Sprintf("%s (%s, rule='%s', current=%s%s)", a.Message, a.Severity, a.rule(), a.current(), host)
}

func (a *alarm) current() string {
	switch v := a.Value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case string:
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return strconv.FormatFloat(f, 'f', 2, 64)
		}
		return v
	}
	return "?"
}

// plainText is a value as scripts print it.
func plainText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', 14, 64)
	case nil:
		return "?"
	}
	return fmt.Sprint(v)
}
