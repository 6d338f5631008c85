package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links in the documents lead to files, and to headings in them.
func TestLinks(t *testing.T) {
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(repository, "*.md"))
	if err != nil || len(files) == 0 || len(more) == 0 {
		t.Fatal(err, "no documents")
	}
	for _, file := range append(files, more...) {
		for _, m := range link.FindAllStringSubmatch(read(t, file), -1) {
			follow(t, file, m[1])
		}
	}
}

func follow(t *testing.T, from, to string) {
	t.Helper()
	if strings.Contains(to, "://") {
		return
	}
	path, anchor, _ := strings.Cut(to, "#")
	target := filepath.Join(filepath.Dir(from), path)
	if path == "" {
		target = from
	}
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s links to %s: %v", from, to, err)
		return
	}
	if anchor == "" {
		return
	}
	for _, h := range headings(read(t, target)) {
		if slug(h.title) == anchor {
			return
		}
	}
	t.Errorf("%s links to %s, which has no such heading", from, to)
}

var notInSlugs = regexp.MustCompile(`[^\w\- ]`)

// slug is the anchor that a heading gets.
func slug(title string) string {
	return strings.ReplaceAll(notInSlugs.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}
