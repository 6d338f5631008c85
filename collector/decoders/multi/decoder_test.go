package multi

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// batchOut cannot rewind, hostOut can.
type batchOut struct{ batch *message.Batch }

func (o batchOut) Emit(d *message.Draft) { o.batch.Append(d) }

type hostOut struct{ batchOut }

func (o hostOut) Mark() int       { return o.batch.Len() }
func (o hostOut) Rewind(mark int) { o.batch.Truncate(mark) }

func payloads(b *message.Batch) (list []string) {
	for i := range b.Len() {
		m := b.At(i)
		list = append(list, m.Payload()+m.Type())
	}
	return list
}

// sub decodes payloads that begin with its prefix: it emits the payload in upper case as many times
// as asked. It emits once before it fails, and spoils the draft.
type sub struct {
	prefix string
	times  int
	closed *int
}

func (s *sub) Decode(d *message.Draft, out plugin.Emitter) error {
	payload := d.Payload
	d.Payload, d.Type = strings.ToUpper(payload), d.Type+"+"+s.prefix
	out.Emit(d)
	if !strings.HasPrefix(payload, s.prefix) {
		return fmt.Errorf("no %s", s.prefix)
	}
	for range s.times - 1 {
		out.Emit(d)
	}
	return nil
}

func (s *sub) Close() error { *s.closed++; return nil }

// lower makes payloads lower case again, so that chains can go on.
type lower struct{}

func (lower) Decode(d *message.Draft, out plugin.Emitter) error {
	d.Payload = strings.ToLower(d.Payload)
	out.Emit(d)
	return nil
}

// drop takes the record and makes nothing of it.
type drop struct{}

func (drop) Decode(*message.Draft, plugin.Emitter) error { return nil }

// holder holds records that begin with "h" until the next one.
type holder struct{ held string }

func (h *holder) Decode(d *message.Draft, out plugin.Emitter) error {
	if !strings.HasPrefix(d.Payload, "h") {
		return errors.New("no h")
	}
	if h.held != "" {
		h.Release(out)
	}
	h.held = strings.Clone(d.Payload)
	return nil
}

func (h *holder) Held() int { return min(len(h.held), 1) }

func (h *holder) Release(out plugin.Emitter) {
	var d message.Draft
	d.Payload = h.held
	h.held = ""
	out.Emit(&d)
}

func (h *holder) HoldTime() time.Duration { return time.Second }

func newMulti(t testing.TB, c Config, subs map[string]plugin.Decoder) (*Decoder, *plugin.Env) {
	t.Helper()
	env := &plugin.Env{Name: "multi", Metrics: &plugin.Metrics{}, Log: slog.New(slog.DiscardHandler)}
	env.NewDecoder = func(name string) (plugin.Decoder, error) {
		if d, ok := subs[name]; ok {
			return d, nil
		}
		return nil, fmt.Errorf("no Decoder section or type is called %q", name)
	}
	d, err := c.NewDecoder(env)
	if err != nil {
		t.Fatal(err)
	}
	return d.(*Decoder), env
}

func TestStrategies(t *testing.T) {
	closed := 0
	subs := map[string]plugin.Decoder{
		"a": &sub{"a", 1, &closed}, "b": &sub{"b", 1, &closed}, "b2": &sub{"b", 2, &closed}, "lower": lower{}, "drop": drop{},
	}
	for _, c := range []struct {
		strategy string
		subs     []string
		in       string
		want     []string
		err      string
	}{
		{firstWins, []string{"a", "b"}, "a1", []string{"A1+a"}, ""},
		{firstWins, []string{"a", "b"}, "b1", []string{"B1+b"}, ""},
		{firstWins, []string{"a", "b2"}, "b1", []string{"B1+b", "B1+b"}, ""},
		{firstWins, []string{"a", "b"}, "c1", nil, "all sub-decoders failed; a: no a; b: no b"},
		{firstWins, []string{"a", "drop"}, "c1", nil, ""},
		{all, []string{"a", "lower", "b"}, "a1", []string{"a1+a"}, ""},
		{all, []string{"b2", "lower"}, "b1", []string{"b1+b", "b1+b"}, ""},
		{all, []string{"a", "b"}, "c1", nil, "all sub-decoders failed; a: no a; b: no b"},
		{all, []string{"lower", "drop"}, "a", nil, ""},
		{all, []string{"a", "b2", "lower"}, "b1", []string{"b1+b", "b1+b"}, ""},
	} {
		for name, out := range map[string]plugin.Emitter{"plain": batchOut{message.NewBatch()}, "host": hostOut{batchOut{message.NewBatch()}}} {
			d, _ := newMulti(t, Config{Subs: c.subs, CascadeStrategy: c.strategy}, subs)
			draft := message.Draft{Payload: c.in}
			err := d.Decode(&draft, out)
			got := ""
			if err != nil {
				got = err.Error()
			}
			batch := message.NewBatch()
			switch o := out.(type) {
			case batchOut:
				batch = o.batch
			case hostOut:
				batch = o.batch
			}
			if err != nil {
				batch.Truncate(0)
			}
			if got != c.err || !slices.Equal(payloads(batch), c.want) {
				t.Errorf("%s %v of %q, %s: %q, error %q; want %q, %q", c.strategy, c.subs, c.in, name, payloads(batch), got, c.want, c.err)
			}
			if draft.Payload != c.in {
				t.Errorf("the draft was changed to %q", draft.Payload)
			}
		}
	}
}

