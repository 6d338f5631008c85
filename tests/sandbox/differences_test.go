package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lma_collector/tests/servers"
)

// example is a program of docs/sandbox.md with what it prints here and in C.
var example = regexp.MustCompile("(?s)\n### ([^\n]+)\n[^#]*?```lua\n(.*?)```\n\n```text\nhere: ([^\n]*)\nC: ([^\n]*)\n```\n")

// address is part of what a value without a text prints.
var address = regexp.MustCompile(`: (?:0x[0-9a-f]+|\(nil\))|: builtin[^\s]*`)

// TestDifferences runs the examples of docs/sandbox.md.
func TestDifferences(t *testing.T) {
	text := read(t, filepath.Join(repo, "docs", "sandbox.md"))
	_, text, _ = strings.Cut(text, "\n## Differences from C Lua 5.1\n")
	found := example.FindAllStringSubmatch(text, -1)
	if n := strings.Count(text, "```lua\n"); n == 0 || n != len(found) {
		t.Fatalf("%d examples are understood, of %d", len(found), n)
	}
	for _, m := range found {
		t.Run(m[1], func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "example.lua"), []byte(m[2]), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := printed(t, dir, programs(t).collector, "lua", "example.lua"); got != m[3] {
				t.Errorf("it prints %q, the document says %q", got, m[3])
			}
			servers.Require(t, "lua5.1")
			if got := printed(t, dir, "lua5.1", "example.lua"); got != m[4] {
				t.Errorf("C Lua prints %q, the document says %q", got, m[4])
			}
		})
	}
}

// printed is what a program prints, its lines and columns parted by one space.
func printed(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stuck)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState.ExitCode() < 0 {
		return "died"
	}
	if err != nil {
		t.Errorf("%s: %v", program, err)
	}
	lines := strings.TrimSuffix(string(out), "\n")
	return address.ReplaceAllString(strings.NewReplacer("\n", " ", "\t", " ").Replace(lines), ": …")
}
