package lineproto

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"lma_collector/collector/message"
)

// goldenCase is what the original's accumulator made of metrics, see tests/golden.
type goldenCase struct {
	Fault  string
	Config struct {
		TagFields string `json:"tag_fields"`
		Precision string `json:"time_precision"`
	}
	Events []struct {
		Message json.RawMessage
		TimerNS int64 `json:"timer_ns"`
	}
	Expected []struct {
		Event, Status int
		Injected      []struct{ Payload string }
	}
}

func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/golden/*.json")
	if len(files) == 0 {
		t.Fatal("no golden case in testdata/golden")
	}
	folder := os.Getenv("GOLDEN_DIR")
	if folder == "" {
		folder = "../../../shared/golden"
	}
	more, _ := filepath.Glob(filepath.Join(folder, "influxdb_accumulator", "*.json"))
	for _, file := range append(files, more...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var c goldenCase
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatal(err)
			}
			if c.Fault == "" || strings.HasPrefix(c.Fault, "the flush interval") { // which is not the encoder's
				runGolden(t, &c)
			}
		})
	}
}

func runGolden(t *testing.T, c *goldenCase) {
	precision, err := ParsePrecision(c.Config.Precision)
	if err != nil {
		precision = 1e6 // the original's choice for all others
	}
	e := NewEncoder(precision, strings.Fields(c.Config.TagFields))
	var got []byte
	for i, event := range c.Events {
		if event.Message == nil {
			continue
		}
		var d message.Draft
		if err := message.ParseJSON(event.Message, &d); err != nil {
			t.Fatalf("event %d: %v", i, err)
		}
		got, _, _ = e.Append(got, sealed(t, &d))
	}
	var want string
	for _, x := range c.Expected {
		for _, m := range x.Injected {
			want += m.Payload
		}
	}
	same(t, lines(t, string(got)), lines(t, want))
}

// lines takes lines apart; what the original wrote for metrics that it could not encode is an empty line.
func lines(t *testing.T, text string) (list []parsedLine) {
	t.Helper()
	for text != "" {
		if text[0] == '\n' {
			text = text[1:]
			continue
		}
		p, err := parseLine(text)
		if err != nil {
			t.Fatal(err)
		}
		text, p.after = p.after, ""
		for k, v := range p.fields {
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				p.fields[k] = fmt.Sprintf("%.6f", n) // all that the original wrote
			}
		}
		p.series = strings.ReplaceAll(p.series, `\=`, "=") // which the original did not escape
		if p.fields["value"] != `"false"` {                // a missing value to the original
			list = append(list, p)
		}
	}
	return list
}

func same(t *testing.T, got, want []parsedLine) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i < len(got) && i < len(want) && oneApart(got[i].time, want[i].time) {
			want[i].time = got[i].time // the original divided floats, which rounded some up
		}
		if i >= len(got) || i >= len(want) || !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("line %d of %d and %d\n got %+v\nwant %+v", i, len(got), len(want), got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
		}
	}
}

func oneApart(a, b string) bool {
	x, _ := strconv.Atoi(a)
	y, _ := strconv.Atoi(b)
	return x == y+1 || y == x+1
}
