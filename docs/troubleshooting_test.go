package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What troubleshooting.md quotes is said by the program.
func TestQuotedTexts(t *testing.T) {
	said := source(t)
	text := read(t, "troubleshooting.md")
	for _, phrase := range firstCells(text, "it says") {
		if !strings.Contains(said, phrase) {
			t.Errorf("nothing says %q", phrase)
		}
	}
	for _, name := range firstCells(text, "number") {
		if !strings.Contains(said, `{Name: "`+name+`"`) {
			t.Errorf("there is no number %q", name)
		}
	}
}

// source is the text of the program, without its tests.
func source(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, dir := range []string{"collector", "lua_modules"} {
		err := filepath.WalkDir(filepath.Join(repository, dir), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".lua") {
				return err
			}
			data, err := os.ReadFile(path)
			all.Write(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}
