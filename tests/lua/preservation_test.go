package lua

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

// A graph outlives a restart, unless it has another preservation_version then.
func TestPreservationVersion(t *testing.T) {
	paths, err := filepath.Glob("testdata/plugins/filter_*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "filter_"), ".txtar")
		source, err := os.ReadFile("../../lua_modules/filters/" + name + ".lua")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(source, []byte("_PRESERVATION_VERSION")) {
			continue
		}
		ran++
		t.Run(name, func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			fresh := graphs(t, archive, false, 0)
			if kept := graphs(t, archive, true, 0); slices.Equal(kept, fresh) {
				t.Errorf("nothing is kept: %q", kept)
			}
			if other := graphs(t, archive, true, 1); !slices.Equal(other, fresh) {
				t.Errorf("data of another version are kept: %q", other)
			}
		})
	}
	if ran < 9 {
		t.Errorf("%d scripts have a preservation_version", ran)
	}
}

// graphs gives what a tick sends after a restart with a version, with or without three messages of the first case before it.
func graphs(t *testing.T, archive *txtar.Archive, feed bool, version int64) (payloads []string) {
	r := &pluginRun{t: t, now: time.Unix(1_400_000_000, 0), checked: true}
	fed := 0
	for _, part := range archive.Files {
		verb, argument, _ := strings.Cut(part.Name, " ")
		if verb == "options" {
			if r.offline != nil {
				break
			}
			r.open(string(part.Data))
		} else if verb == "message" && feed && fed < 3 {
			r.offline.Process(r.message(argument, string(part.Data)), r.now)
			fed++
		}
	}
	r.options.Config = maps.Clone(r.options.Config)
	if r.options.Config == nil {
		r.options.Config = map[string]any{}
	}
	if version > 0 {
		r.options.Config["preservation_version"] = version
	}
	r.restart()
	for _, m := range r.offline.Tick(time.Unix(100, 0)).Injected {
		payloads = append(payloads, m.Payload())
	}
	return payloads
}
