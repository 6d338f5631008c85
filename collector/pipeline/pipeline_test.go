package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// flowing is a configuration of one input and one output.
func flowing(name string, extra ...string) string {
	return fmt.Sprintf(`
[in]
type = "FakeInput"
feed = %q
splitter = "LineSplitter"
decoder = "WordDecoder"
[text]
type = "TextEncoder"
[out]
type = "FakeOutput"
sink = %q
encoder = "text"
message_matcher = "Type != 'other'"
%s
`, name, name, strings.Join(extra, "\n"))
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestDeliversAndAcknowledges(t *testing.T) {
	s := newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a one\nother two\na three\nunfinished")
	p, _ := start(t, flowing(t.Name()))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "three"}) {
		t.Errorf("delivered %q", got)
	}
	in := p.Report().Plugins[0]
	if in.Counters[0].Value != 3 || in.Counters[2].Value != 3 {
		t.Errorf("counters %+v", in.Counters)
	}
}

func TestNotAcknowledgedBeforeDelivery(t *testing.T) {
	s := newSink(t, t.Name())
	s.gate = make(chan struct{})
	acked := feedText(t, t.Name(), "a one\n")
	p, _ := start(t, flowing(t.Name()))
	until(t, "message taken by the output", func() bool { return p.outputs[0].stats.deliveries.Load() == 1 })
	if isClosed(acked) {
		t.Error("acknowledged while the output still works at it")
	}
	close(s.gate)
	<-acked
}

func TestRetryRefuseAndDeadLetter(t *testing.T) {
	s := newSink(t, t.Name())
	attempts := map[string]int{}
	s.fail = func(items []plugin.Item) error {
		for i := range items {
			text := string(items[i].Data)
			attempts[text]++
			switch {
			case text == "never":
				items[i].Refuse(errors.New("mapping conflict"))
			case text == "later" && attempts[text] < 3:
				items[i].Retry(errors.New("busy"))
			}
		}
		return nil
	}
	acked := feedText(t, t.Name(), "a one\na never\na later\na unencodable\n")
	p, _ := start(t, flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "later"}) {
		t.Errorf("delivered %q", got)
	}
	if attempts["one"] != 1 || attempts["later"] != 3 || attempts["never"] != 1 {
		t.Errorf("attempts %v", attempts)
	}
	st := &p.outputs[0].stats
	if st.refused.Load() != 1 || st.encodeFailures.Load() != 1 || st.processed.Load() != 2 || st.retried.Load() != 2 {
		t.Errorf("refused %d encode failures %d delivered %d retried %d", st.refused.Load(), st.encodeFailures.Load(), st.processed.Load(), st.retried.Load())
	}
	checkDeadLetters(t, p, []string{"cannot be encoded: not to be encoded", "mapping conflict"})
}

func TestOutputPanicIsContained(t *testing.T) {
	s := newSink(t, t.Name())
	var calls atomic.Int32
	s.fail = func(items []plugin.Item) error {
		if calls.Add(1) == 1 {
			panic("a bug in an output")
		}
		return nil
	}
	acked := feedText(t, t.Name(), "a one\n")
	p, _ := start(t, flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one"}) {
		t.Errorf("delivered %q", got)
	}
	if _, _, restarts, lastErr := p.outputs[0].state.get(); restarts != 1 || !strings.Contains(lastErr, "a bug in an output") {
		t.Errorf("restarts %d, last error %q", restarts, lastErr)
	}
}

func TestPoisonousBatchIsDeadLettered(t *testing.T) {
	s := newSink(t, t.Name())
	s.fail = func([]plugin.Item) error { panic("always") }
	acked := feedText(t, t.Name(), "a one\n")
	p, _ := start(t, flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	checkDeadLetters(t, p, []string{"its delivery made the output fail 3 times; at last: panic: always"})
}

// What was judged before an output failed is not sent, kept or counted again.
func TestOutputPanicKeepsVerdicts(t *testing.T) {
	s := newSink(t, t.Name())
	calls := 0
	s.fail = func(items []plugin.Item) error {
		switch calls++; calls {
		case 1:
			items[0].Refuse(errors.New("mapping conflict"))
			items[1].Retry(errors.New("busy"))
			items[3].Retry(errors.New("busy"))
		case 2:
			panic("a bug in an output")
		}
		return nil
	}
	acked := feedText(t, t.Name(), "a never\na later\na unencodable\na one\na late\na \n")
	p, _ := start(t, flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "later", "late"}) {
		t.Errorf("delivered %q", got)
	}
	st := &p.outputs[0].stats
	if st.matched.Load() != 6 || st.processed.Load() != 3 || st.refused.Load() != 1 || st.encodeFailures.Load() != 1 || st.left.Load() != 1 {
		t.Errorf("matched %d delivered %d refused %d encode failures %d left out %d",
			st.matched.Load(), st.processed.Load(), st.refused.Load(), st.encodeFailures.Load(), st.left.Load())
	}
	checkDeadLetters(t, p, []string{"cannot be encoded: not to be encoded", "mapping conflict"})
}

