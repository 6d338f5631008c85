package pipeline

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

// inTurn is a fakeOutput that takes one message after the other.
type inTurn struct{ fakeOutput }

func (c *inTurn) NewOutput(*plugin.Env) (plugin.Output, error) { return c, nil }
func (c *inTurn) DeliversInOrder()                             {}

func (c *inTurn) Deliver(_ context.Context, items []plugin.Item) error {
	v, _ := sinks.Load(c.Sink)
	s := v.(*sink)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range items {
		if items[i].Message.Payload() == "poison" {
			return plugin.Fatal(errors.New("died"))
		}
		s.got = append(s.got, strings.Clone(items[i].Message.Payload()))
		items[i].Accept()
	}
	return nil
}

func init() {
	plugin.RegisterOutput("InTurnOutput", func() plugin.OutputConfig { return &inTurn{} })
}

// Only the message that brings down an output which takes them in turn is dead-lettered.
func TestPoisonousMessageIsDeadLetteredAlone(t *testing.T) {
	s := newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a one\na poison\na two\na poison\na three\n")
	text := flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`)
	p, _ := start(t, strings.Replace(text, "FakeOutput", "InTurnOutput", 1))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("delivered %q", got)
	}
	const reason = "its delivery made the output fail 3 times; at last: died"
	checkDeadLetters(t, p, []string{reason, reason})
	if _, _, restarts, _ := p.outputs[0].state.get(); restarts != 6 {
		t.Errorf("%d restarts", restarts)
	}
}
