package pipeline

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// timedFilter tells of all that happens to it, with the time of its clock, in messages of the type
// `tells`. At the payload "fail" it fails, at "die" fatally.
type timedFilter struct {
	Tells string           `toml:"tells"`
	Clock func() time.Time `toml:"-"`
	env   *plugin.Env
}

func init() {
	plugin.RegisterFilter("TimedFilter", func() plugin.FilterConfig { return &timedFilter{} })
}

func (c *timedFilter) NewFilter(env *plugin.Env) (plugin.Filter, error) {
	f := &timedFilter{Tells: c.Tells, Clock: c.Clock, env: env}
	if c.Clock == nil {
		return f, nil // only checked
	}
	return f, f.tell("start")
}

func (c *timedFilter) tell(text string) error {
	return c.env.Inject(&message.Draft{Type: c.Tells, Payload: fmt.Sprintf("%s %s %d", c.env.Name, text, c.Clock().Unix())})
}

func (c *timedFilter) Process(m *message.Message) error {
	err := c.tell("saw <" + m.Payload() + ">")
	switch m.Payload() {
	case "fail":
		return errors.New("failed")
	case "die":
		return plugin.Fatal(errors.New("died"))
	}
	return err
}

func (c *timedFilter) Tick(now time.Time) error { return c.tell(fmt.Sprintf("tick %d", now.Unix())) }

func (c *timedFilter) Close() error {
	if c.Clock == nil {
		return nil
	}
	return c.tell("end")
}

func timed(name, hears, tells string, ticker int) string {
	return fmt.Sprintf("[%s]\ntype = \"TimedFilter\"\ntells = %q\nmessage_matcher = \"Type == '%s'\"\nticker_interval = %d\n", name, tells, hears, ticker)
}

// replayRun replays "payload@seconds" words of the type in; a word "until@seconds" moves the clock on.
type replayRun struct {
	*Replay
	shown []string
	uuids []string
}

func newReplayRun(t *testing.T, text string, o ReplayOptions) (*replayRun, error) {
	t.Helper()
	tools, found := NewTools(sectionsOf(t, text), testSettings(t))
	if found.HasErrors() {
		t.Fatal(found)
	}
	run := &replayRun{}
	o.Message = func(m *message.Message) error {
		run.shown = append(run.shown, strings.Clone(m.Payload()))
		run.uuids = append(run.uuids, string(message.AppendUUID(nil, m.UUID())))
		return nil
	}
	o.Failure = func(f ReplayFailure) {
		text, _ := f.MarshalJSON()
		run.shown = append(run.shown, string(text))
	}
	var err error
	run.Replay, err = tools.NewReplay(o)
	return run, err
}

func (r *replayRun) words(words string) error {
	for _, w := range strings.Fields(words) {
		payload, seconds, given := strings.Cut(w, "@")
		var n int64
		_, _ = fmt.Sscan(seconds, &n)
		if payload == "until" {
			if err := r.Until(time.Unix(n, 0)); err != nil {
				return err
			}
			continue
		}
		d := message.Draft{Type: "in", Payload: payload}
		if given {
			d.SetTimestamp(n * 1e9)
		}
		m, err := message.Index(d.Encode(nil))
		if err != nil {
			return err
		}
		if err := r.Process(&m); err != nil {
			return err
		}
	}
	return nil
}

