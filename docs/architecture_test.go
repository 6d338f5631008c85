package docs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Each folder of the code stands among the rooms.
func TestRooms(t *testing.T) {
	_, rooms, _ := strings.Cut(read(t, "architecture.md"), "## The rooms\n")
	rooms, _, found := strings.Cut(rooms, "\nA plugin is found")
	if !found {
		t.Fatal("there are no rooms")
	}
	entries, err := os.ReadDir(filepath.Join(repository, "collector"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(strings.Fields(rooms), e.Name()+"/") {
			t.Errorf("collector/%s is not there", e.Name())
		}
	}
}
