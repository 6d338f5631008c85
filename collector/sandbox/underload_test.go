package sandbox_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"lma_collector/collector/pipeline"
	"lma_collector/collector/plugin"
)

// numbersInput hands over numbers, one in each batch, for as long as it is wanted, and knows up to which all were
// delivered.
type numbersInput struct{}

type counts struct{ sent, acked atomic.Int64 }

var numbers atomic.Pointer[counts]

func (in *numbersInput) NewInput(*plugin.Env) (plugin.Input, error) { return in, nil }

func (*numbersInput) Run(ctx context.Context, host plugin.InputHost) error {
	source, err := host.NewSource("stream")
	if err != nil {
		return err
	}
	defer source.Close()
	c := numbers.Load()
	for ctx.Err() == nil {
		n := c.sent.Add(1)
		source.Deliver(strconv.AppendInt(nil, n, 10))
		if err := source.Flush(ctx, func() { c.acked.Store(n) }); err != nil {
			break
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 1e9)
	defer cancel()
	_ = source.Drain(last)
	return nil
}

func init() {
	plugin.RegisterInput("NumbersInput", func() plugin.InputConfig { return &numbersInput{} })
}

// What an output's script has written when the collector stops is all that was acknowledged, and in order.
func TestStoppedOutputHasWritten(t *testing.T) {
	const conf = `
[in]
type = "NumbersInput"
[box]
type = "SandboxOutput"
message_matcher = "TRUE"
filename = "box.lua"
config = { path = "DIR/out" }
`
	const script = `
require "io"
local f = io.open(read_config("path"), "a")
function process_message()
  f:write(read_message("Payload"), "\n")
  return 0
end`
	for round := range 5 {
		c := &counts{}
		numbers.Store(c)
		s := run(t, "", conf, map[string]string{"box.lua": script})
		s.until("something is delivered", func() bool { return c.acked.Load() > int64(100*round) })
		s.stop()
		lines := strings.Split(s.file("out"), "\n")
		if n := int64(len(lines) - 1); n < c.acked.Load() || lines[n] != "" {
			t.Errorf("round %d: %d were acknowledged, %d lines are written", round, c.acked.Load(), n)
		}
		for i, line := range lines[:len(lines)-1] {
			if line != strconv.Itoa(i+1) {
				t.Fatalf("line %d is %q", i, line)
			}
		}
	}
}

// A record that a decoder never comes to the end of is not acknowledged when the collector stops, nor is a
// message that an encoder does not.
func TestInterruptedIsNotAcknowledged(t *testing.T) {
	const in = "[in]\ntype = \"NumbersInput\"\n"
	const box = "filename = \"box.lua\"\ninstruction_limit = 0\n"
	for kind, conf := range map[string]string{
		"decoder": show + in + "decoder = \"box\"\n[box]\ntype = \"SandboxDecoder\"\n" + box,
		"encoder": show + "encoder = \"box\"\n" + in + "[box]\ntype = \"SandboxEncoder\"\n" + box,
	} {
		t.Run(kind, func(t *testing.T) {
			c := &counts{}
			numbers.Store(c)
			s := run(t, "", conf, map[string]string{"box.lua": `
function process_message()
  if read_message("Payload") == "8" then while true do end end
  if inject_payload and read_message("Type") == "" then inject_payload("txt", "", read_message("Payload")) end
  return 0
end`})
			s.until("it is at the record", func() bool { return s.calls("in")+s.calls("show") == 8 })
			s.stop()
			s.until("the input has ended", func() bool { return s.state("in") == pipeline.StateStopped })
			if n := c.acked.Load(); n > 7 {
				t.Errorf("%d are acknowledged", n)
			}
		})
	}
}

// state is that of a section.
func (s *site) state(section string) string {
	for _, r := range s.pipeline.Report().Plugins {
		if r.Name == section {
			return r.State
		}
	}
	return ""
}

// An input's script that is stopped again and again, and keeps where it was, loses nothing.
func TestStoppedInputGoesOn(t *testing.T) {
	const conf = show + `queue_messages = 50
[box]
type = "SandboxInput"
filename = "box.lua"
preserve_data = true
`
	dir := t.TempDir()
	next := 0
	for round := range 5 {
		s := run(t, dir, conf, map[string]string{"box.lua": `
n = 0
function process_message()
  while true do
    inject_message({Payload = tostring(n)})
    n = n + 1
  end
end`})
		for range 200 * (round + 1) {
			isNext(t, <-s.seen, &next)
		}
		ended := make(chan struct{})
		go func() {
			s.stop()
			close(ended)
		}()
		for open := true; open; {
			select {
			case text := <-s.seen:
				isNext(t, text, &next)
			case <-ended:
				open = false
			}
		}
		for len(s.seen) > 0 {
			isNext(t, <-s.seen, &next)
		}
		kept := -1
		for _, line := range strings.Split(s.preserved(), "\n") {
			_, _ = fmt.Sscanf(line, `_G["n"] = %d`, &kept)
		}
		if kept < 0 || kept > next {
			t.Fatalf("round %d: %d messages came, the script knows of %d", round, next, kept)
		}
		next = kept // on a busy machine it may go back further than to the message that it was injecting
	}
}

// isNext takes the next number.
func isNext(t *testing.T, text string, next *int) {
	t.Helper()
	if text != " "+strconv.Itoa(*next) {
		t.Fatalf("%q came, want %d", text, *next)
	}
	*next++
}
