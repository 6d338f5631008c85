package logstreamer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lma_collector/collector/plugin"
)

var _ plugin.OnceInput = (*Input)(nil)

// Input follows the log files of one section.
type Input struct {
	config     *Config
	env        *plugin.Env
	pattern    *pattern
	hostname   string
	journals   string // directory
	began      time.Time
	rotateWait time.Duration // how long a renamed file must be quiet before the next one is read
	quietAfter time.Duration // how long a file is polled after its last data
	housekeep  time.Duration // between looks at journals, held messages and directories
	trouble    trouble
}

func newInput(c *Config, env *plugin.Env, p *pattern) *Input {
	in := &Input{
		config: c, env: env, pattern: p, hostname: c.Hostname, journals: c.journalDirectory(env),
		rotateWait: time.Second, quietAfter: 10 * time.Second, housekeep: time.Second, trouble: trouble{env.Health},
	}
	if in.hostname == "" {
		in.hostname = env.Hostname
	}
	return in
}

// ReadsOnce says that the input can read what is there now and end. It then starts at the beginning
// of the oldest files and leaves journals alone.
func (in *Input) ReadsOnce() {}

// Run follows the files until ctx ends. What is wrong with single files or with the directory are
// conditions that end by themselves; only a place for journals and sources must be had.
func (in *Input) Run(ctx context.Context, host plugin.InputHost) error {
	in.began = time.Now()
	if !in.env.Once {
		if err := os.MkdirAll(in.journals, 0o750); err != nil {
			return fmt.Errorf("journal_directory %q cannot be made: %w", in.journals, err)
		}
	}
	s := newScheduler(in, host)
	defer s.close()
	return s.run(ctx)
}

// newStream makes a stream, at the position of its journal if there is one.
func (in *Input) newStream(name string, host plugin.InputHost) *stream {
	s := &stream{in: in, name: name, journal: filepath.Join(in.journals, journalName(name)), host: host}
	s.numbers = newStreamNumbers(in.env.Metrics, name)
	s.fresh = true
	if in.env.Once {
		return s
	}
	p, ok, err := readJournal(s.journal)
	if err != nil {
		in.badJournal(s.journal, err)
	}
	s.pos, s.started = p, ok
	return s
}

// badJournal puts a journal aside that cannot be read; its stream starts as a new one.
func (in *Input) badJournal(path string, err error) {
	in.env.Health.Set("journal:"+path, fmt.Sprintf("%v: the stream is read from its start; the journal is kept as %q", err, path+".bad"))
	if errors.Is(err, fs.ErrPermission) {
		return
	}
	if err := os.Rename(path, path+".bad"); err != nil {
		in.env.Log.Warn("bad journal cannot be put aside", "journal", path, "error", err)
	}
}

// trouble keeps conditions about single files.
type trouble struct{ health *plugin.Health }

func (t trouble) set(path string, err error) {
	if t.health != nil && !vanished(err) {
		t.health.Set("file:"+path, fmt.Sprintf("%q cannot be read: %s", path, reason(err)))
	}
}

func (t trouble) clear(path string) {
	if t.health != nil {
		t.health.Clear("file:" + path)
	}
}

// streamNumbers are what a stream reports.
type streamNumbers struct {
	metrics           *plugin.Metrics
	stream            string
	read, lag, latest *plugin.Number
}

func newStreamNumbers(m *plugin.Metrics, stream string) streamNumbers {
	if m == nil {
		m = &plugin.Metrics{}
	}
	return streamNumbers{
		metrics: m, stream: stream,
		read:   m.Counter("stream_read_bytes", stream, "bytes read from a stream's files"),
		lag:    m.Gauge("stream_lag_bytes", stream, "bytes of a stream's files that are not read yet"),
		latest: m.Gauge("stream_last_data_seconds", stream, "when a stream had data last, in seconds since 1970"),
	}
}

// report shows where a stream stands.
func (n *streamNumbers) report(s *stream) {
	n.lag.Set(s.behind())
	if !s.grown.IsZero() {
		n.latest.Set(s.grown.Unix())
	}
	if s.cur != nil {
		n.metrics.Gauge("stream_file_position_bytes", n.stream+" "+s.cur.path, "where a stream's current file is being read").Set(s.cur.at)
	}
}

func (n *streamNumbers) leave(path string) {
	n.metrics.Remove("stream_file_position_bytes", n.stream+" "+path)
}

// forget removes a stream's numbers.
func (n *streamNumbers) forget(path string) {
	n.leave(path)
	for _, name := range []string{"stream_read_bytes", "stream_lag_bytes", "stream_last_data_seconds"} {
		n.metrics.Remove(name, n.stream)
	}
}
