package main

import (
	"regexp"
	"strings"
	"testing"
)

// A failed test is named at the end with what it said first; its package counts only where no test of
// it failed.
func TestFailures(t *testing.T) {
	const stream = `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:7: it is 1, not 2\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    daemon.go:9: a server's log\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"fail","Package":"p"}
{"Action":"output","Package":"q","Output":"panic: no\n"}
{"Action":"fail","Package":"q"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:3: no server\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
`
	got := newTotals()
	if err := got.read(strings.NewReader(stream), true, regexp.MustCompile("^$")); err != nil {
		t.Fatal(err)
	}
	if got.passed != 1 || got.failed != 2 || got.skipped != 1 || got.forbidden != 1 {
		t.Errorf("%d passed, %d failed, %d skipped, %d of them forbidden", got.passed, got.failed, got.skipped, got.forbidden)
	}
	const want = "fail p TestA\n     a_test.go:7: it is 1, not 2\nfail q\n     panic: no"
	if text := strings.Join(got.failures, "\n"); text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	const skip = "skip p TestC (must not be skipped here): c_test.go:3: no server"
	if len(got.skips) != 1 || got.skips[0] != skip {
		t.Errorf("skips %q", got.skips)
	}
}
