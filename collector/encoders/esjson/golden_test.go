package esjson

import (
	"testing"

	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// The recorded cases are hekad's, which always wrote `index` actions with a type: op and type_name
// are set to what hekad had fixed.
func TestGolden(t *testing.T) {
	golden.Encoder(t, "esjson", func(c *golden.Case, env *plugin.Env) (plugin.Encoder, error) {
		conf := defaultConfig()
		conf.Op, conf.TypeName, conf.IndexFromTimestamp = "index", "message", false
		if err := golden.Options(c, conf); err != nil {
			return nil, err
		}
		return conf.NewEncoder(env)
	}, nil)
}
