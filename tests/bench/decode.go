package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
)

// benchLine is a result of `go test -bench`.
var benchLine = regexp.MustCompile(`(?m)^BenchmarkRequestLine262Bytes\S*\s+\d+\s+([\d.]+) ns/op.*\s(\d+) allocs/op`)

// decodeAlone runs the decoder's own benchmark: a request line of 262 bytes into a draft.
func decodeAlone(b *bench) error {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^BenchmarkRequestLine262Bytes$", "-benchmem",
		"-count", strconv.Itoa(b.runs), "./collector/decoders/openstack")
	cmd.Dir = b.root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	var times []float64
	allocs := ""
	for _, m := range benchLine.FindAllSubmatch(out, -1) {
		ns, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return err
		}
		times, allocs = append(times, ns), string(m[2])
	}
	if len(times) == 0 {
		return fmt.Errorf("no result in\n%s", out)
	}
	slices.Sort(times)
	fmt.Printf("%-11s %7.2f µs %5.1f µs %12s %10s  %s\n", "decode", times[len(times)/2]/1e3, 0.5, "-", "-",
		"log line of 262 bytes: OpenStackLogDecoder alone, "+allocs+" allocations")
	return nil
}
