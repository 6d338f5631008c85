package docs_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lma_collector/collector/health"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// firstCells lists the words in backquotes of the first cells of a document's tables of that title, sorted.
func firstCells(text, title string) (names []string) {
	for _, r := range rows(text, title) {
		for _, m := range quoted.FindAllStringSubmatch(r[0], -1) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("alarms.md has the %s\n%q, the code\n%q", what, got, want)
	}
}

// The tables of alarms.md are about what there is.
func TestAlarms(t *testing.T) {
	text := read(t, "alarms.md")
	c, found := health.Load(filepath.Join(repository, "alarms"), nil)
	if len(found) > 0 {
		t.Fatal(found)
	}
	var policies, files []string
	for _, p := range c.Policies {
		policies = append(policies, p.Name)
	}
	entries, err := os.ReadDir(filepath.Join(repository, "alarms"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		files = append(files, e.Name())
	}
	same(t, "policies", firstCells(text, "policy"), policies)
	same(t, "files", firstCells(text, "file"), files)
	same(t, "roles", firstCells(text, "role"), c.Roles())
	for part, v := range map[string]any{
		"`[[alarm]]`": health.Alarm{}, "`[[alarm.rule]]`": health.Rule{}, "`[[watch]]`": health.Watch{}, "`[[cluster]]`": health.Cluster{},
	} {
		_, after, ok := strings.Cut(text, "\n"+part+"\n")
		if !ok {
			t.Errorf("alarms.md does not describe %s", part)
			continue
		}
		after, _, _ = strings.Cut(after, "\n`[[")
		var want []string
		for i := range reflect.TypeOf(v).NumField() {
			if f := reflect.TypeOf(v).Field(i); f.IsExported() && f.Tag.Get("toml") != "rule" {
				want = append(want, f.Tag.Get("toml"))
			}
		}
		same(t, "options of "+part, firstCells(after, "option"), want)
	}
}

// What is watched on a host of each role stands in its row.
func TestRoles(t *testing.T) {
	c, _ := health.Load(filepath.Join(repository, "alarms"), nil)
	for _, r := range rows(read(t, "alarms.md"), "role") {
		for _, m := range quoted.FindAllStringSubmatch(r[0], -1) {
			var members []string
			for _, w := range c.Watched([]string{m[1]}) {
				if w.Type == health.LevelNode {
					members = append(members, w.Member)
				}
			}
			want := strings.Join(members, ", ")
			if got, _, _ := strings.Cut(strings.ReplaceAll(r[1], ":", ";"), ";"); got != want {
				t.Errorf("%s: %q, want %q", m[1], got, want)
			}
		}
	}
}
