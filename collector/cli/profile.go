package cli

import (
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"

	"lma_collector/collector/config"
)

// startProfile profiles the run as cpuprof and memprof ask for; end writes what there is.
func startProfile(g config.Globals) (end func(), err error) {
	var cpu *os.File
	if g.CPUProf != "" {
		if cpu, err = os.Create(g.CPUProf); err != nil {
			return nil, fmt.Errorf("cpuprof: %w", err)
		}
		if err := pprof.StartCPUProfile(cpu); err != nil {
			return nil, fmt.Errorf("cpuprof: %w", err)
		}
	}
	return func() {
		if cpu != nil {
			pprof.StopCPUProfile()
			cpu.Close()
		}
		if g.MemProf != "" {
			writeHeap(g.MemProf)
		}
	}, nil
}

func writeHeap(path string) {
	f, err := os.Create(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "memprof:", err)
		return
	}
	defer f.Close()
	runtime.GC()
	_ = pprof.WriteHeapProfile(f)
}
