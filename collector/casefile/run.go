package casefile

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"lma_collector/collector/config"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/sandbox"
)

// Runner runs test files.
type Runner struct {
	// Config is the configuration of files without sections of their own.
	Config string
	// Dir is where each test gets a folder for what it writes; "" for the system's folder of temporary files.
	Dir string
	// Settings makes the settings of a pipeline for a configuration.
	Settings func(*config.Config) pipeline.Settings
}

// Result is what came of a test file.
type Result struct {
	Messages int      // that came out, or were encoded
	Problems []string // each with its file and line; none for a test that passed
	// Updated is the file with the output and errors that came; nil when something else is wrong.
	Updated []byte
}

// anyHost is where tests take place unless they say otherwise: the same on each machine.
const anyHost = "localhost"

// Run runs the test that data, the file's content, describes.
func (r *Runner) Run(file string, data []byte) Result {
	c, problems := parse(file, data)
	if len(problems) > 0 {
		return Result{Problems: problems}
	}
	dir, err := os.MkdirTemp(r.Dir, "lma_collector-")
	if err != nil {
		return Result{Problems: []string{err.Error()}}
	}
	defer os.RemoveAll(dir)
	log := &sandbox.Traces{}
	tools, problems := r.load(c, dir, log)
	if len(problems) > 0 {
		return Result{Problems: problems}
	}
	t := &trial{testCase: c, tools: tools, log: log, started: time.Now().Truncate(time.Second).UnixNano()}
	if err := t.run(); err != nil {
		return Result{Problems: []string{err.Error()}}
	}
	return t.result()
}

// load reads the configuration of a test; dir is for all that it writes.
func (r *Runner) load(c *testCase, dir string, log *sandbox.Traces) (*pipeline.Tools, []string) {
	path := r.Config
	if c.rest != nil {
		path = filepath.Join(dir, "test.toml")
		if err := os.WriteFile(path, c.rest, 0o600); err != nil {
			return nil, []string{err.Error()}
		}
	}
	conf, found := config.Load(path, nil)
	if !found.HasErrors() && c.rest != nil {
		shareBeside(conf, c.file)
	}
	var tools *pipeline.Tools
	if !found.HasErrors() {
		settings := r.Settings(conf)
		settings.BaseDir, settings.Once, settings.Log = filepath.Join(dir, "base"), true, slog.New(log)
		settings.Hostname = anyHost
		for _, name := range []string{conf.Globals.Hostname, c.about.Hostname} {
			if name != "" {
				settings.Hostname = name
			}
		}
		var more config.Diagnostics
		tools, more = pipeline.NewTools(conf.Sections, settings)
		found = append(found, more...)
	}
	if !found.HasErrors() {
		return tools, nil
	}
	for i := range found {
		if c.rest != nil && found[i].File == path {
			found[i].File = c.file
		}
	}
	return nil, texts(found)
}

// shareBeside has the share_dir of a test's own configuration begin at its file.
func shareBeside(conf *config.Config, file string) {
	given := false
	for _, s := range []*config.Section{conf.Hekad, conf.Collector} {
		given = given || s != nil && s.Has("share_dir")
	}
	switch g := &conf.Globals; {
	case !given:
		g.ShareDir = filepath.Dir(file)
	case !filepath.IsAbs(g.ShareDir):
		g.ShareDir = filepath.Join(filepath.Dir(file), g.ShareDir)
	}
}

// trial is a test under way, and what came out.
type trial struct {
	*testCase
	tools    *pipeline.Tools
	log      *sandbox.Traces
	started  int64 // ns
	messages int
	output   [][]byte // lines of messages
	failures [][]byte // lines
	traces   []string // of each failure, "" where no script died of it
	encoded  []byte   // by an encoder
}

func (t *trial) run() error {
	switch {
	case t.about.Decoder != "":
		return t.decode()
	case t.about.Encoder != "":
		return t.encode()
	}
	return t.filter()
}

func (t *trial) see(m *message.Message) error {
	t.messages++
	t.output = append(t.output, message.AppendJSON(nil, m))
	return nil
}

