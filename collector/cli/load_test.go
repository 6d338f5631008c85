package cli

import (
	"os"
	"path/filepath"
	"testing"

	"lma_collector/collector/config"
	"lma_collector/collector/pipeline"
)

// A relative base_dir or share_dir is one of the current folder, for all that is looked for in it: a filter
// that the manager keeps below base_dir is not one of share_dir.
func TestFoldersAreAbsolute(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	of := func(base, share string) pipeline.Settings {
		conf := &config.Config{Globals: config.DefaultGlobals()}
		conf.Globals.BaseDir, conf.Globals.ShareDir = base, share
		return settingsOf(conf, quiet())
	}
	if s := of("state", "."); s.BaseDir != filepath.Join(here, "state") || s.ShareDir != here {
		t.Errorf("base_dir %q, share_dir %q, want those of %s", s.BaseDir, s.ShareDir, here)
	}
	if s := of("/a/b", "/c"); s.BaseDir != "/a/b" || s.ShareDir != "/c" {
		t.Errorf("base_dir %q, share_dir %q", s.BaseDir, s.ShareDir)
	}
}
