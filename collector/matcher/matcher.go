package matcher

import (
	"slices"
	"strings"

	"lma_collector/collector/message"
)

// Matcher is one compiled expression. It never changes; any number of goroutines may use it.
type Matcher struct {
	tree     *expr
	program  program
	text     string
	warnings []string
}

func newMatcher(tree *expr, warnings []string) *Matcher {
	var b strings.Builder
	tree.write(&b)
	return &Matcher{
		tree:     tree,
		program:  compile(tree, func(t *test) *test { return t }),
		text:     b.String(),
		warnings: warnings,
	}
}

// Match tells whether the expression is true for a message. It allocates nothing.
func (m *Matcher) Match(msg *message.Message) bool { return m.program.run(msg, nil) }

// String is the expression on one line, with no more parentheses than needed; it parses to the
// same meaning.
func (m *Matcher) String() string { return m.text }

// Warnings are notes, one sentence each, on where hekad read the same expression differently.
func (m *Matcher) Warnings() []string { return slices.Clone(m.warnings) }
