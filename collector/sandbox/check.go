package sandbox

import (
	"fmt"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox/lua"
)

var (
	_ plugin.Checker = (*FilterConfig)(nil)
	_ plugin.Checker = (*DecoderConfig)(nil)
	_ plugin.Checker = (*EncoderConfig)(nil)
)

// Check finds scripts that lack the function they are there for; running one would end it at its first message.
func (c *FilterConfig) Check(env *plugin.Env) []plugin.Finding {
	return c.missing(env, plugin.KindFilter)
}

// Check is as that of a filter.
func (c *DecoderConfig) Check(env *plugin.Env) []plugin.Finding {
	return c.missing(env, plugin.KindDecoder)
}

// Check is as that of a filter.
func (c *EncoderConfig) Check(env *plugin.Env) []plugin.Finding {
	return c.missing(env, plugin.KindEncoder)
}

func (o *Options) missing(env *plugin.Env, kind plugin.Kind) (list []plugin.Finding) {
	once := *o
	once.PreserveData = false
	s, err := once.open(env, kind, nil)
	if err != nil {
		return nil // building it has said so
	}
	defer s.close()
	wanted := []string{"process_message"}
	if kind == plugin.KindFilter && env.TickerInterval > 0 {
		wanted = append(wanted, "timer_event")
	}
	for _, name := range wanted {
		if s.interp.Global(name).Kind() != lua.KindFunction {
			list = append(list, plugin.Finding{
				Option: "filename", Class: "script", Error: true,
				Text: fmt.Sprintf("filename: the script %s has no function %s()", env.SharePath(o.Filename), name),
			})
		}
	}
	return list
}
