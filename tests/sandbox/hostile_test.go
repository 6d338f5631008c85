// Package sandbox tests what scripts can do to the collector, and what Lua they find.
package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// What a hostile script may cost before it has ended.
	maxCPU  = 200 * time.Millisecond
	maxPeak = 64 << 10 // KiB
	// attempts are how often a script may try: a busy machine makes computing slower.
	attempts = 5
	// stuck is when a script has not ended at all.
	stuck = time.Minute
)

// repo is the root of the repository.
const repo = "../.."

// built are the programs under test, without the race detector, whose cost is not the product's.
type built struct{ dir, collector, runscript string }

// buildDir is there once something was built.
var buildDir string

var build = sync.OnceValues(func() (b built, err error) {
	if b.dir, err = os.MkdirTemp("", "lma-sandbox-"); err != nil {
		return b, err
	}
	buildDir = b.dir
	cmd := exec.Command("go", "build", "-o", b.dir+"/", "./collector/lma_collector", "./tests/sandbox/runscript")
	cmd.Dir, cmd.Env = repo, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return b, fmt.Errorf("%w\n%s", err, out)
	}
	b.collector, b.runscript = filepath.Join(b.dir, "lma_collector"), filepath.Join(b.dir, "runscript")
	return b, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if buildDir != "" {
		os.RemoveAll(buildDir)
	}
	os.Exit(code)
}

func programs(t testing.TB) built {
	t.Helper()
	b, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// cost is what command runscript reports.
type cost struct {
	name string
	End  string
	CPU  time.Duration
	Peak int64 // KiB
}

func (c cost) String() string {
	return fmt.Sprintf("%-32s %4d ms %5.1f MiB  %.90s", c.name, c.CPU.Milliseconds(), float64(c.Peak)/1024, c.End)
}

var ends = regexp.MustCompile(`(?m)^-- ends: (.*)$`)

// TestHostile runs each script of the folder hostile in a process of its own, with the limits that every
// script has by default. It ends as its first lines say, within maxCPU and maxPeak.
func TestHostile(t *testing.T) {
	paths, err := filepath.Glob("hostile/*.lua")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	program := programs(t).runscript
	var costs []cost
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".lua")
		t.Run(name, func(t *testing.T) {
			c := runHostile(t, program, path)
			c.name = name
			t.Log(c)
			costs = append(costs, c)
		})
	}
	slices.SortFunc(costs, func(a, b cost) int { return int(b.CPU - a.CPU) })
	var table strings.Builder
	for _, c := range costs[:min(len(costs), 10)] {
		fmt.Fprintln(&table, c)
	}
	slices.SortFunc(costs, func(a, b cost) int { return int(b.Peak - a.Peak) })
	for _, c := range costs[:min(len(costs), 10)] {
		fmt.Fprintln(&table, c)
	}
	t.Logf("golden hostile scripts: %d end; the costliest by time and by memory:\n%s", len(costs), table.String())
}

func runHostile(t *testing.T, program, path string) (best cost) {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := ends.FindSubmatch(source)
	if want == nil {
		t.Fatalf("%s does not say how it ends", path)
	}
	for i := range attempts {
		c := runOnce(t, program, path)
		if !regexp.MustCompile(string(want[1])).MatchString(c.End) {
			t.Fatalf("it ended with %q, want a match of %q", c.End, want[1])
		}
		if i == 0 {
			best = c
		}
		best.CPU, best.Peak = min(best.CPU, c.CPU), min(best.Peak, c.Peak)
		if best.CPU <= maxCPU && best.Peak <= maxPeak {
			return best
		}
	}
	if best.CPU > maxCPU {
		t.Errorf("it took %v of the processor, may take %v", best.CPU, maxCPU)
	}
	if best.Peak > maxPeak {
		t.Errorf("it took %d KiB of memory, may take %d", best.Peak, maxPeak)
	}
	return best
}

func runOnce(t *testing.T, program, path string) (c cost) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, path, t.TempDir())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("the process died: %v\n%.3000s", err, stderr.String())
	}
	if err := json.Unmarshal(out, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
