// Command report reads the output of `go test -json` and prints what people want of it: a line for
// each package, the output of what failed, each skipped test with its reason, what tests count of
// recorded cases (lines that begin with "golden "), each failed test with what it says first, and the
// totals.
//
// With -strict, a skipped test whose name does not match -may-skip is a failure.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"sort"
	"strings"
)

// event is a line of test2json.
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
	ImportPath                    string
}

type totals struct {
	passed, failed, skipped int
	output                  map[string]*strings.Builder // of tests and packages
	failures                []string                    // each failed test with its complaints
	failedTests             map[string]int              // by package
	skips                   []string
	golden                  []string // what tests counted of recorded cases
	forbidden               int
}

// goldenLine is a test's line about recorded cases, behind the place where it was written.
var goldenLine = regexp.MustCompile(`^\s+\w+\.go:\d+: (golden .*)\n?$`)

func main() {
	strict := flag.Bool("strict", false, "a skipped test fails the run")
	maySkip := flag.String("may-skip", "^$", "tests that may be skipped with -strict, as a regular expression of package and name")
	flag.Parse()
	t := newTotals()
	if err := t.read(os.Stdin, *strict, regexp.MustCompile(*maySkip)); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	t.print()
	if t.failed > 0 || t.forbidden > 0 || t.passed == 0 {
		os.Exit(1)
	}
}

func newTotals() *totals {
	return &totals{output: map[string]*strings.Builder{}, failedTests: map[string]int{}}
}

func (t *totals) read(r io.Reader, strict bool, maySkip *regexp.Regexp) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Printf("%s", line) // what the build said
			} else {
				t.see(e, strict, maySkip)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *totals) see(e event, strict bool, maySkip *regexp.Regexp) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		b := t.output[key]
		if b == nil {
			b = &strings.Builder{}
			t.output[key] = b
		}
		b.WriteString(e.Output)
		if line := goldenLine.FindStringSubmatch(e.Output); line != nil {
			t.golden = append(t.golden, line[1])
		}
	case "build-output":
		fmt.Print(e.Output)
	case "pass", "fail", "skip":
		t.ended(e, key, strict, maySkip)
		delete(t.output, key)
	}
}

func (t *totals) ended(e event, key string, strict bool, maySkip *regexp.Regexp) {
	said := ""
	if b := t.output[key]; b != nil {
		said = b.String()
	}
	if e.Test == "" {
		if e.Action != "skip" { // a package without tests
			fmt.Printf("%-4s %-55s %6.1f s\n", e.Action, e.Package, e.Elapsed)
		}
		if e.Action == "fail" {
			fmt.Print(said)
			if t.failedTests[e.Package] == 0 { // it did not get as far as its tests, or ended amid them
				t.failed++
				t.failures = append(t.failures, failureLines(e.Package, said))
			}
		}
		return
	}
	switch e.Action {
	case "pass":
		t.passed++
	case "fail":
		t.failed++
		t.failedTests[e.Package]++
		t.failures = append(t.failures, failureLines(key, said))
		fmt.Print(said)
	case "skip":
		t.skipped++
		forbidden := strict && !maySkip.MatchString(key)
		if forbidden {
			t.forbidden++
		}
		t.skips = append(t.skips, skipLine(key, said, forbidden))
	}
}

// complaint is the first line of what a test says with t.Error and the like.
var complaint = regexp.MustCompile(`^\s+\w+_test\.go:\d+: |^panic: |^WARNING: DATA RACE`)

// maxComplaints is how many lines of a failed test are repeated; the whole stands further up.
const maxComplaints = 5

// failureLines names a failed test or package with what it says first: the end of its output may be
// many lines of a server's log.
func failureLines(key, said string) string {
	lines := []string{"fail " + key}
	for line := range strings.Lines(said) {
		if complaint.MatchString(line) && len(lines) <= maxComplaints {
			lines = append(lines, "     "+strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// skipLine names a skipped test with the reason it gave.
func skipLine(key, said string, forbidden bool) string {
	reason := "no reason given"
	for _, line := range strings.Split(said, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			reason = line
		}
	}
	mark := ""
	if forbidden {
		mark = " (must not be skipped here)"
	}
	return fmt.Sprintf("skip %s%s: %s", key, mark, reason)
}

func (t *totals) print() {
	for _, line := range t.golden {
		fmt.Println(line)
	}
	sort.Strings(t.skips)
	for _, s := range t.skips {
		fmt.Println(s)
	}
	for _, f := range t.failures {
		fmt.Println(f)
	}
	if t.forbidden > 0 {
		fmt.Printf("%d tests were skipped that must run here\n", t.forbidden)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", t.passed, t.failed+t.forbidden, t.skipped)
}
