package nagios

import (
	"net/url"
	"strconv"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// former makes the form of a result as it is posted.
type former struct {
	names *Names
	limit int
}

func (f former) Form(m *message.Message) (url.Values, error) {
	r, err := newResult(f.names, m)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(formBody("", r, truncate(r.text, f.limit)))
}

// The recorded cases are those of the encoder that made the body of cmd.cgi's form.
func TestGolden(t *testing.T) {
	golden.Form(t, "status_nagios", func(c *golden.Case, env *plugin.Env) (golden.Former, error) {
		conf := defaultConfig()
		conf.NagiosHost, _ = c.Config["nagios_host"].(string)
		conf.NagiosServiceDescription, _ = c.Config["service_template"].(string)
		if size, ok := c.Config["truncate_size"].(float64); ok {
			conf.TruncateSize, _ = strconv.Atoi(strconv.FormatFloat(size, 'f', 0, 64))
		}
		env.TickerInterval = 10
		if _, err := conf.NewOutput(env); err != nil {
			return nil, err
		}
		names, err := conf.Names(nil)
		return former{names, conf.TruncateSize}, err
	})
}
