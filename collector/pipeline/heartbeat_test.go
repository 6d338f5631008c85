package pipeline

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"lma_collector/collector/plugin"
)

// beating is an output of statuses whose server takes none of them.
type beating struct{ fakeOutput }

var beats atomic.Int32

func (b *beating) NewOutput(*plugin.Env) (plugin.Output, error) { return b, nil }
func (b *beating) Deliver(context.Context, []plugin.Item) error { return errors.New("refused") }
func (b *beating) Tick(context.Context, time.Time) error        { beats.Add(1); return nil }

func init() {
	plugin.RegisterOutput("BeatingOutput", func() plugin.OutputConfig { return &beating{} })
}

// A status that is never taken does not keep the heartbeat from being sent.
func TestTicksComeWhileDeliveryFails(t *testing.T) {
	feedText(t, t.Name(), "x critical\n")
	p, _ := start(t, `
[in]
type = "FakeInput"
feed = "`+t.Name()+`"
splitter = "LineSplitter"
decoder = "WordDecoder"
[out]
type = "BeatingOutput"
message_matcher = "Type == 'x'"
ticker_interval = 1
when_full = "latest"
[out.retries]
delay = "1ms"
max_jitter = "1ms"
`)
	until(t, "attempts", func() bool { return p.outputs[0].stats.failures.Load() > 100 })
	until(t, "a tick", func() bool { return beats.Load() > 0 })
}
