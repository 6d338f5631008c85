package sandboxmanager

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// FuzzControl: whatever a signer sends, the manager lives, and files stay in its folder.
func FuzzControl(f *testing.F) {
	f.Add("load", "", counter, script)
	f.Add("unload", "../x", "", "")
	f.Add("load", "", "[a.b]\ntype='SandboxFilter'\n", "x")
	f.Add("load", "", counter+"script_type='../x'\n[counter.config]\na=[1]\n", "while true do end")
	f.Add("load", "", "[x]\ntype='SandboxFilter'\nmessage_matcher='TRUE'\npreserve_data=true\n\"%FILE[/etc/passwd]\"=1\n", script)
	h := newHost(f, nil)
	f.Fuzz(func(t *testing.T, action, name, config, script string) {
		h.t = t
		h.log.Reset()
		h.told = nil
		for _, running := range h.Names() {
			h.Remove(running)
		}
		_ = h.send(control{signer: "ops", action: action, name: name, config: config, script: script})
		entries, err := os.ReadDir(h.env.BaseDir)
		if err != nil || len(entries) != 1 {
			t.Fatalf("%v in base_dir, %v", entries, err)
		}
		for _, f := range h.files() {
			if !strings.HasPrefix(f, "Mgr-") {
				t.Fatalf("file %q", f)
			}
			_ = os.Remove(h.manager.store.path(f))
		}
	})
}

func FuzzSeen(f *testing.F) {
	f.Add([]byte("1700000000000000000 00112233445566778899aabbccddeeff\n"))
	f.Add([]byte("x\n1 \n 0011\n-5 00112233445566778899aabbccddeeff00"))
	path := filepath.Join(f.TempDir(), "seen")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var s, again seen
		if err := errors.Join(s.open(path), s.close(), again.open(path), again.close()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.order, again.order) || len(s.marks) != len(s.order) {
			t.Fatalf("%v, then %v", s.order, again.order)
		}
	})
}
