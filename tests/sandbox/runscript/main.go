// Command runscript runs one script with a plugin's default limits and prints, as JSON, how it ended and
// what that cost this process. The tests of hostile scripts start one for each.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
	"lma_collector/collector/sandbox/lua"
	"lma_collector/collector/sandbox/stdlib"
)

// report is what the script cost.
type report struct {
	End  string // the error that ended the script
	CPU  int64  // ns of this process from reading the script to closing it
	Peak int64  // KiB of the largest resident size above the one before
}

// head is a line of a script's first comment that tells how to run it.
var head = regexp.MustCompile(`(?m)^-- (kind|message|entry|preserve): (\w+)$`)

// gcPercent is how much garbage there may be, in percent of what lives: twice Go's default, so that the
// verdict on memory holds for a busy collector, too.
const gcPercent = 200

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: runscript SCRIPT FOLDER")
		os.Exit(2)
	}
	source, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	options := map[string]string{"kind": "filter"}
	for _, m := range head.FindAllStringSubmatch(string(source), -1) {
		options[m[1]] = m[2]
	}
	debug.SetGCPercent(gcPercent)
	m := testMessage(options["message"])
	before, start := resident("VmRSS"), cpu()
	var r report
	switch options["kind"] {
	case "machine": // coroutines, text that is compiled: no kind of plugin with a limit of instructions has them
		r.End = runMachine(os.Args[1], source, lua.BaseAll, stdlib.ReachClock, 1_000_000)
	case "files": // what an input or output has
		r.End = runMachine(os.Args[1], source, lua.BaseInput, stdlib.ReachFiles, 0)
	default:
		r.End = runPlugin(os.Args[1], os.Args[2], options, m)
	}
	r.CPU, r.Peak = cpu()-start, resident("VmHWM")-before
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		os.Exit(1)
	}
}

// runPlugin runs the script as a plugin: its top level, a message or its timer, then its end. A script that
// is dead stays so.
func runPlugin(path, dir string, options map[string]string, m *message.Message) (end string) {
	kinds := map[string]plugin.Kind{"filter": plugin.KindFilter, "decoder": plugin.KindDecoder, "encoder": plugin.KindEncoder}
	now := time.Unix(1_700_000_000, 0)
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{
		Kind: kinds[options["kind"]], Name: "hostile", Hostname: "host", Filename: path, ModuleDirectory: dir,
		BaseDir: dir, PreserveData: options["preserve"] == "true", Start: now,
	})
	if err != nil {
		return err.Error()
	}
	defer func() {
		if err := o.Close(); err != nil {
			end += "; " + err.Error()
		}
	}()
	call := func() sandbox.Outcome { return o.Process(m, now) }
	if options["entry"] == "timer" {
		call = func() sandbox.Outcome { return o.Tick(now) }
	}
	out := call()
	if again := call(); out.Terminated && !again.Terminated {
		return "it lives again"
	}
	return out.Error
}

// runMachine runs the script as a program with Lua's libraries, under the limits of a plugin.
func runMachine(path string, source []byte, base lua.Base, reach stdlib.Reach, instructions int) string {
	const memory = 8 << 20
	in := lua.New(lua.Options{Base: base})
	defer in.Close()
	libraries := stdlib.New(stdlib.Options{Reach: reach})
	defer libraries.Close()
	for _, m := range libraries.Modules() {
		in.SetGlobal(m.Name, m.Open(in).Value())
	}
	in.SetGlobal("require", in.NewFunction("require", func(c *lua.Call) { c.Push(in.Global(lua.CheckText(c, 1, "require"))) }))
	in.SetMemoryLimit(memory)
	in.SetBudget(instructions)
	chunk, err := in.Load(path, source)
	if err == nil {
		err = in.Call(chunk, nil)
	}
	var e *lua.Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return e.Text
}

// testMessage is a message; a large one has about a megabyte, one of values a field with very many.
func testMessage(size string) *message.Message {
	var d message.Draft
	d.Type, d.Logger, d.Hostname, d.Payload = "test", "logger", "host", "payload"
	d.AddString("x", "value")
	d.SetUUID([16]byte{1})
	d.SetTimestamp(1)
	switch size {
	case "values":
		values := make([]message.Value, 100_000)
		for i := range values {
			values[i] = message.IntValue(int64(i))
		}
		d.AddList("values", "", values...)
	case "large":
		d.Payload = strings.Repeat("payload ", 64<<10)
		for i := range 2000 {
			d.AddString(fmt.Sprint("field", i), strings.Repeat("v", 200))
		}
	}
	b := message.NewBatch()
	defer b.Release()
	b.Append(&d)
	return b.At(0).Clone()
}

// cpu is what this process has computed, in ns, its collector of garbage included.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fmt.Fprintln(os.Stderr, "getrusage:", err)
		os.Exit(1)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// resident is a line of /proc/self/status in KiB.
func resident(name string) (kib int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, rest, _ := strings.Cut(string(status), "\n"+name+":")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		fmt.Fprintln(os.Stderr, name, err)
		os.Exit(1)
	}
	return kib
}
