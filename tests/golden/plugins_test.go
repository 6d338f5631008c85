package golden_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/decoders/collectd"
	"lma_collector/collector/encoders/esjson"
	"lma_collector/collector/filters/logscounter"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// config is a new configuration of a registered plugin type.
func config[C any](typ string) (C, error) {
	kind, found := plugin.Lookup(typ)
	if !found {
		var none C
		return none, fmt.Errorf("no plugin type %s is registered", typ)
	}
	return kind.NewConfig().(C), nil
}

// logDecoder runs a decoder of logs, whose options the cases name as it does.
func logDecoder(typ string) func(*testing.T) golden.Runner {
	return func(*testing.T) golden.Runner { return golden.Decoder(golden.LogDecoder(typ)) }
}

func collectdDecoder(*testing.T) golden.Runner {
	return golden.Decoder(func(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
		conf, err := config[*collectd.Config]("CollectdDecoder")
		if err != nil {
			return nil, err
		}
		conf.Payload = !strings.Contains(c.Note, "payloads of the produced messages are left out")
		conf.Hostname, _ = c.Config["hostname"].(string)
		size, _ := c.Config["swap_size"].(float64)
		conf.SwapSize = uint64(size)
		return conf.NewDecoder(env)
	})
}

// esjsonEncoder sets what hekad had fixed: `index` actions with a type.
func esjsonEncoder(*testing.T) golden.Runner {
	return golden.Encoder(func(c *golden.Case, env *plugin.Env) (plugin.Encoder, error) {
		conf, err := config[*esjson.Config]("ESJsonEncoder")
		if err != nil {
			return nil, err
		}
		conf.Op, conf.TypeName, conf.IndexFromTimestamp = "index", "message", false
		if err := golden.Options(c, conf); err != nil {
			return nil, err
		}
		return conf.NewEncoder(env)
	})
}

// payloadEncoder runs in UTC, where the cases were recorded.
func payloadEncoder(t *testing.T) golden.Runner {
	zone := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = zone })
	return golden.Encoder(func(c *golden.Case, env *plugin.Env) (plugin.Encoder, error) {
		conf, err := config[plugin.EncoderConfig]("PayloadEncoder")
		if err == nil {
			err = golden.Options(c, conf)
		}
		if err != nil {
			return nil, err
		}
		return conf.NewEncoder(env)
	})
}

// logsCounter runs the native counter, whose patterns are regular expressions. The original knew
// neither interval nor logger.
func logsCounter(*testing.T) golden.Runner {
	return golden.Filter(func(c *golden.Case, env *plugin.Env) (plugin.Filter, error) {
		conf, err := config[*logscounter.Config]("LogsCounterFilter")
		if err != nil {
			return nil, err
		}
		conf.LoggerMatcher = `(?s).*` // Lua's default
		if pattern, ok := c.Config["logger_matcher"].(string); ok {
			if conf.LoggerMatcher, err = luaPattern(pattern); err != nil {
				return nil, err
			}
		}
		conf.Hostname, _ = c.Config["hostname"].(string)
		conf.Source, _ = c.Config["source"].(string)
		if grace, ok := c.Config["grace_interval"].(float64); ok {
			conf.GraceInterval = time.Duration(grace * float64(time.Second))
		}
		conf.Clock = func() time.Time { return time.Unix(0, c.ClockNS) }
		env.TickerInterval = time.Minute
		return conf.NewFilter(env)
	})
}
