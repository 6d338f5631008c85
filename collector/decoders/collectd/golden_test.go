package collectd

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// goldenCase is what the original made of some bodies, see tests/golden.
type goldenCase struct {
	Fault  string
	Config struct {
		Hostname string  `json:"hostname"`
		SwapSize float64 `json:"swap_size"`
	}
	Events []struct {
		Message struct {
			Payload     string
			PayloadJSON json.RawMessage `json:"payload_json"`
			Hostname    string
		}
	}
	Expected []struct {
		Event       int
		Status      int
		Passthrough bool
		Injected    []map[string]any
	}
}

// batchEmitter seals drafts as the pipeline does.
type batchEmitter struct{ batch *message.Batch }

func (e batchEmitter) Emit(d *message.Draft) { e.batch.Append(d) }

// decode gives the messages of a body in their JSON form.
func decode(t *testing.T, d plugin.Decoder, record *message.Draft) ([]map[string]any, error) {
	t.Helper()
	b := message.NewBatch()
	defer b.Release()
	err := d.Decode(record, batchEmitter{b})
	var list []map[string]any
	for i := range b.Len() {
		var m map[string]any
		if err := json.Unmarshal(message.AppendJSON(nil, b.At(i)), &m); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list, err
}

var behindNull = regexp.MustCompile(`("values": ?\[[^\]]*?)null,[^\]]*\]`)

func goldenFiles(t *testing.T) []string {
	files, _ := filepath.Glob("testdata/golden/*.json")
	folder := os.Getenv("GOLDEN_DIR")
	if folder == "" {
		folder = "../../../../shared/golden"
	}
	more, _ := filepath.Glob(filepath.Join(folder, "collectd", "*.json"))
	if len(files) == 0 {
		t.Fatal("no golden case in testdata/golden")
	}
	return append(files, more...)
}

func TestGolden(t *testing.T) {
	for _, file := range goldenFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var c goldenCase
			if err := json.Unmarshal(text, &c); err != nil {
				t.Fatal(err)
			}
			if c.Fault == "" {
				runGolden(t, &c)
			}
		})
	}
}

func runGolden(t *testing.T, c *goldenCase) {
	config := defaultConfig()
	config.Hostname, config.SwapSize = c.Config.Hostname, uint64(c.Config.SwapSize)
	config.InstanceTags = false // the original had none
	d, err := config.NewDecoder(testEnv())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range c.Expected {
		event := &c.Events[want.Event].Message
		record := &message.Draft{Payload: event.Payload, Hostname: event.Hostname, Logger: "input"}
		if event.PayloadJSON != nil {
			record.Payload = string(event.PayloadJSON)
		}
		// In the original a null hid the values behind it; see TestNullHidesOnlyItself.
		record.Payload = behindNull.ReplaceAllString(record.Payload, "${1}null]")
		got, err := decode(t, d, record)
		if (err != nil) != (want.Status != 0) {
			t.Fatalf("event %d: error %v, want status %d", want.Event, err, want.Status)
		}
		if len(got) == 1 && got[0]["type"] == "notification" {
			got = nil // the original passed these on as they came
		}
		if len(got) != len(want.Injected) {
			t.Fatalf("event %d: %d messages, want %d", want.Event, len(got), len(want.Injected))
		}
		for i := range got {
			sameMessage(t, want.Event, got[i], want.Injected[i])
		}
	}
}

func sameMessage(t *testing.T, event int, got, want map[string]any) {
	t.Helper()
	if g, w := got["timestamp"].(float64), want["timestamp"].(float64); math.Abs(g-w) > 512 { // the original's went through a double
		t.Errorf("event %d: timestamp %v, want %v", event, g, w)
	}
	if w, given := want["payload_json"]; given {
		var g any
		if err := json.Unmarshal([]byte(got["payload"].(string)), &g); err != nil || !near(g, w) {
			t.Errorf("event %d: payload %v, %v", event, got["payload"], err)
		}
	}
	fields := want["fields"].(map[string]any)
	delete(fields, "environment_id") // a site tag of the original's configuration
	for _, key := range []string{"fields", "hostname", "logger", "severity", "type", "representations"} {
		if !near(got[key], want[key]) {
			t.Errorf("event %d: %s\n got %v\nwant %v", event, key, got[key], want[key])
		}
	}
}

// near is DeepEqual for numbers of 13 digits, and for members that are null or left out.
func near(a, b any) bool {
	x, isNumber := a.(float64)
	y, both := b.(float64)
	if isNumber && both {
		return x == y || math.Abs(x-y) <= 1e-12*math.Abs(y)
	}
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return false
		}
		for k, v := range a {
			if v != nil && !near(v, b[k]) {
				return false
			}
		}
		for k := range b {
			if _, ok := a[k]; !ok {
				return false
			}
		}
		return true
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !near(a[i], b[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func testEnv() *plugin.Env {
	return &plugin.Env{Hostname: "here", Metrics: new(plugin.Metrics), Health: new(plugin.Health)}
}
