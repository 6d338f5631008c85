package docs_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"lma_collector/collector/cli"
)

// The commands of a document print what stands below them, in a folder with the document's files.
func TestCommands(t *testing.T) {
	for _, doc := range []string{"lua.md", "alarms.md"} {
		t.Run(doc, func(t *testing.T) {
			text := read(t, doc)
			share := shareDir(t)
			ran := 0
			writeFiles(t, share, text)
			t.Chdir(share)
			for _, b := range blocks(text) {
				if b.language == "console" {
					for _, c := range strings.Split(b.text, "$ ")[1:] {
						command, want, _ := strings.Cut(c, "\n")
						run(t, command, want)
						ran++
					}
				}
			}
			if ran == 0 {
				t.Error("there is no command")
			}
		})
	}
}

// writeFiles makes the files that a document shows.
func writeFiles(t *testing.T, dir, text string) {
	t.Helper()
	for _, b := range blocks(text) {
		if b.file != "" {
			write(t, filepath.Join(dir, b.file), b.text)
		}
	}
}

// Configurations that stand in other documents start, too.
func TestOtherExamples(t *testing.T) {
	for _, doc := range []string{"lua.md", "alarms.md", "nagios.md"} {
		share := shareDir(t)
		text := read(t, doc)
		writeFiles(t, share, text)
		for _, b := range blocks(text) {
			if b.language == "toml" && !strings.HasPrefix(b.file, "alarms/") {
				t.Run(fmt.Sprintf("%s line %d", doc, b.line), func(t *testing.T) { build(t, share, b.text) })
			}
		}
	}
}

var (
	uuid = regexp.MustCompile(`"uuid":"[0-9a-f-]{36}"`)
	logs = regexp.MustCompile(`(?m)^time=.*\n`)
)

// run compares what a command prints on both streams, in any order, without its own log. What goes to
// standard output may go into a file instead: `command > file`.
func run(t *testing.T, command, want string) {
	t.Helper()
	command, file, toFile := strings.Cut(command, " > ")
	words := strings.Fields(command)
	if words[0] != "lma_collector" {
		t.Errorf("%q is no command of this program", command)
		return
	}
	var out, kept bytes.Buffer
	if toFile {
		cli.Main(words[1:], nil, &kept, &out)
		write(t, file, kept.String())
	} else {
		cli.Main(words[1:], nil, &out, &out)
	}
	got := logs.ReplaceAllString(uuid.ReplaceAllString(out.String(), `"uuid":"…"`), "")
	if sorted(got) != sorted(want) {
		t.Errorf("$ %s\nprints\n%s\nand not\n%s", command, got, want)
	}
}

func sorted(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
