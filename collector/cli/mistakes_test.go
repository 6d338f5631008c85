package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what is found into the golden files")

// Each file of testdata/mistakes is one mistake: a configuration, and the line that check must print
// for it. The folder is the class of the mistake.
func TestCheckFindsMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	perClass := map[string]int{}
	for _, file := range files {
		class := filepath.Base(filepath.Dir(file))
		perClass[class]++
		t.Run(class+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { mistake(t, file, class) })
	}
	counted := 0
	for _, n := range perClass {
		counted += min(n, 5)
	}
	if counted < 40 || len(perClass) < 12 {
		t.Errorf("%d mistakes in %d classes, counting at most 5 of each: want 40 in 12", counted, len(perClass))
	}
}

func mistake(t *testing.T, file, class string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var want *txtar.File
	for i := range archive.Files {
		f := &archive.Files[i]
		if f.Name == "want" {
			want = f
			continue
		}
		mode := os.FileMode(0o600)
		if class == "permissions" {
			mode = 0o644
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(f.Data), "$DIR", dir)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	var out, errOut bytes.Buffer
	Main([]string{"check", "--config", filepath.Join(dir, "conf")}, nil, &out, &errOut)
	got := strings.NewReplacer(dir+"/", "", dir, "$DIR").Replace(errOut.String() + out.String())
	if *update {
		want.Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(want.Data) {
		t.Errorf("check printed\n%s\nwant\n%s", got, want.Data)
	}
}