// A message that an encoder cannot stand is refused alone.
func TestEncoderPanicIsAnEncodeFailure(t *testing.T) {
	s := newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a one\na explosive\na two\n")
	p, _ := start(t, flowing(t.Name(), "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("delivered %q", got)
	}
	if _, _, restarts, _ := p.outputs[0].state.get(); restarts != 0 || p.outputs[0].stats.encodeFailures.Load() != 1 {
		t.Errorf("%d restarts, %d encode failures", restarts, p.outputs[0].stats.encodeFailures.Load())
	}
}

func TestDecodeFailures(t *testing.T) {
	s := newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a one\nbad two\na three\n")
	p, _ := start(t, strings.Replace(flowing(t.Name()), "decoder =", "send_decode_failures = true\ndecoder =", 1))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "bad two\n", "three"}) {
		t.Errorf("delivered %q", got)
	}
	if n := p.inputs[0].stats.decodeFailures.Load(); n != 1 {
		t.Errorf("%d decode failures", n)
	}
}

// A record that a decoder cannot stand is one that failed: starting the input anew would only bring
// it to the same record again. What was held before it is not lost.
func TestDecoderPanicIsADecodeFailure(t *testing.T) {
	s := newSink(t, t.Name())
	acked := feedText(t, t.Name(), "a one\nhold two\n more\nexplode three\nhold four\na five\n")
	p, _ := start(t, strings.Replace(flowing(t.Name()), "decoder =", "send_decode_failures = true\ndecoder =", 1))
	<-acked
	if got := s.all(); !slices.Equal(got, []string{"one", "two more", "explode three\n", "four", "five"}) {
		t.Errorf("delivered %q", got)
	}
	if _, _, restarts, _ := p.inputs[0].state.get(); restarts != 0 || p.inputs[0].stats.decodeFailures.Load() != 1 {
		t.Errorf("%d restarts, %d decode failures", restarts, p.inputs[0].stats.decodeFailures.Load())
	}
}

func TestFilterInjects(t *testing.T) {
	s := newSink(t, t.Name())
	acts.Store(t.Name(), filterAct{process: func(f *fakeFilter, m *message.Message) error {
		var d message.Draft
		d.Type, d.Payload = "injected", "saw "+m.Payload()
		return f.env.Inject(&d)
	}})
	feedText(t, t.Name(), "a one\n")
	start(t, flowing(t.Name(), "[f]", `type = "FakeFilter"`, "act = \""+t.Name()+"\"", `message_matcher = "Type == 'a'"`))
	until(t, "the injected message", func() bool { return slices.Contains(s.all(), "saw one") })
}

func TestInjectionIsRefused(t *testing.T) {
	newSink(t, t.Name())
	errs := make(chan error, 2)
	acts.Store(t.Name(), filterAct{process: func(f *fakeFilter, m *message.Message) error {
		for _, d := range []*message.Draft{{Type: "a"}, {Type: "big", Payload: strings.Repeat("x", 300<<10)}} {
			errs <- f.env.Inject(d)
		}
		return nil
	}})
	feedText(t, t.Name(), "a one\n")
	start(t, flowing(t.Name(), "[f]", `type = "FakeFilter"`, "act = \""+t.Name()+"\"", `message_matcher = "Type == 'a'"`))
	if err := <-errs; !errors.Is(err, plugin.ErrOwnMessage) {
		t.Errorf("own message: %v", err)
	}
	if err := <-errs; err == nil || !strings.Contains(err.Error(), "has 307") {
		t.Errorf("large message: %v", err)
	}
}

// Two filters that feed each other stop after max_message_loops.
func TestInjectionLoopEnds(t *testing.T) {
	var last atomic.Pointer[error]
	act := func(to string) filterAct {
		return filterAct{process: func(f *fakeFilter, m *message.Message) error {
			err := f.env.Inject(&message.Draft{Type: to, Payload: m.Payload()})
			if err != nil {
				last.Store(&err)
			}
			return err
		}}
	}
	acts.Store("ping", act("pong"))
	acts.Store("pong", act("ping"))
	newSink(t, t.Name())
	feedText(t, t.Name(), "ping one\n")
	p, _ := start(t, flowing(t.Name(),
		"[f1]", `type = "FakeFilter"`, `act = "ping"`, `message_matcher = "Type == 'ping'"`,
		"[f2]", `type = "FakeFilter"`, `act = "pong"`, `message_matcher = "Type == 'pong'"`))
	until(t, "the refusal", func() bool { return last.Load() != nil })
	if err := *last.Load(); !errors.Is(err, plugin.ErrLoops) {
		t.Errorf("refused with %q", err)
	}
	if n := p.filters[0].stats.injected.Load() + p.filters[1].stats.injected.Load(); n != 4 {
		t.Errorf("%d injections", n)
	}
}