func (t *trial) fail(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("BUG: " + err.Error())
	}
	t.failures = append(t.failures, bytes.TrimSpace(b.Bytes()))
	t.traces = append(t.traces, t.log.Take())
}

func (t *trial) wrong(line int, err error) error { return errors.New(t.at(line, err.Error())) }

func (t *trial) decode() error {
	o := pipeline.DecodeOptions{Decoder: t.about.Decoder, Splitter: t.about.Splitter, Logger: t.about.Logger, Message: t.see}
	if o.Splitter == "" {
		o.Splitter = "TokenSplitter"
	}
	o.Failure = func(record []byte, err error) {
		t.fail(decodeFailure{err.Error(), string(record)})
	}
	if _, err := t.tools.Decode(bytes.NewReader(t.parts[partInput].text), o); err != nil {
		return t.wrong(t.parts[partConfig].line, err)
	}
	return nil
}

type decodeFailure struct {
	Error  string `json:"error"`
	Record string `json:"record"`
}

func (t *trial) encode() error {
	encoder, err := t.tools.Encoder(t.about.Encoder)
	if err != nil {
		return t.wrong(t.parts[partConfig].line, err)
	}
	if c, ok := encoder.(interface{ Close() error }); ok {
		defer c.Close()
	}
	for _, l := range t.parts[partInput].lines() {
		m, err := parseMessage(l.text)
		if err != nil {
			return t.wrong(l.line, err)
		}
		data, err := encoder.Encode(nil, m)
		if err != nil {
			t.fail(encodeFailure{err.Error(), l.text})
			continue
		}
		t.messages++
		t.encoded = appendShown(t.encoded, data)
	}
	return nil
}

type encodeFailure struct {
	Error   string          `json:"error"`
	Message json.RawMessage `json:"message"`
}

func parseMessage(text []byte) (*message.Message, error) {
	var d message.Draft
	if err := message.ParseJSON(text, &d); err != nil {
		return nil, err
	}
	m, err := message.Index(d.Encode(nil))
	return &m, err
}

// appendShown appends an encoder's bytes as a test file holds them: a line is completed, what is no
// text is {"base64":"…"}.
func appendShown(dst, data []byte) []byte {
	if !isText(data) {
		dst = base64.StdEncoding.AppendEncode(append(dst, `{"base64":"`...), data)
		return append(dst, "\"}\n"...)
	}
	dst = append(dst, data...)
	if len(data) > 0 && data[len(data)-1] != '\n' {
		dst = append(dst, '\n')
	}
	return dst
}

func isText(data []byte) bool {
	return utf8.Valid(data) && !bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f })
}

func (t *trial) filter() (err error) {
	o := pipeline.ReplayOptions{Filters: []string{t.about.Filter}, Message: t.see}
	o.Failure = func(f pipeline.ReplayFailure) { t.fail(f) }
	r, err := t.tools.NewReplay(o)
	if err != nil {
		return t.wrong(t.parts[partConfig].line, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for _, l := range t.parts[partInput].lines() {
		if err := t.step(r, l.text); err != nil {
			return t.wrong(l.line, err)
		}
	}
	return nil
}

// step takes in a line of a filter's input: a message, or a time to go on to.
func (t *trial) step(r *pipeline.Replay, text []byte) error {
	var tick struct {
		Tick *json.RawMessage `json:"tick"`
	}
	if err := json.Unmarshal(text, &tick); err == nil && tick.Tick != nil {
		at, err := parseTime(*tick.Tick)
		if err != nil {
			return err
		}
		return r.Until(at)
	}
	m, err := parseMessage(text)
	if err != nil {
		return err
	}
	return r.Process(m)
}

// parseTime reads nanoseconds, or a date such as "2026-11-20T07:18:44Z".
func parseTime(text []byte) (time.Time, error) {
	var ns int64
	var at time.Time
	if json.Unmarshal(text, &ns) == nil {
		return time.Unix(0, ns).UTC(), nil
	}
	if json.Unmarshal(text, &at) == nil {
		return at, nil
	}
	return at, errors.New(`"tick" is a time, in nanoseconds since 1970 or as "2026-11-20T07:18:44Z": ` + string(text))
}