func TestReplayIsDrivenByTheMessages(t *testing.T) {
	a := timed("a", "in", "a", 10)
	for _, c := range []struct {
		name, config, words string
		options             ReplayOptions
		want                string
	}{
		{
			name: "timers fire before the message that is later", config: a, words: "x@100 y@110 z@125",
			want: "a start 100; a saw <x> 100; a tick 110 110; a saw <y> 110; a tick 120 120; a saw <z> 125; a end 125",
		},
		{
			name: "the clock does not go back", config: a, words: "x@100 old@5 none z@101",
			want: "a start 100; a saw <x> 100; a saw <old> 100; a saw <none> 100; a saw <z> 101; a end 101",
		},
		{
			name: "until: what is due, then all once more", config: a, words: "x@100 until@125 until@130",
			want: "a start 100; a saw <x> 100; a tick 110 110; a tick 120 120; a tick 125 125; a tick 130 130; a end 130",
		},
		{
			name: "another timer", config: a, words: "x@100 y@125", options: ReplayOptions{Ticks: map[string]time.Duration{"a": 20 * time.Second}},
			want: "a start 100; a saw <x> 100; a tick 120 120; a saw <y> 125; a end 125",
		},
		{
			name: "no timer", config: a, words: "x@100 until@900", options: ReplayOptions{Ticks: map[string]time.Duration{"a": 0}},
			want: "a start 100; a saw <x> 100; a end 900",
		},
		{
			name: "timers of several filters in the order of time", config: a + timed("b", "other", "b", 15), words: "x@100 y@130",
			want: "a start 100; b start 100; a saw <x> 100; a tick 110 110; b tick 115 115; a tick 120 120; a tick 130 130; b tick 130 130; a saw <y> 130; a end 130; b end 130",
		},
		{
			name: "some filters only", config: a + timed("b", "in", "b", 15), words: "x@100", options: ReplayOptions{Filters: []string{"b"}},
			want: "b start 100; b saw <x> 100; b end 100",
		},
		{
			name: "injected messages reach the others", config: timed("a", "in", "a", 0) + timed("b", "a", "b", 0) + timed("c", "b", "c", 0), words: "x@1",
			want: "a start 1; b start 1; c start 1; b saw <a start 1> 1; c saw <b start 1> 1; c saw <b saw <a start 1> 1> 1; " +
				"a saw <x> 1; b saw <a saw <x> 1> 1; c saw <b saw <a saw <x> 1> 1> 1; " +
				"a end 1; b saw <a end 1> 1; c saw <b saw <a end 1> 1> 1; b end 1; c saw <b end 1> 1; c end 1",
		},
		{
			name: "an error", config: timed("a", "in", "a", 0), words: "fail@1 x@2",
			want: `a start 1; {"error":"failed","filter":"a","message":{"timestamp":1000000000,"type":"in","payload":"fail"}}; a saw <fail> 1; a saw <x> 2; a end 2`,
		},
		{
			name: "a fatal error", config: timed("a", "in", "a", 0), words: "die@1 x@2",
			want: `a start 1; {"error":"died","filter":"a","message":{"timestamp":1000000000,"type":"in","payload":"die"}}; a saw <die> 1; a end 1; a start 1; a saw <x> 2; a end 2`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var uuids []string
			for range 2 {
				r, err := newReplayRun(t, c.config, c.options)
				if err == nil {
					err = errors.Join(r.words(c.words), r.Close())
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := strings.Join(r.shown, "; "); got != c.want {
					t.Errorf("got\n%s\nwant\n%s", got, c.want)
				}
				if uuids != nil && !slices.Equal(uuids, r.uuids) {
					t.Error("another run gives other uuids")
				}
				uuids = r.uuids
			}
		})
	}
}

func TestReplayCounts(t *testing.T) {
	r, err := newReplayRun(t, timed("a", "in", "a", 0)+timed("b", "a", "b", 0), ReplayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.words("x@1 fail@2"); err != nil {
		t.Fatal(err)
	}
	if got, want := r.Counts(), (ReplayCounts{Messages: 2, Injected: 7, Failures: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	_ = r.Close()
}

// Filters that feed each other end at max_message_loops, as in a pipeline.
func TestReplayLoopEnds(t *testing.T) {
	r, err := newReplayRun(t, timed("a", "in' || Type == 'b", "a", 0)+timed("b", "a", "b", 0), ReplayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.words("x@1"); err != nil {
		t.Fatal(err)
	}
	failures := 0
	for _, s := range r.shown {
		if strings.Contains(s, plugin.ErrLoops.Error()) {
			failures++
		}
	}
	if failures == 0 || failures > 4 {
		t.Errorf("%d injections refused: %q", failures, r.shown)
	}
	_ = r.Close()
}

func TestReplayMistakes(t *testing.T) {
	a := timed("minute_filter", "in", "a", 1)
	for _, c := range []struct {
		config, words string
		options       ReplayOptions
		want          string
	}{
		{"[o]\ntype = \"FakeOutput\"\nmessage_matcher = \"TRUE\"\n", "", ReplayOptions{}, "the configuration has no filter section"},
		{a, "", ReplayOptions{Filters: []string{"minute_filtre"}}, `no filter section is called "minute_filtre"; did you mean "minute_filter"?`},
		{a, "", ReplayOptions{Ticks: map[string]time.Duration{"x": 1}}, `no filter section is called "x": there are minute_filter`},
		{a, "none", ReplayOptions{}, "the first message has no timestamp, by which the clock could start"},
		{a, "x@1 y@2000000", ReplayOptions{}, "from 1970-01-01T00:00:01Z to 1970-01-24T03:33:20Z there would be 1999999 timer events, more than 1000000: " +
			"correct the timestamp, or set longer timers (or none) with --tick"},
		{a, "x@9 until@8", ReplayOptions{}, "the time to go on to, 1970-01-01T00:00:08Z, is before that of the last message, 1970-01-01T00:00:09Z"},
	} {
		r, err := newReplayRun(t, c.config, c.options)
		if err == nil {
			err = r.words(c.words)
			_ = r.Close()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("got %v\nwant %s", err, c.want)
		}
	}
}

func TestReplayStopsWhenNobodyListens(t *testing.T) {
	r, err := newReplayRun(t, timed("a", "in", "a", 0), ReplayOptions{})
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("enough")
	r.options.Message = func(*message.Message) error { return stop }
	if err := r.words("x@1"); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	_ = r.Close()
}
