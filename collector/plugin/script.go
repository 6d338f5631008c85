package plugin

// ScriptConfigured is the configuration of a native decoder that can stand in for a script of LMA.
type ScriptConfigured interface {
	// SetScriptConfig takes the script's options ([x.config]); those that it does not know are ignored, as
	// a script ignores them. The error is an OptionError.
	SetScriptConfig(config map[string]any) error
}

// ScriptText reads a text of a script's configuration into to; one that is not given stays.
func ScriptText(config map[string]any, option string, to *string) error {
	v, given := config[option]
	if !given {
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return BadOption(option, "must be a text, not %v", v)
	}
	*to = text
	return nil
}
