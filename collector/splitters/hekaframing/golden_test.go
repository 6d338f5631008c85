package hekaframing

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/tests/golden"
)

// TestRecordsOfTheOriginal reads framed records that the original wrote, and verifies their signatures.
func TestRecordsOfTheOriginal(t *testing.T) {
	folder := filepath.Join(golden.Folder(), "protobuf_framing")
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Skipf("no recorded cases in %s: set GOLDEN_DIR", folder)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c struct {
			Config struct {
				Signer *struct {
					Name, Key string
					Version   int
				}
			}
			Expected []struct{ Hex string }
		}
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatal(file, err)
		}
		config, want := Config{}, ""
		if k := c.Config.Signer; k != nil {
			want = k.Name
			config.Signer = map[string]Signer{fmt.Sprintf("%s_%d", k.Name, k.Version): {HMACKey: k.Key}}
		}
		s := newSplitter(t, config)
		read := 0
		for i, e := range c.Expected {
			stream, err := hex.DecodeString(e.Hex)
			if err != nil {
				t.Fatal(err)
			}
			if len(stream) == 0 {
				continue
			}
			n, record := s.Split(stream, true)
			body, signer, err := s.Unframe(record)
			if n != len(stream) || err != nil || signer != want {
				t.Errorf("%s, record %d: %d of %d bytes, signer %q, %v", filepath.Base(file), i, n, len(stream), signer, err)
			} else if _, err := message.Index(body); err != nil {
				t.Errorf("%s, record %d: %v", filepath.Base(file), i, err)
			}
			read++
		}
		if read == 0 {
			t.Errorf("%s holds no record", file)
		}
	}
}
