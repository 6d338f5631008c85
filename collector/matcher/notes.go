package matcher

import (
	"fmt"
	"slices"
	"strings"
)

// notes gathers where hekad read an expression differently.
type notes struct {
	list    []string
	last    int // end of the token before
	breakAt int // the first line break between two tokens, 0 for none
}

// token looks at each token as it is read.
func (n *notes) token(src string, t token) {
	if n.last > 0 && n.breakAt == 0 && t.kind != tokEnd {
		if i := strings.IndexByte(src[n.last:t.pos], '\n'); i >= 0 {
			n.breakAt = n.last + i
		}
	}
	if t.kind != tokNumber {
		return
	}
	if e := strings.IndexByte(t.text, 'E'); e >= 0 {
		n.cut(src, t.pos+e, "stopped reading at the exponent's capital E")
	}
	if v := makeNumber(t.text); v.rounded() {
		n.add("%s is compared exactly; hekad rounded it and what it was compared with to %.0f", t.text, v.float)
	}
}

func (n *notes) add(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(n.list, note) {
		n.list = append(n.list, note)
	}
}

func (n *notes) negation(src string, pos int) {
	at := syntaxError(src, pos, "", "")
	n.add("!( at %d:%d negates; hekad ignored the !", at.Line, at.Column)
}

// newline is called once the whole expression is read.
func (n *notes) newline(src string) {
	if n.breakAt > 0 {
		n.cut(src, n.breakAt, "stopped reading at the end of the first line")
	}
}

// cut notes that hekad silently read only src[:at], if that is an expression; else it refused it.
func (n *notes) cut(src string, at int, what string) {
	if _, err := Parse(src[:at]); err == nil {
		n.add("the whole expression counts; hekad %s and took it for %q", what, strings.TrimSpace(src[:at]))
	}
}
