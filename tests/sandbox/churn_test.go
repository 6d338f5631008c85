package sandbox

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
	"lma_collector/collector/sandbox/lua"
)

// churn keeps a hundred keys while others come and go, each once.
const churn = `
local live, n = {}, 0
seen = live
function process_message()
    for i = 1, 20000 do
        n = n + 1
        live["host-" .. n] = n
        live["host-" .. n - 100] = nil
        live[n * 3 + 0.5] = true
        live[(n - 100) * 3 + 0.5] = nil
    end
    return 0
end
`

// TestChurn proves that keys which are gone take nothing: ten million of them come and go.
func TestChurn(t *testing.T) {
	rounds := 250 // of 40,000 keys
	if testing.Short() || raceDetector {
		rounds = 25
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "churn.lua")
	if err := os.WriteFile(path, []byte(churn), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{Kind: plugin.KindFilter, Name: "churn", Filename: path, ModuleDirectory: dir, Start: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	m := message.NewBatch()
	defer m.Release()
	m.Append(&message.Draft{})
	var first uint64
	for i := range rounds {
		if out := o.Process(m.At(0), time.Unix(int64(i), 0)); out.Status != 0 {
			t.Fatalf("round %d: %s", i, out.Error)
		}
		if i == 4 {
			first = liveHeap()
		}
	}
	if now := liveHeap(); now > first+64<<10 {
		t.Errorf("the heap grew from %d to %d bytes", first, now)
	}
}

// TestChurnIsNotCounted is the same for what the interpreter counts.
func TestChurnIsNotCounted(t *testing.T) {
	in := lua.New(lua.Options{Base: lua.BaseFilter})
	defer in.Close()
	in.SetMemoryLimit(1 << 20)
	chunk, err := in.Load("churn", []byte(strings.Replace(churn, "process_message()", "churn()", 1)))
	if err == nil {
		err = in.Call(chunk, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := in.Call(in.Global("churn"), nil); err != nil {
			t.Fatal(i, err)
		}
		if used := in.CollectMemory(); used > 64<<10 {
			t.Fatalf("%d bytes are counted after round %d", used, i)
		}
	}
}

// liveHeap is what lives on Go's heap, in bytes.
func liveHeap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
