package golden

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// Difference is one way in which outcomes may differ from the recorded ones, on purpose.
//
//	[[difference]]
//	plugin = "openstack_log"
//	case   = "real_*"                    # a case, or a pattern of names
//	event  = 3                           # optional: only this event; or events = [3, 5]
//	ignore = ["pid", "fields.http_url"]  # optional: headers and fields that are not compared
//	added  = ["global_request_id"]       # optional: fields that may be there in addition
//	rule   = "payload_line_end"          # optional: see Rules
//	reason = "why it is better so"
//
// Without ignore, added and rule the whole outcome of the events may differ. An entry that nothing
// needs is an error: the list stays true.
type Difference struct {
	Plugin string   `toml:"plugin"`
	Case   string   `toml:"case"`
	Event  *int     `toml:"event"`
	Events []int    `toml:"events"`
	Ignore []string `toml:"ignore"`
	Added  []string `toml:"added"`
	Rule   string   `toml:"rule"`
	Reason string   `toml:"reason"`

	used bool
}

// Rules are the names of what may be made equal before it is compared.
var Rules = map[string]string{
	"payload_line_end": "line ends at the end of the payload are not compared",
	"integers":         "a whole number may be an INTEGER where it was a DOUBLE, the only number of the original's scripts",
	"joined_lines":     "a line may be part of the message of the record that it belongs to; it was refused, or a message of its own",
	"flushed_at_end":   "a joined message may be emitted although no record follows it",
	"fault":            "the case itself says that this outcome is a fault of the original",
	"repeated_keys":    "values of a repeated key of a JSON object may be one list",
	"numeric_status":   "http_status may be a number where it was text",
}

func (d *Difference) whole() bool { return len(d.Ignore) == 0 && len(d.Added) == 0 && d.Rule == "" }

func (d *Difference) covers(c *Case, event int) bool {
	if match, _ := path.Match(d.Case, c.Name); !match || d.Plugin != c.Plugin {
		return false
	}
	if d.Event != nil {
		return *d.Event == event
	}
	return len(d.Events) == 0 || slices.Contains(d.Events, event)
}

// loadDifferences reads differences/<plugin>.toml; a missing file lists none.
func loadDifferences(t testing.TB, plugin string) []*Difference {
	t.Helper()
	file := filepath.Join(root(), "tests", "golden", "differences", plugin+".toml")
	var list struct {
		Difference []*Difference `toml:"difference"`
	}
	meta, err := toml.DecodeFile(file, &list)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = checkDifferences(list.Difference, meta.Undecoded())
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return list.Difference
}

func checkDifferences(list []*Difference, unknown []toml.Key) error {
	if len(unknown) > 0 {
		return fmt.Errorf("unknown keys %v", unknown)
	}
	for i, d := range list {
		if _, known := Rules[d.Rule]; d.Rule != "" && !known {
			return fmt.Errorf("difference %d: unknown rule %q", i+1, d.Rule)
		}
		if d.Plugin == "" || d.Case == "" || strings.TrimSpace(d.Reason) == "" {
			return fmt.Errorf("difference %d needs plugin, case and reason", i+1)
		}
	}
	return nil
}
