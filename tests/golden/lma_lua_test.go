package golden_test

import (
	"bytes"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
	"lma_collector/tests/golden"
)

// caseOptions are the options of a sandbox for a case, and the directory of the modules that the site has.
func caseOptions(t *testing.T, c *golden.Case, file string, clock func() time.Time) sandbox.Options {
	dir := t.TempDir()
	writeModule(t, dir, "extra_fields", map[string]any{"tags": map[string]any{"environment_id": 42}})
	return sandbox.Options{
		ScriptType:      "lua",
		Filename:        filepath.Join(golden.Root(), filepath.FromSlash(file)),
		ModuleDirectory: dir + ";" + filepath.Join(golden.Root(), "lua_modules"),
		OutputLimit:     uint(c.OutputLimit), Config: c.Config, Clock: clock,
	}
}

// shippedDecoder runs a decoder of lua_modules/decoders, siteDecoder one of testdata.
func shippedDecoder(script string) func(*testing.T) golden.Runner {
	return luaDecoder("lua_modules/decoders/" + script)
}

func siteDecoder(script string) func(*testing.T) golden.Runner {
	return luaDecoder("tests/golden/testdata/" + script)
}

func luaDecoder(file string) func(*testing.T) golden.Runner {
	return func(t *testing.T) golden.Runner {
		return golden.Decoder(func(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
			d := &clockedDecoder{c: c, now: c.ClockNS}
			clock := func() time.Time { return time.Unix(0, d.now) }
			var err error
			d.Decoder, err = (&sandbox.DecoderConfig{Options: caseOptions(t, c, file, clock)}).NewDecoder(env)
			return d, err
		})
	}
}

// clockedDecoder sets the clock that the script sees. A record that goes on untouched is nothing that was made of it.
type clockedDecoder struct {
	plugin.Decoder
	c      *golden.Case
	next   int
	now    int64
	before []byte
	record *message.Draft
	out    plugin.Emitter
}

func (d *clockedDecoder) Decode(draft *message.Draft, out plugin.Emitter) error {
	if now := d.c.Events[d.next].NowNS; now != 0 {
		d.now = now
	}
	d.next++
	d.before, d.record, d.out = draft.Encode(d.before[:0]), draft, out
	return d.Decoder.Decode(draft, d)
}

// Emit leaves out what the original daemon would have passed on itself.
func (d *clockedDecoder) Emit(draft *message.Draft) {
	passed := d.c.Outcome(d.next - 1).Passthrough
	if passed && draft == d.record && bytes.Equal(draft.Encode(nil), d.before) {
		return
	}
	d.out.Emit(draft)
}

// shippedEncoder runs an encoder of lua_modules/encoders.
func shippedEncoder(script string) func(*testing.T) golden.Runner {
	return func(t *testing.T) golden.Runner {
		return golden.Encoder(func(c *golden.Case, env *plugin.Env) (plugin.Encoder, error) {
			clock := func() time.Time { return time.Unix(0, c.ClockNS) }
			return (&sandbox.EncoderConfig{Options: caseOptions(t, c, "lua_modules/encoders/"+script, clock)}).NewEncoder(env)
		})
	}
}

// accumulatedLines runs the filter that gathers lines, and compares what it sent in the end.
func accumulatedLines(t *testing.T) golden.Runner {
	return func(v *golden.Verdict) {
		env := v.Case.Env()
		env.MaxTimerInject = 1000
		var made []madeLine
		event := 0
		env.Inject = func(d *message.Draft) error {
			for line := range strings.Lines(d.Payload) {
				made = append(made, madeLine{event, strings.Clone(line)})
			}
			return nil
		}
		options := caseOptions(t, v.Case, "lua_modules/filters/influxdb_accumulator.lua", func() time.Time { return time.Unix(0, v.Case.ClockNS) })
		filter, err := (&sandbox.FilterConfig{Options: options}).NewFilter(env)
		if err != nil {
			v.Problem(-1, "config", "the configuration is refused: %v", err)
			return
		}
		for event = range v.Case.Events {
			e := &v.Case.Events[event]
			if e.Message == nil {
				continue
			}
			var d message.Draft
			e.Message.Fill(&d)
			err := filter.Process(golden.Seal(&d))
			_ = filter.Tick(time.Unix(0, v.Case.ClockNS).Add(time.Duration(event+1) * time.Hour))
			if o := v.Case.Outcome(event); o.Status > 0 {
				v.Compared()
				v.Problem(event, "died", "the original died here (%s); the replacement gives %v", o.Error, err)
				return
			}
		}
		compareLines(v, made)
	}
}

// luaForm makes forms by an encoder.
type luaForm struct{ plugin.Encoder }

func (f luaForm) Form(m *message.Message) (url.Values, error) {
	form, err := f.Encode(nil, m)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(form))
}

func nagiosForms(t *testing.T) golden.Runner {
	return golden.Form(func(c *golden.Case, env *plugin.Env) (golden.Former, error) {
		encoder, err := (&sandbox.EncoderConfig{Options: caseOptions(t, c, "lua_modules/encoders/status_nagios.lua", time.Now)}).NewEncoder(env)
		return luaForm{encoder}, err
	})
}
