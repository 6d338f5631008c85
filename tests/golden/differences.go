package golden

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Difference is one way in which outcomes may differ from the recorded ones, on purpose.
//
//	[[difference]]
//	plugin = "openstack_log"             # the folder, or "*" for all
//	subject = "NagiosOutput"             # optional: which of several that the folder is about
//	case   = "real_*"                    # optional: a pattern of names
//	fault  = "a Lua error*"              # optional: the case or outcome is marked as a fault with such a text
//	except = ["reports never expire"]    # with fault: texts to which it does not apply
//	when   = ["clusters.*.policy=node*"] # optional: some member of the case is so, with ! in front none; all must be met
//	input  = "^<(19[2-9]|[2-9]..)>"      # optional: the payload of the event's message matches
//	what   = ["pid", "fields.http_*"]    # what may differ: see What
//	added  = ["global_request_id"]       # or: fields that may be there in addition
//	rule   = "payload_line_end"          # or: see Rules
//	reason = "why it is better so"
//
// In patterns * stands for any text and ? for a character. One of what, added and rule is needed.
// An entry that no case of the default folder needs is an error: the list stays true.
type Difference struct {
	Plugin  string   `toml:"plugin"`
	Subject string   `toml:"subject"`
	Case    string   `toml:"case"`
	Fault   string   `toml:"fault"`
	Except  []string `toml:"except"`
	When    []string `toml:"when"`
	Input   string   `toml:"input"`
	What    []string `toml:"what"`
	Added   []string `toml:"added"`
	Rule    string   `toml:"rule"`
	Reason  string   `toml:"reason"`

	input *regexp.Regexp
	used  bool
}

// What are the names of what may differ, besides headers (`type`, `payload`, …), `fields.<name>` of a
// message and `form.<name>` of a form.
var What = map[string]string{
	"config":   "the configuration is refused, or is not",
	"died":     "what is made of an event that the original died of; later ones were not recorded",
	"messages": "the number of messages that are made of an event",
	"refused":  "an event is refused that the original took",
	"taken":    "an event is taken that the original refused",
	"bytes":    "an encoder's output",
	"result":   "the result of a function, an expression or a scan",
}

var headers = []string{"type", "logger", "hostname", "env_version", "severity", "pid", "timestamp", "payload"}

// covers tells whether the entry is about an event of a case.
func (d *Difference) covers(c *Case, event int) bool {
	if d.Plugin != "*" && d.Plugin != c.Plugin || d.Case != "" && !glob(d.Case, c.Name) {
		return false
	}
	if d.Fault != "" && !d.faulty(c, event) {
		return false
	}
	for _, condition := range d.When {
		if !c.holds(condition) {
			return false
		}
	}
	if d.input == nil {
		return true
	}
	return event >= 0 && event < len(c.Events) && c.Events[event].Message != nil && d.input.MatchString(text(c.Events[event].Message.Payload))
}

func (d *Difference) faulty(c *Case, event int) bool {
	return d.isFault(c.Fault) || d.isFault(c.Outcome(event).Fault)
}

func (d *Difference) isFault(text string) bool {
	known := slices.ContainsFunc(d.Except, func(pattern string) bool { return glob(pattern, text) })
	return text != "" && glob(d.Fault, text) && !known
}

// allows tells whether something of this name may differ.
func (d *Difference) allows(what string) bool {
	return slices.ContainsFunc(d.What, func(pattern string) bool { return glob(pattern, what) })
}

func glob(pattern, name string) bool {
	// A slash is a character as any other here.
	match, _ := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(name, "/", "\x00"))
	return match
}

// loadDifferences reads the entries of a plugin, and of what is run for it, from tests/golden/differences.toml.
func loadDifferences(plugin, subject string) ([]*Difference, error) {
	file := filepath.Join(Root(), "tests", "golden", "differences.toml")
	var list struct {
		Difference []*Difference `toml:"difference"`
	}
	meta, err := toml.DecodeFile(file, &list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = checkDifferences(list.Difference, meta.Undecoded())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return slices.DeleteFunc(list.Difference, func(d *Difference) bool {
		return d.Plugin != plugin && d.Plugin != "*" || d.Subject != "" && d.Subject != subject
	}), nil
}

func checkDifferences(list []*Difference, unknown []toml.Key) error {
	if len(unknown) > 0 {
		return fmt.Errorf("unknown keys %v", unknown)
	}
	for i, d := range list {
		if err := d.check(); err != nil {
			return fmt.Errorf("difference %d: %w", i+1, err)
		}
		if i > 0 && d.Plugin < list[i-1].Plugin {
			return fmt.Errorf("difference %d: %q must come before %q", i+1, d.Plugin, list[i-1].Plugin)
		}
	}
	return nil
}

func (d *Difference) check() (err error) {
	if d.Plugin == "" || strings.TrimSpace(d.Reason) == "" {
		return errors.New("plugin and reason are needed")
	}
	given := 0
	for _, is := range []bool{len(d.What) > 0, len(d.Added) > 0, d.Rule != ""} {
		if is {
			given++
		}
	}
	if given != 1 {
		return errors.New("one of what, added and rule is needed")
	}
	if _, known := Rules[d.Rule]; d.Rule != "" && !known {
		return fmt.Errorf("unknown rule %q", d.Rule)
	}
	for _, what := range d.What {
		kind, name, dotted := strings.Cut(what, ".")
		_, known := What[what]
		if !known && !slices.Contains(headers, what) && !(dotted && name != "" && (kind == "fields" || kind == "form")) {
			return fmt.Errorf("what: unknown %q", what)
		}
	}
	for _, condition := range d.When {
		if _, _, ok := strings.Cut(condition, "="); !ok {
			return fmt.Errorf("when: %q is no path=value", condition)
		}
	}
	if d.Input != "" {
		d.input, err = regexp.Compile(d.Input)
	}
	return err
}