func TestNestedAndCounted(t *testing.T) {
	closed := 0
	inner, _ := newMulti(t, Config{Subs: []string{"a", "b"}, CascadeStrategy: firstWins}, map[string]plugin.Decoder{"a": &sub{"a", 1, &closed}, "b": &sub{"b", 1, &closed}})
	outer, env := newMulti(t, Config{Subs: []string{"inner", "drop"}, CascadeStrategy: firstWins, LogSubErrors: true}, map[string]plugin.Decoder{"inner": inner, "drop": drop{}})
	out := hostOut{batchOut{message.NewBatch()}}
	for _, p := range []string{"b1", "x", "a2"} {
		if err := outer.Decode(&message.Draft{Payload: p}, out); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := payloads(out.batch), []string{"B1+b", "A2+a"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := env.Metrics.Counter("sub_failures", "inner", "").Value(); n != 1 {
		t.Errorf("%d failures counted", n)
	}
	if err := outer.Close(); err != nil || closed != 2 {
		t.Errorf("%d closed, %v", closed, err)
	}
}

func TestHeldMessagesKeepTheirPlace(t *testing.T) {
	closed := 0
	for name, out := range map[string]plugin.Emitter{"plain": batchOut{message.NewBatch()}, "host": hostOut{batchOut{message.NewBatch()}}} {
		d, _ := newMulti(t, Config{Subs: []string{"h", "b"}, CascadeStrategy: firstWins}, map[string]plugin.Decoder{"h": &holder{}, "b": &sub{"b", 1, &closed}})
		for _, p := range []string{"h1", "h2", "b3", "h4"} {
			if err := d.Decode(&message.Draft{Payload: p}, out); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Decode(&message.Draft{Payload: "bad"[1:]}, out); err == nil {
			t.Error("took what nobody decodes")
		}
		if d.Held() != 1 || d.HoldTime() != time.Second {
			t.Errorf("%s: %d held for %s", name, d.Held(), d.HoldTime())
		}
		d.Release(out)
		var got []string
		switch o := out.(type) {
		case batchOut:
			got = payloads(o.batch)
		case hostOut:
			got = payloads(o.batch)
		}
		if want := []string{"h1", "h2", "B3+b", "h4"}; !slices.Equal(got, want) || d.Held() != 0 {
			t.Errorf("%s: got %q, want %q; %d held", name, got, want, d.Held())
		}
	}
}

// With first-wins, what one sub-decoder held back is not decoded by another.
func TestHeldByTheFirst(t *testing.T) {
	d, _ := newMulti(t, Config{Subs: []string{"h", "lower"}, CascadeStrategy: firstWins}, map[string]plugin.Decoder{"h": &holder{}, "lower": lower{}})
	out := batchOut{message.NewBatch()}
	if err := d.Decode(&message.Draft{Payload: "hA"}, out); err != nil {
		t.Fatal(err)
	}
	d.Release(out)
	if got, want := payloads(out.batch), []string{"hA"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHeldInAChain(t *testing.T) {
	d, _ := newMulti(t, Config{Subs: []string{"h", "lower"}, CascadeStrategy: all}, map[string]plugin.Decoder{"h": &holder{}, "lower": lower{}})
	out := batchOut{message.NewBatch()}
	for _, p := range []string{"hA", "hB"} {
		if err := d.Decode(&message.Draft{Payload: p}, out); err != nil {
			t.Fatal(err)
		}
	}
	d.Release(out)
	if got, want := payloads(out.batch), []string{"ha", "hb"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOptions(t *testing.T) {
	env := &plugin.Env{Name: "multi"}
	env.NewDecoder = func(name string) (plugin.Decoder, error) {
		return nil, fmt.Errorf("circular: multi -> %s -> multi", name)
	}
	for want, c := range map[string]Config{
		"cascade_strategy: \"some\" is neither \"first-wins\" nor \"all\"\nsubs: is empty: name at least one decoder": {CascadeStrategy: "some"},
		`subs: circular: "multi" names itself`:    {CascadeStrategy: all, Subs: []string{"a", "multi"}},
		"subs: circular: multi -> other -> multi": {CascadeStrategy: all, Subs: []string{"other"}},
	} {
		if _, err := c.NewDecoder(env); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func BenchmarkFirstWins(b *testing.B) {
	d, _ := newMulti(b, Config{Subs: []string{"lower"}, CascadeStrategy: firstWins}, map[string]plugin.Decoder{"lower": lower{}})
	out := hostOut{batchOut{message.NewBatch()}}
	draft := message.Draft{Payload: "text"}
	draft.AddString("name", "value")
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(&draft, out); err != nil {
			b.Fatal(err)
		}
		out.Rewind(0)
	}
}
