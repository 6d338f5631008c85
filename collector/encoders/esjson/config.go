// Package esjson is the ESJsonEncoder: a message as the two lines that Elasticsearch's and
// OpenSearch's _bulk API takes, an action and a flat JSON document.
package esjson

import (
	"errors"
	"slices"
	"strings"
	"time"

	"lma_collector/collector/interpolate"
	"lma_collector/collector/plugin"
	"lma_collector/collector/strftime"
)

// Config are the options of an ESJsonEncoder section.
type Config struct {
	// Index is the name of the index, lower-cased; `%{…}` is filled in from the message. Default "heka-%{%Y.%m.%d}".
	Index string `toml:"index"`
	// TypeName is the document type (_type) that servers before Elasticsearch 7 need; `%{…}` is filled in.
	// Default "": none is sent, since Elasticsearch 8 and OpenSearch 2 refuse it.
	TypeName string `toml:"type_name"`
	// Op is the bulk operation: "create" stores a document whose _id exists already not again; "index" overwrites it.
	// Default "create".
	Op string `toml:"op"`
	// ID is the document's _id; `%{…}` is filled in. Default "": the message's uuid with op "create", none with "index".
	// The same default stands in for an ID whose fields a message does not have.
	ID string `toml:"id"`
	// Fields are the parts of the document in their order: Uuid, Timestamp, Type, Logger, Severity, Payload, EnvVersion,
	// Pid, Hostname and DynamicFields (all other fields of the message). Default: all, in that order.
	Fields []string `toml:"fields"`
	// Timestamp is the strftime format of Timestamp, in UTC. Default "%Y-%m-%dT%H:%M:%S".
	Timestamp string `toml:"timestamp"`
	// IndexFromTimestamp takes dates in the index's name from the message's time, so that a record that is sent
	// twice goes to the same index; false takes the time of sending. Default true.
	IndexFromTimestamp bool `toml:"es_index_from_timestamp"`
	// RawBytesFields are fields whose values are JSON already. A value that is not valid JSON is sent as a string.
	RawBytesFields []string `toml:"raw_bytes_fields"`
	// FieldMappings give other names to the parts of the document, such as Timestamp = "@timestamp".
	FieldMappings mappings `toml:"field_mappings"`
	// DynamicFields are the only fields to send. Default: all.
	DynamicFields []string `toml:"dynamic_fields"`
	// ReplaceDotsWith replaces dots in the names of fields. Default ".", no change.
	ReplaceDotsWith string `toml:"replace_dots_with"`
}

// mappings are the names of a message's headers in the document; "" leaves the header's own name.
type mappings struct {
	Timestamp  string `toml:"Timestamp"`
	UUID       string `toml:"Uuid"`
	Type       string `toml:"Type"`
	Logger     string `toml:"Logger"`
	Severity   string `toml:"Severity"`
	Payload    string `toml:"Payload"`
	EnvVersion string `toml:"EnvVersion"`
	Pid        string `toml:"Pid"`
	Hostname   string `toml:"Hostname"`
}

var _ plugin.EncoderConfig = (*Config)(nil)

func init() {
	plugin.RegisterEncoder("ESJsonEncoder", func() plugin.EncoderConfig { return defaultConfig() })
}

func defaultConfig() *Config {
	return &Config{
		Index:              "heka-%{%Y.%m.%d}",
		Op:                 "create",
		Fields:             slices.Clone(parts),
		Timestamp:          "%Y-%m-%dT%H:%M:%S",
		IndexFromTimestamp: true,
		ReplaceDotsWith:    ".",
	}
}

// partID is a part of a document.
type partID int

const (
	uuidPart partID = iota
	timestampPart
	typePart
	loggerPart
	severityPart
	payloadPart
	envVersionPart
	pidPart
	hostnamePart
	dynamicFields
)

// parts are the names that may stand in fields, by their partID.
var parts = []string{"Uuid", "Timestamp", "Type", "Logger", "Severity", "Payload", "EnvVersion", "Pid", "Hostname", "DynamicFields"}

// part finds what a word in fields means.
func part(word string) (id partID, ok bool) {
	if strings.EqualFold(word, "fields") {
		return dynamicFields, true
	}
	for i, p := range parts {
		if strings.EqualFold(word, p) {
			return partID(i), true
		}
	}
	return 0, false
}

// NewEncoder checks the options.
func (c *Config) NewEncoder(*plugin.Env) (plugin.Encoder, error) {
	e := &Encoder{fromTimestamp: c.IndexFromTimestamp, now: time.Now, uuidID: c.Op == "create"}
	var errs []error
	template := func(option, text string) *interpolate.Template {
		t, err := interpolate.Parse(text)
		if err != nil {
			errs = append(errs, plugin.BadOption(option, "%v", err))
		}
		return t
	}
	if c.Index == "" {
		errs = append(errs, plugin.BadOption("index", `must not be empty; "heka-%%{%%Y.%%m.%%d}" makes an index a day`))
	}
	e.index = template("index", c.Index)
	if c.TypeName != "" {
		e.typeName = template("type_name", c.TypeName)
	}
	if c.ID != "" {
		e.id = template("id", c.ID)
	}
	if c.Op != "create" && c.Op != "index" {
		errs = append(errs, plugin.BadOption("op", `%q is not one of "create", "index"`, c.Op))
	}
	e.action = `{"` + c.Op + `":{"_index":"`
	stamp, err := strftime.Compile(c.Timestamp, time.UTC)
	if err != nil {
		errs = append(errs, plugin.BadOption("timestamp", "%v", err))
	}
	e.timestamp = stamp
	errs = append(errs, c.layOut(e))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return e, nil
}

// layOut fills in what the document consists of.
func (c *Config) layOut(e *Encoder) error {
	seen := map[partID]bool{}
	for _, word := range c.Fields {
		id, known := part(word)
		switch {
		case !known:
			return plugin.BadOption("fields", "%q is not one of %s", word, strings.Join(parts, ", "))
		case seen[id]:
			return plugin.BadOption("fields", "%s stands there twice", parts[id])
		}
		seen[id] = true
		e.add(id, c.FieldMappings.name(id))
	}
	if len(c.DynamicFields) > 0 && !seen[dynamicFields] {
		return plugin.BadOption("dynamic_fields", "needs DynamicFields in fields")
	}
	if len(c.Fields) == 0 {
		return plugin.BadOption("fields", "is empty, so that documents would be, too")
	}
	e.keys.only = set(c.DynamicFields)
	e.keys.rawNames = set(c.RawBytesFields)
	e.keys.dots = c.ReplaceDotsWith
	return nil
}

func set(names []string) map[string]bool {
	if len(names) == 0 {
		return nil
	}
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

// name is the key of a part in the document.
func (m *mappings) name(id partID) string {
	given := [...]string{
		timestampPart: m.Timestamp, uuidPart: m.UUID, typePart: m.Type, loggerPart: m.Logger, severityPart: m.Severity,
		payloadPart: m.Payload, envVersionPart: m.EnvVersion, pidPart: m.Pid, hostnamePart: m.Hostname, dynamicFields: "",
	}[id]
	if given != "" {
		return given
	}
	return parts[id]
}
