package docs_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

// scriptHeading is a part of scripts.md about scripts of one kind.
type scriptHeading struct {
	heading
	files []string // under lua_modules
}

var scriptFolders = map[string][]string{"Decoders": {"decoders"}, "Filters": {"filters"}, "Encoders and outputs": {"encoders", "outputs"}}

// scriptHeadings lists the parts about scripts, of which each file has one.
func scriptHeadings(t *testing.T) (list []scriptHeading) {
	t.Helper()
	var folders, known []string
	for _, h := range headings(read(t, "scripts.md")) {
		if f, ok := scriptFolders[h.title]; ok {
			folders = f
			continue
		}
		part := scriptHeading{heading: h}
		for _, folder := range folders {
			for _, name := range strings.Split(h.title, ", ") {
				if found, _ := filepath.Glob(filepath.Join(repository, "lua_modules", folder, name+".lua")); len(found) == 1 {
					part.files = append(part.files, folder+"/"+name+".lua")
				}
			}
		}
		if len(folders) > 0 && len(part.files) != strings.Count(h.title, ",")+1 {
			t.Errorf("not all of %q are scripts that ship", h.title)
		}
		if known = append(known, part.files...); len(part.files) > 0 {
			list = append(list, part)
		}
	}
	shipped, err := filepath.Glob(filepath.Join(repository, "lua_modules", "*", "*.lua"))
	if err != nil || len(shipped) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range shipped {
		file = strings.TrimPrefix(filepath.ToSlash(file), repository+"/lua_modules/")
		if !slices.Contains(known, file) {
			t.Errorf("scripts.md does not describe %s", file)
		}
	}
	return list
}

var (
	requires   = regexp.MustCompile(`require[ (]+"(\w+)"`)
	readConfig = regexp.MustCompile(`(?:read_config|required|words)\("(\w+)"\)`)
	jsonHeader = regexp.MustCompile(`(\w+) = \{ (?:string|number) = true`)
	defaults   = regexp.MustCompile(`(?:read_config\("(\w+)"\)|tonumber\(read_config\("(\w+)"\)) or ("[^"]*"|'[^']*'|[\d.]+|error)`)
)

// scriptSource is the text of a file and of the modules that ship and that it requires.
func scriptSource(t *testing.T, file string, seen map[string]bool) string {
	t.Helper()
	if seen[file] {
		return ""
	}
	seen[file] = true
	text := read(t, filepath.Join(repository, "lua_modules", file))
	source := text
	for _, m := range requires.FindAllStringSubmatch(text, -1) {
		if found, _ := filepath.Glob(filepath.Join(repository, "lua_modules", m[1]+".lua")); len(found) == 1 {
			source += scriptSource(t, m[1]+".lua", seen)
		}
	}
	return source
}

// Each script's options are those that it reads, with its defaults.
func TestOptionsOfScripts(t *testing.T) {
	for _, h := range scriptHeadings(t) {
		source, want := "", map[string]bool{}
		for _, file := range h.files {
			source += scriptSource(t, file, map[string]bool{})
		}
		names := readConfig.FindAllStringSubmatch(source, -1)
		if slices.Contains(h.files, "decoders/json.lua") {
			names = append(names, jsonHeader.FindAllStringSubmatch(source, -1)...)
		}
		for _, m := range names {
			want[m[1]] = true
		}
		described := map[string]string{"tz": "UTC"} // of all decoders
		for _, r := range rows(h.text, "option") {
			for _, m := range quoted.FindAllStringSubmatch(r[0], -1) {
				described[m[1]] = strings.ReplaceAll(r[1], "`", "")
			}
		}
		for name := range want {
			if _, ok := described[name]; !ok {
				t.Errorf("scripts.md does not say that %v read %s", h.files, name)
			}
		}
		for name := range described {
			if !want[name] && name != "tz" {
				t.Errorf("scripts.md has an option %s that none of %v reads", name, h.files)
			}
		}
		for _, m := range defaults.FindAllStringSubmatch(source, -1) {
			is, says := strings.Trim(m[3], `"'`), described[m[1]+m[2]]
			if is == "error" {
				is = "needed"
			}
			if is != says && !strings.HasPrefix(says, is+"<") && m[1] != "hostname" { // which the host gives
				t.Errorf("%v: the default of %s is %q, scripts.md says %q", h.files, m[1]+m[2], is, says)
			}
		}
	}
}

// The examples load, and each script has one, with which it starts.
func TestExamplesOfScripts(t *testing.T) {
	share := shareDir(t)
	kinds := map[string]plugin.Kind{"decoders": plugin.KindDecoder, "filters": plugin.KindFilter, "encoders": plugin.KindEncoder}
	var all strings.Builder
	for _, h := range scriptHeadings(t) {
		shown := map[string]bool{}
		for _, b := range blocks(h.text) {
			all.WriteString(b.text + "\n")
			var sections map[string]struct {
				Filename string
				Config   map[string]any
			}
			if _, err := toml.Decode(b.text, &sections); err != nil {
				t.Fatalf("%s: %v", h.title, err)
			}
			for name, s := range sections {
				if s.Filename == "" {
					continue
				}
				file := strings.TrimPrefix(strings.TrimPrefix(s.Filename, "lua_modules/"), "lua_")
				shown[file] = true
				folder, _, _ := strings.Cut(file, "/")
				kind, ok := kinds[folder]
				if !ok { // an output: it is built below
					continue
				}
				o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
					Kind: kind, Name: name, Hostname: "node-1", ShareDir: share, Filename: s.Filename, Config: s.Config, Start: time.Unix(1, 0),
				})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				o.Close()
			}
		}
		for _, file := range h.files {
			if !shown[file] {
				t.Errorf("scripts.md has no example of %s", file)
			}
		}
	}
	build(t, share, all.String())
}
