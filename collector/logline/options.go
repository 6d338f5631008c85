package logline

import (
	"errors"

	"lma_collector/collector/plugin"
	"lma_collector/collector/timeparse"
)

// ZoneOption is the option of decoders of logs whose times may lack a zone.
type ZoneOption struct {
	// Default "", the machine's zone: the IANA zone of times that have none.
	Tz string `toml:"tz"`
}

// NewZone checks the option.
func (o ZoneOption) NewZone() (*timeparse.Zone, error) {
	zone, err := timeparse.NewZone(o.Tz)
	if err != nil {
		return nil, plugin.BadOption("tz", "%v", err)
	}
	return zone, nil
}

// SetScriptConfig takes the option of a script of LMA.
func (o *ZoneOption) SetScriptConfig(config map[string]any) error {
	return plugin.ScriptText(config, "tz", &o.Tz)
}

// SyslogOptions are the options of decoders of logs that may come through syslog.
type SyslogOptions struct {
	ZoneOption
	// Default "", every form: the rsyslog template of lines that come through syslog.
	SyslogPattern string `toml:"syslog_pattern"`
	// Default "": a second template, tried when the first does not fit.
	FallbackSyslogPattern string `toml:"fallback_syslog_pattern"`
}

// NewReader checks the options; the error is of all that are wrong.
func (o SyslogOptions) NewReader() (SyslogReader, *timeparse.Zone, error) {
	zone, badZone := o.NewZone()
	reader, badPattern := newSyslogReader(o.SyslogPattern, o.FallbackSyslogPattern)
	return reader, zone, errors.Join(badZone, badPattern)
}

// SetScriptConfig takes the options of a script of LMA.
func (o *SyslogOptions) SetScriptConfig(config map[string]any) error {
	return errors.Join(
		o.ZoneOption.SetScriptConfig(config),
		plugin.ScriptText(config, "syslog_pattern", &o.SyslogPattern),
		plugin.ScriptText(config, "fallback_syslog_pattern", &o.FallbackSyslogPattern),
	)
}
