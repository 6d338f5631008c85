package cli

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is decoded of a log that is still written is seen at once, not when a buffer is full.
func TestDecodeOfALogThatIsWritten(t *testing.T) {
	dir := t.TempDir()
	conf := "[collector]\nshare_dir = \"" + dir + "\"\n[d]\ntype = \"SandboxDecoder\"\nfilename = \"d.lua\"\n"
	for name, text := range map[string]string{"a.toml": conf, "d.lua": "function process_message() return 0 end\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in, log := io.Pipe()
	seen, out := io.Pipe()
	ended := make(chan int)
	go func() {
		defer out.Close()
		code := Main([]string{"decode", "--config", dir, "--decoder", "d"}, in, out, io.Discard)
		ended <- code
	}()
	lines := bufio.NewReader(seen)
	for _, record := range []string{"one\n", "two\n"} {
		if _, err := io.WriteString(log, record); err != nil {
			t.Fatal(err)
		}
		if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, strings.TrimSpace(record)) {
			t.Fatalf("%q, %v", line, err)
		}
	}
	log.Close()
	if code := <-ended; code != exitFine {
		t.Errorf("exit code %d", code)
	}
}
