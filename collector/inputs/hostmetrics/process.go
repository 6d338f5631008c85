package hostmetrics

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/shirou/gopsutil/v4/load"
)

// processes counts processes by state.
type processes struct {
	proc   string
	buffer [512]byte
}

// states are the metric's tags by the letter in /proc/PID/stat (proc(5)); the threads of the kernel
// that idle (I) sleep.
var states = map[byte]string{
	'R': "running", 'S': "sleeping", 'I': "sleeping", 'D': "blocked", 'Z': "zombies", 'T': "stopped", 't': "stopped", 'W': "paging",
}

func (p *processes) measure(ctx context.Context, r *report) error {
	counts, err := p.count()
	if err != nil {
		return err
	}
	for _, state := range []string{"blocked", "paging", "running", "sleeping", "stopped", "zombies"} {
		r.gauge("processes", "processes_count", float64(counts[state]), tag{"state", state})
	}
	m, err := load.MiscWithContext(ctx)
	if err != nil {
		return err
	}
	r.rate("processes", "processes_fork_rate", float64(m.ProcsCreated))
	return nil
}

// count looks at every process. One that ends meanwhile is not counted.
func (p *processes) count() (map[string]int, error) {
	folder, err := os.Open(p.proc)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	found := false
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		if letter, ok := p.state(name); ok {
			found = true
			counts[states[letter]]++
		}
	}
	if !found {
		return nil, errors.New("no process is visible in " + p.proc)
	}
	return counts, nil
}

// state reads the letter behind the process's name, which is in parentheses and may hold some itself.
func (p *processes) state(pid string) (letter byte, ok bool) {
	f, err := os.Open(filepath.Join(p.proc, pid, "stat"))
	if err != nil {
		return 0, false
	}
	defer f.Close()
	n, _ := f.Read(p.buffer[:])
	at := bytes.LastIndexByte(p.buffer[:n], ')')
	if at < 0 || at+2 >= n {
		return 0, false
	}
	return p.buffer[at+2], true
}
