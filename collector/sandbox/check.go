package sandbox

import (
	"context"
	"fmt"
	"time"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
)

var (
	_ plugin.Checker = (*InputConfig)(nil)
	_ plugin.Checker = (*FilterConfig)(nil)
	_ plugin.Checker = (*DecoderConfig)(nil)
	_ plugin.Checker = (*EncoderConfig)(nil)
	_ plugin.Checker = (*OutputConfig)(nil)
)

// Check finds what a script cannot read of its configuration. It does not run the script: one that may
// open files does that when it is loaded.
func (c *InputConfig) Check(*plugin.Env) []plugin.Finding { return c.unreadable() }

// Check is as that of an input.
func (c *OutputConfig) Check(*plugin.Env) []plugin.Finding { return c.unreadable() }

// Check finds also scripts that lack the function they are there for; running one would end it at its
// first message.
func (c *FilterConfig) Check(env *plugin.Env) []plugin.Finding {
	return append(c.unreadable(), c.missing(env, plugin.KindFilter, c.TimerEventOnShutdown)...)
}

// Check is as that of a filter.
func (c *DecoderConfig) Check(env *plugin.Env) []plugin.Finding {
	if native := c.standIn(env); native != "" {
		return []plugin.Finding{c.standInFinding(native)}
	}
	return append(c.unreadable(), c.missing(env, plugin.KindDecoder, false)...)
}

// Check is as that of a filter.
func (c *EncoderConfig) Check(env *plugin.Env) []plugin.Finding {
	return append(c.unreadable(), c.missing(env, plugin.KindEncoder, false)...)
}

// unreadable lists the values of the configuration that read_config gives as nil.
func (o *Options) unreadable() (list []plugin.Finding) {
	for _, key := range sortedKeys(o.Config) {
		switch o.Config[key].(type) {
		case string, bool, int64, int, float64:
		default:
			list = append(list, plugin.Finding{
				Option: "config." + key, Class: "script",
				Text: fmt.Sprintf("config.%s: read_config gives nil for a value of this kind", key),
				Hint: "give a string, a number or a boolean",
			})
		}
	}
	return list
}

// missing runs the script's top level; lastTimer says that timer_event is called at the end.
func (o *Options) missing(env *plugin.Env, kind plugin.Kind, lastTimer bool) (list []plugin.Finding) {
	once := *o
	once.PreserveData = o.PreserveData && kind == plugin.KindFilter // others' data depend on who uses them
	s, err := once.open(context.Background(), env, kind, deaf{})
	if err != nil {
		return nil // building it has said so
	}
	defer s.close()
	if s.unrestored != nil {
		list = append(list, plugin.Finding{
			Option: "preserve_data", Class: "script", Text: s.unrestored.String(),
			Hint: "raise _PRESERVATION_VERSION in a script whose data changed their meaning",
		})
	}
	if kind == plugin.KindFilter && env.TickerInterval <= 0 && !lastTimer && s.interp.Global("timer_event").Kind() == lua.KindFunction {
		list = append(list, plugin.Finding{
			Option: "filename", Class: "script",
			Text: fmt.Sprintf("filename: the script %s has a timer_event() that is never called", o.scriptPath(env)),
			Hint: "give the section a ticker_interval in seconds",
		})
	}
	wanted := []string{"process_message"}
	if kind == plugin.KindFilter && env.TickerInterval > 0 {
		wanted = append(wanted, "timer_event")
	}
	for _, name := range wanted {
		if s.interp.Global(name).Kind() != lua.KindFunction {
			list = append(list, plugin.Finding{
				Option: "filename", Class: "script", Error: true,
				Text: fmt.Sprintf("filename: the script %s has no function %s()", o.scriptPath(env), name),
			})
		}
	}
	return list
}

// Owns keeps sections from writing one file of data: names that differ in signs only share it.
func (c *FilterConfig) Owns(env *plugin.Env) []plugin.Claim {
	return c.owns(env, plugin.KindFilter)
}

// Owns is as that of a filter.
func (c *InputConfig) Owns(env *plugin.Env) []plugin.Claim { return c.owns(env, plugin.KindInput) }

// Owns is as that of a filter.
func (c *OutputConfig) Owns(env *plugin.Env) []plugin.Claim {
	return c.owns(env, plugin.KindOutput)
}

// Owns is as that of a filter.
func (c *DecoderConfig) Owns(env *plugin.Env) []plugin.Claim {
	return c.owns(env, plugin.KindDecoder)
}

// Owns is as that of a filter.
func (c *EncoderConfig) Owns(env *plugin.Env) []plugin.Claim {
	return c.owns(env, plugin.KindEncoder)
}

func (o *Options) owns(env *plugin.Env, kind plugin.Kind) []plugin.Claim {
	if !o.PreserveData {
		return nil
	}
	return []plugin.Claim{{
		What: "data file " + o.dataFile(env, kind), Option: "preserve_data", Hint: "rename one of the sections",
	}}
}

// deaf is the host of a script that is only looked at.
type deaf struct{}

func (deaf) injectMessage(*script) error                         { return nil }
func (deaf) injectPayload(*script, []byte, string, string) error { return nil }

// lastCallTime bounds the timer_event at the end of a script that has no limit of instructions.
const lastCallTime = time.Second
