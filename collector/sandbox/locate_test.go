package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lma_collector/collector/plugin"
)

// hekad's paths give the scripts that ship, unless the site has a file there.
func TestPathsOfHekad(t *testing.T) {
	script := func(answer string) string {
		return `function process_message() inject_payload("txt", "", "` + answer + `") return 0 end`
	}
	share := modulesIn(t, map[string]string{
		"lua_modules/filters/both.lua":    script("shipped"),
		"lua_filters/both.lua":            script("the site's"),
		"lua_modules/filters/ours.lua":    script("shipped"),
		"lua_modules/filters/deep/er.lua": script("shipped"),
		"lua_filters/theirs.lua":          script("the site's"),
	})
	for file, want := range map[string]string{
		"lua_filters/both.lua": "the site's", "lua_filters/ours.lua": "shipped", "lua_filters/deep/er.lua": "shipped",
		"lua_filters/theirs.lua": "the site's", "lua_modules/filters/both.lua": "shipped",
	} {
		r := newRun(t, "", nil)
		r.env.ShareDir, r.options.Filename = share, file
		if findings := (&FilterConfig{Options: r.options}).Check(r.env); len(findings) > 0 {
			t.Errorf("%s: check says %v", file, findings)
		}
		if err := r.filter().Process(variedMessage(t)); err != nil {
			t.Fatal(err)
		}
		if got := r.injected[0].Payload(); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}

// Each folder has a place; what is nowhere is reported under the name that the section gives.
func TestFoldersOfHekad(t *testing.T) {
	share := t.TempDir()
	env := &plugin.Env{ShareDir: share}
	for _, kind := range []string{"decoders", "filters", "encoders", "inputs", "outputs"} {
		file := filepath.Join(share, "lua_modules", kind, "x.lua")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"lua_" + kind + "/x.lua", "/usr/share/heka/lua_" + kind + "/x.lua", "/usr/share/lma_collector/" + kind + "/x.lua"} {
			o := &Options{ScriptType: "lua", Filename: name}
			if got := o.scriptPath(env); got != file {
				t.Errorf("%s is %s", o.Filename, got)
			}
		}
	}
	for _, name := range []string{"lua_decoders/none.lua", "lua_decoders", "lua_x/x.lua", "decoders/x.lua", "/lua_decoders/x.lua", "/usr/share/heka/decoders/x.lua", "/usr/share/lma_collector/lua_decoders/x.lua"} {
		o := &Options{ScriptType: "lua", Filename: name}
		err := o.check(env)
		if err == nil || !strings.Contains(err.Error(), env.SharePath(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
