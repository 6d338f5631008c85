package atomicfile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, beside := filepath.Join(dir, "state"), filepath.Join(dir, ".state.new")
	if err := os.WriteFile(beside, []byte("what a crash left, which is longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, pieces := range [][][]byte{{[]byte("o"), []byte("ld")}, {[]byte("new")}, nil} {
		if err := Replace(path, 0o600, pieces...); err != nil {
			t.Fatal(err)
		}
		want := ""
		for _, p := range pieces {
			want += string(p)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%q, %v: want %q", got, err, want)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
	}
	if err := SyncFolder(dir); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

// TestReplaceFails leaves the old file as it was, and nothing beside it.
func TestReplaceFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil { // a folder that nothing can be renamed to
		t.Fatal(err)
	}
	if err := Replace(path, 0o600, []byte("new")); err == nil {
		t.Error("a folder was replaced")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
	if Replace(filepath.Join(dir, "none", "state"), 0o600) == nil || SyncFolder(filepath.Join(dir, "none")) == nil {
		t.Error("there is no such folder")
	}
}
