package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lma_collector/collector/cli"
	"lma_collector/collector/plugin"
)

var twoLines = regexp.MustCompile(`^# .+\n# Needs: .+\n\[`)

// What conf.d ships begins with two lines that say what it is and what it needs, has no mistake even
// with all samples, and the options in its comments exist.
func TestShippedConfiguration(t *testing.T) {
	share := shareDir(t)
	dir := filepath.Join(repository, "conf.d")
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no files")
	}
	var all, uncommented strings.Builder
	for _, f := range files {
		text := read(t, filepath.Join(dir, f.Name()))
		if !twoLines.MatchString(text) {
			t.Errorf("%s does not begin with a line of what it is and one of what it needs", f.Name())
		}
		all.WriteString(text + "\n")
		uncommented.WriteString(withComments(text) + "\n")
	}
	build(t, share, all.String())
	build(t, share, uncommented.String())
}

var commented = regexp.MustCompile(`(?m)^# (\[[\w.]+\]|\w+ = .+)$`)

// withComments switches on the options that stand in comments.
func withComments(text string) string { return commented.ReplaceAllString(text, "$1") }

// CHANGELOG names every plugin type, README every command.
func TestWhatThereIsIsNamed(t *testing.T) {
	changes := read(t, filepath.Join(repository, "CHANGELOG.md"))
	for _, name := range plugin.TypeNames() {
		if !strings.Contains(changes, name) {
			t.Errorf("CHANGELOG.md does not name %s", name)
		}
	}
	var help strings.Builder
	cli.Main([]string{"help"}, nil, &help, &help)
	readme := read(t, filepath.Join(repository, "README.md"))
	commands := command.FindAllStringSubmatch(help.String(), -1)
	for _, m := range commands {
		if m[1] != "help" && !strings.Contains(readme, "lma_collector "+m[1]) {
			t.Errorf("README.md does not show the command %s", m[1])
		}
	}
	if len(commands) < 8 {
		t.Errorf("help lists %d commands:\n%s", len(commands), help.String())
	}
}

var command = regexp.MustCompile(`(?m)^  ([a-z-]+) +[A-Z]`)