// A full output with the policy block holds back its own source only.
func TestBlockHoldsOnlyItsSource(t *testing.T) {
	slow := newSink(t, "slow")
	newSink(t, "fast")
	slow.gate = make(chan struct{})
	ackedSlow := feedText(t, "slowfeed", "slow 1\n")
	ackedFast := feedText(t, "fastfeed", "fast 1\nfast 2\n")
	start(t, `
[in1]
type = "FakeInput"
feed = "slowfeed"
splitter = "LineSplitter"
decoder = "WordDecoder"
[in2]
type = "FakeInput"
feed = "fastfeed"
splitter = "LineSplitter"
decoder = "WordDecoder"
[TextEncoder]
[slow]
type = "FakeOutput"
sink = "slow"
encoder = "TextEncoder"
message_matcher = "Type == 'slow'"
[fast]
type = "FakeOutput"
sink = "fast"
encoder = "TextEncoder"
message_matcher = "Type == 'fast'"
`)
	<-ackedFast
	if isClosed(ackedSlow) {
		t.Error("the slow output has not delivered yet")
	}
	close(slow.gate)
	<-ackedSlow
}

func TestLatestKeepsTheNewestState(t *testing.T) {
	s := newSink(t, t.Name())
	s.gate = make(chan struct{})
	feedText(t, t.Name(), "x down\n")
	p, _ := start(t, flowing(t.Name(), `when_full = "latest"`, "[out.retries]", `delay = "1ms"`))
	until(t, "the first state on its way", func() bool { return p.outputs[0].stats.deliveries.Load() == 1 })
	for _, text := range []string{"warn", "critical", "okay"} {
		d := message.Draft{Type: "x", Logger: "in", Payload: text}
		p.Publish(&d)
	}
	close(s.gate)
	until(t, "the newest state", func() bool { return slices.Contains(s.all(), "okay") })
	if got := s.all(); !slices.Equal(got, []string{"down", "okay"}) {
		t.Errorf("delivered %q", got)
	}
	if n := p.outputs[0].stats.replaced.Load(); n != 2 {
		t.Errorf("%d replaced", n)
	}
}

// A state that could not be delivered gives way to a newer one.
func TestLatestNeverSendsAnOldStateAfterANewer(t *testing.T) {
	s := newSink(t, t.Name())
	tries := make(chan string, 10)
	release := make(chan error)
	s.fail = func(items []plugin.Item) error {
		tries <- string(items[0].Data)
		return <-release
	}
	feedText(t, t.Name(), "x critical\n")
	p, _ := start(t, flowing(t.Name(), `when_full = "latest"`, "[out.retries]", `delay = "1ms"`, `max_jitter = "1ms"`))
	<-tries
	d := message.Draft{Type: "x", Logger: "in", Payload: "okay"}
	p.Publish(&d)
	release <- errors.New("server is down")
	if got := <-tries; got != "okay" {
		t.Errorf("sent %q after a newer state had come", got)
	}
	release <- nil
	until(t, "delivery", func() bool { return len(s.all()) == 1 })
}

func TestOnce(t *testing.T) {
	var shown []string
	p, found := Build(sectionsOf(t, flowing(t.Name())), func() Settings {
		s := testSettings(t)
		s.Once = true
		s.Capture = func(output string, items []plugin.Item) {
			for i := range items {
				shown = append(shown, output+" "+string(items[i].Data))
			}
		}
		return s
	}())
	if p == nil {
		t.Fatal(found)
	}
	feedOnce(t, t.Name(), "a one\na two\n")
	p.Run(t.Context())
	if !slices.Equal(shown, []string{"out one", "out two"}) {
		t.Errorf("shown %q", shown)
	}
}

// An output that hangs does not keep the pipeline from stopping.
func TestStopsThoughAnOutputHangs(t *testing.T) {
	s := newSink(t, t.Name())
	s.gate = make(chan struct{}) // never delivers
	acked := feedText(t, t.Name(), "a one\n")
	p, stop := start(t, flowing(t.Name()))
	until(t, "message on its way", func() bool { return p.outputs[0].stats.deliveries.Load() == 1 })
	stop()
	if isClosed(acked) {
		t.Error("acknowledged what was never delivered")
	}
}
