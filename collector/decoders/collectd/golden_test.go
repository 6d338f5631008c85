package collectd

import (
	"regexp"
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/tests/golden"
)

// TestGolden compares with the original, which made no tags of plugin instances (TestInstanceTags).
func TestGolden(t *testing.T) {
	golden.Decoder(t, "collectd", func(c *golden.Case, env *plugin.Env) (plugin.Decoder, error) {
		config := defaultConfig()
		config.InstanceTags = false
		config.Payload = !strings.Contains(c.Note, "payloads of the produced messages are left out")
		config.Hostname, _ = c.Config["hostname"].(string)
		size, _ := c.Config["swap_size"].(float64)
		config.SwapSize = uint64(size)
		d, err := config.NewDecoder(env)
		return nullsHide{d}, err
	})
}

// nullsHide takes out the values behind a null before they are decoded: that the original lost them
// is a fault which any recorded body shows (TestNullHidesOnlyItself).
type nullsHide struct{ plugin.Decoder }

var behindNull = regexp.MustCompile(`("values": ?\[[^\]]*?null),[^\]]*\]`)

func (n nullsHide) Decode(d *message.Draft, out plugin.Emitter) error {
	d.Payload = behindNull.ReplaceAllString(d.Payload, "$1]")
	return n.Decoder.Decode(d, out)
}
