// Package scribble is the ScribbleDecoder: it writes fixed headers and fields into every message,
// usually as one of a MultiDecoder's subs.
package scribble

import (
	"errors"
	"sort"
	"strconv"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Config are the options of a ScribbleDecoder.
type Config struct {
	// none: Logger, Type, Payload, Hostname, Pid, Severity and Uuid are headers, every other name is
	// a text field that is added; "name|representation" gives the field's representation too.
	MessageFields map[string]string `toml:"message_fields"`
}

func init() {
	plugin.RegisterDecoder("ScribbleDecoder", func() plugin.DecoderConfig { return &Config{} })
}

// NewDecoder checks the values of the headers.
func (c *Config) NewDecoder(*plugin.Env) (plugin.Decoder, error) {
	names := make([]string, 0, len(c.MessageFields))
	for name := range c.MessageFields {
		names = append(names, name)
	}
	sort.Strings(names)
	d := &Decoder{}
	var bad []error
	for _, name := range names {
		value := c.MessageFields[name]
		set, err := header(name, value)
		switch {
		case err != nil:
			bad = append(bad, plugin.BadOption("message_fields."+name, "%v", err))
		case set != nil:
			d.headers = append(d.headers, set)
		default:
			field, representation, _ := strings.Cut(name, "|")
			d.fields = append(d.fields, textField{field, representation, value})
		}
	}
	return d, errors.Join(bad...)
}

// header gives what sets a header, nil when the name is a field's.
func header(name, value string) (func(*message.Draft), error) {
	switch name {
	case "Logger":
		return func(d *message.Draft) { d.Logger = value }, nil
	case "Type":
		return func(d *message.Draft) { d.Type = value }, nil
	case "Payload":
		return func(d *message.Draft) { d.Payload = value }, nil
	case "Hostname":
		return func(d *message.Draft) { d.Hostname = value }, nil
	case "Pid":
		whole, _, _ := strings.Cut(value, ".")
		n, err := strconv.ParseInt(whole, 10, 32)
		return func(d *message.Draft) { d.SetPid(int32(n)) }, numberError(err, value)
	case "Severity":
		n, err := strconv.ParseInt(value, 10, 32)
		return func(d *message.Draft) { d.SetSeverity(int32(n)) }, numberError(err, value)
	case "Uuid":
		uuid, ok := message.ParseUUID(value)
		if !ok && len(value) == len(uuid) {
			uuid, ok = [16]byte([]byte(value)), true
		}
		if !ok {
			return nil, errors.New(strconv.Quote(value) + " is neither 16 bytes nor of the form 7bd1447a-3089-4ed3-a171-4fc563470ef0")
		}
		return func(d *message.Draft) { d.SetUUID(uuid) }, nil
	}
	return nil, nil
}

func numberError(err error, value string) error {
	if err == nil {
		return nil
	}
	return errors.New(strconv.Quote(value) + " is not a whole number of 32 bits")
}
