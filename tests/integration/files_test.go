package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// size is the length of a file in the collector's folder, 0 if it is not there.
func (c *collector) size(name string) int64 {
	st, err := os.Stat(c.within(name))
	if err != nil {
		return 0
	}
	return st.Size()
}

// recordIDs notes under which ids the records of a bulk file stand: what a store with one document
// for each id would hold. A line that a kill cut is passed over.
func (c *collector) recordIDs(name string, ids map[string]int) error {
	data, err := os.ReadFile(c.within(name))
	if err != nil {
		return err
	}
	id := ""
	for line := range bytes.Lines(data) {
		var action map[string]struct {
			ID string `json:"_id"`
		}
		if bytes.HasPrefix(line, []byte(`{"create"`)) {
			if json.Unmarshal(line, &action) == nil {
				id = action["create"].ID
			}
			continue
		}
		var doc struct{ Payload string }
		if json.Unmarshal(line, &doc) != nil || !strings.Contains(doc.Payload, "record ") {
			continue
		}
		if id == "" {
			return fmt.Errorf("document %q without an id", doc.Payload)
		}
		ids[id]++
	}
	return nil
}
