package lua

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var opNames = strings.Fields("MOVE LOADK LOADBOOL LOADNIL GETUPVAL GETGLOBAL GETTABLE SETGLOBAL SETUPVAL SETTABLE NEWTABLE SELF " +
	"ADD SUB MUL DIV MOD POW UNM NOT LEN CONCAT JMP EQ LT LE TEST TESTSET CALL TAILCALL RETURN FORLOOP FORPREP TFORLOOP SETLIST " +
	"CLOSE CLOSURE VARARG")

// listing is what a function and those in it are compiled to: lines, operations and first registers.
func listing(out []string, p *proto) []string {
	out = append(out, fmt.Sprintf("function %d,%d: %d parameters, %d upvalues, %d locals", p.line, p.lastLine, p.params, len(p.upvalues), len(p.locals)))
	for i, in := range p.code {
		switch op := in.generic(); op {
		case opExtra:
		case opJmp:
			out = append(out, fmt.Sprintf("%d JMP", p.lines[i]))
		default:
			out = append(out, fmt.Sprintf("%d %s %d", p.lines[i], opNames[op], in.a()))
		}
	}
	for _, inner := range p.protos {
		out = listing(out, inner)
	}
	return out
}

var (
	luacHead = regexp.MustCompile(`^(?:main|function) <.*:(\d+,\d+)> `)
	luacSize = regexp.MustCompile(`^(\d+)\+? params?, \d+ slots?, (\d+) upvalues?, (\d+) local`)
	luacCode = regexp.MustCompile(`^\s+\d+\s+\[(-?\d+)\]\s+(\w+)\s+(-?\d+)`)
)

// luacListing is the listing of C's compiler.
func luacListing(t *testing.T, program, path string) (out []string) {
	t.Helper()
	text, err := exec.Command(program, "-l", "-p", path).Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	where := ""
	for line := range strings.Lines(string(text)) {
		if m := luacHead.FindStringSubmatch(line); m != nil {
			where = m[1]
		} else if m := luacSize.FindStringSubmatch(line); m != nil {
			out = append(out, fmt.Sprintf("function %s: %s parameters, %s upvalues, %s locals", where, m[1], m[2], m[3]))
		} else if m := luacCode.FindStringSubmatch(line); m != nil && m[2] == "JMP" {
			out = append(out, m[1]+" JMP")
		} else if m != nil {
			out = append(out, strings.Join(m[1:], " "))
		}
	}
	return out
}

// TestCompiler compares the code of the scripts that ship with what C's compiler makes of them: the same
// instructions of the same lines, so that budgets and positions are C's. The differences: no instructions
// behind CLOSURE for its upvalues, LOADNIL at the start of a function, fewer LOADK for many constants.
func TestCompiler(t *testing.T) {
	program, err := exec.LookPath("luac5.1")
	if err != nil {
		if os.Getenv("LMA_REQUIRE_SERVERS") == "1" {
			t.Fatal("luac5.1 is not installed")
		}
		t.Skip("luac5.1 is not installed")
	}
	files, _ := filepath.Glob("testdata/corpus/*.lua")
	for _, pattern := range []string{"*.lua", "*/*.lua"} {
		more, _ := filepath.Glob("../../../lua_modules/" + pattern)
		files = append(files, more...)
	}
	compared := 0
	for _, path := range files {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(Options{}).compile("@"+path, path, source)
		if err != nil {
			t.Fatal(err)
		}
		compared += compareListings(t, path, listing(nil, p), luacListing(t, program, path))
	}
	if compared < 10000 {
		t.Errorf("only %d instructions in %d files", compared, len(files))
	}
}

func compareListings(t *testing.T, path string, ours, theirs []string) (equal int) {
	t.Helper()
	i, j := 0, 0
	for i < len(ours) && j < len(theirs) {
		switch {
		case ours[i] == theirs[j]:
			i, j, equal = i+1, j+1, equal+1
		case strings.HasSuffix(theirs[j], " MOVE 0"), strings.HasSuffix(theirs[j], " GETUPVAL 0"):
			j++
		case strings.Contains(ours[i], " LOADNIL "):
			i++
		case strings.Contains(theirs[j], " LOADK "):
			j++
		default:
			t.Errorf("%s: %q in the place of %q", path, ours[i], theirs[j])
			return equal
		}
	}
	return equal
}
