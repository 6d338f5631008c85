package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"lma_collector/collector/plugin"
)

// standIns are the decoders of LMA that are native here, by the names of their scripts.
var standIns = map[string]string{
	"openstack_log.lua":  "OpenStackLogDecoder",
	"mysql_log.lua":      "MySQLLogDecoder",
	"rabbitmq.lua":       "RabbitMQLogDecoder",
	"generic_syslog.lua": "SyslogDecoder",
	"collectd.lua":       "CollectdDecoder",
}

// standIn is the native type that does the work of a section's script, "" for none: a configuration
// rendered for LMA names scripts of LMA's package, and a site's own in that place is run.
func (c *DecoderConfig) standIn(env *plugin.Env) string {
	folder, name := path.Split(c.Filename)
	if folder != lmaPackage+"decoders/" && folder != "lua_decoders/" {
		return ""
	}
	if _, err := os.Stat(c.scriptPath(env)); !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return standIns[name]
}

// newStandIn makes the native decoder with the script's configuration.
func (c *DecoderConfig) newStandIn(name string, env *plugin.Env) (plugin.Decoder, error) {
	t, ok := plugin.Lookup(name)
	if !ok {
		return nil, plugin.BadOption("filename", "%s stands in for %s and is not part of this program", name, c.Filename)
	}
	native := t.NewConfig().(plugin.DecoderConfig)
	if s, ok := native.(plugin.ScriptConfigured); ok {
		if err := s.SetScriptConfig(c.Config); err != nil {
			return nil, inConfig(err)
		}
	}
	d, err := native.NewDecoder(env)
	return d, inConfig(err)
}

// inConfig places errors of options in the script's configuration, where the options stand.
func inConfig(err error) error {
	if bad, ok := err.(*plugin.OptionError); ok {
		return &plugin.OptionError{Option: "config." + bad.Option, Reason: bad.Reason}
	}
	if all, ok := err.(interface{ Unwrap() []error }); ok {
		var list []error
		for _, one := range all.Unwrap() {
			list = append(list, inConfig(one))
		}
		return errors.Join(list...)
	}
	return err
}

// standInFinding says who does the work.
func (c *DecoderConfig) standInFinding(name string) plugin.Finding {
	return plugin.Finding{
		Option: "filename", Class: "script",
		Text: fmt.Sprintf("filename: there is no %s; the native %s does its work", c.Filename, name),
		Hint: fmt.Sprintf("write type = %q, with the options of config", name),
	}
}
