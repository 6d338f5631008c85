// Package golden runs recorded cases of plugins: inputs, and what the original collector made of
// them. A case is a JSON file of a folder named as the plugin. It passes when the outcome is equal,
// and may differ only where differences.toml says so, with the reason.
package golden

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

// Case is one recorded case.
type Case struct {
	Plugin  string         `json:"plugin"`
	Name    string         `json:"name"`
	Kind    string         `json:"kind"` // decoder, filter, encoder, …
	Section string         `json:"section"`
	Note    string         `json:"note"`
	Fault   string         `json:"fault"` // a known defect of the original that the outcome shows
	ClockNS int64          `json:"clock_ns"`
	Config  map[string]any `json:"config"`

	MaxProcessInject int `json:"max_process_inject"`
	MaxTimerInject   int `json:"max_timer_inject"`
	OutputLimit      int `json:"output_limit"`

	Alarms   json.RawMessage `json:"alarms"`
	Clusters json.RawMessage `json:"clusters"`
	Policies json.RawMessage `json:"policies"`

	Events      []Event         `json:"events"`
	Expected    []Outcome       `json:"-"` // of decoders, filters and encoders
	RawExpected json.RawMessage `json:"expected"`
	InitError   string          `json:"init_error"`

	text []byte
	data map[string]any // all of it
}

// Event is a message or a timer.
type Event struct {
	Message *Message `json:"message"`
	NowNS   int64    `json:"now_ns"`   // sets the clock, 0: it stays
	TimerNS *int64   `json:"timer_ns"` // fires the timer at this time
}

// Outcome is what an event led to.
type Outcome struct {
	Event           int             `json:"event"`
	Status          int             `json:"status"` // 0 fine, negative refused, positive died
	Error           string          `json:"error"`
	Panic           string          `json:"panic"`
	Fault           string          `json:"fault"`
	Injected        []Message       `json:"injected"`
	Passthrough     bool            `json:"passthrough"`
	Discarded       int             `json:"discarded"`
	InjectLimit     bool            `json:"inject_limit"`
	Terminated      bool            `json:"terminated"`
	Output          *string         `json:"output"`
	Hex             *string         `json:"hex"`
	Form            json.RawMessage `json:"form"`
	PluginOutput    *string         `json:"plugin_output_raw"`
	ProtobufOfInput bool            `json:"protobuf_of_input"`
}

// Folder is where the cases are: GOLDEN_DIR, relative to the project's folder, or shared/golden beside it.
func Folder() string {
	if dir := os.Getenv("GOLDEN_DIR"); filepath.IsAbs(dir) {
		return dir
	} else if dir != "" {
		return filepath.Join(Root(), dir)
	}
	return filepath.Join(Root(), "..", "shared", "golden")
}

// Root is the project's folder: the one with go.mod.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

// Cases reads all cases of a folder of Folder, in the order of their files.
func Cases(folder string) ([]*Case, error) {
	files, err := filepath.Glob(filepath.Join(Folder(), folder, "*.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	cases := make([]*Case, len(files))
	for i, file := range files {
		if cases[i], err = loadCase(file); err != nil {
			return nil, err
		}
	}
	return cases, nil
}

func loadCase(file string) (*Case, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	c, err := readCase(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return c, nil
}

// readCase reads a case. What only some plugins expect is left to their runners (Read).
func readCase(data []byte) (*Case, error) {
	c := &Case{MaxProcessInject: 1, MaxTimerInject: 10, OutputLimit: 64512, text: data}
	if err := json.Unmarshal(data, c); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &c.data); err != nil {
		return nil, err
	}
	switch c.Kind {
	case "decoder", "filter", "encoder":
		return c, json.Unmarshal(c.RawExpected, &c.Expected)
	}
	return c, nil
}

// Read reads the members of a case that only its runner knows.
func (c *Case) Read(v any) error { return json.Unmarshal(c.text, v) }

// Outcome is the expected outcome of an event; one that is not listed is fine and without messages.
func (c *Case) Outcome(event int) Outcome {
	for _, o := range c.Expected {
		if o.Event == event {
			return o
		}
	}
	return Outcome{Event: event}
}

// died is the event that ended the original plugin, -1 for none: later ones were not recorded.
func (c *Case) died() int {
	for _, o := range c.Expected {
		if o.Terminated {
			return o.Event
		}
	}
	return -1
}
