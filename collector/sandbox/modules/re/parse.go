package re

import "strings"

// The syntax of patterns. Alternatives are tried in the order in which LPeg's own grammar has them, so that
// errors name the same place.

// operation is what a node does with its parts.
type operation uint8

const (
	literal    operation = iota // text
	class                       // parts added up; n is 1 for its complement
	span                        // a range of two bytes, text
	byteItem                    // one byte, text
	defined                     // %text
	any1                        // .
	sequence                    // parts
	choice                      // parts
	and                         // &part
	not                         // !part
	power                       // part^text: + * ? ^+n ^-n
	times                       // part^n
	format                      // part -> 'text'
	pick                        // part -> n
	collect                     // part -> {}
	apply                       // part -> text, a name
	matchTime                   // part => text
	fold                        // part ~> text
	group                       // {:part:}, n is 1 if it has the name text
	backMatch                   // =text
	place                       // {}
	substitute                  // {~part~}
	table                       // {|part|}
	capture                     // {part}
	rule                        // text; n is 1 inside a grammar
	grammar                     // parts with the names of rules
)

// node is a part of a pattern.
type node struct {
	op    operation
	n     int
	text  string
	parts []*node
}

// maxDepth bounds how deep a pattern may be nested.
const maxDepth = 400

type parser struct {
	text    string
	at      int
	depth   int
	grammar bool // inside a grammar
	failed  func(at int)
	deep    func()
}

func space(b byte) bool  { return b == ' ' || b >= '\t' && b <= '\r' }
func letter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' }
func digit(b byte) bool  { return b >= '0' && b <= '9' }

// skip passes white space and comments.
func (p *parser) skip() {
	for p.at < len(p.text) {
		switch {
		case space(p.text[p.at]):
			p.at++
		case strings.HasPrefix(p.text[p.at:], "--"):
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				end = len(p.text) - p.at
			}
			p.at += end
		default:
			return
		}
	}
}

// take passes a text if it is next.
func (p *parser) take(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

// name passes a name.
func (p *parser) name() (s string, ok bool) {
	end := p.at
	for end < len(p.text) && (letter(p.text[end]) || end > p.at && digit(p.text[end])) {
		end++
	}
	s, p.at = p.text[p.at:end], end
	return s, s != ""
}

// arrow passes white space and `<-`, or nothing.
func (p *parser) arrow() bool {
	start := p.at
	p.skip()
	if p.take("<-") {
		return true
	}
	p.at = start
	return false
}

// expression is a grammar or alternatives.
func (p *parser) expression() *node {
	if p.depth++; p.depth > maxDepth {
		p.deep()
	}
	defer func() { p.depth-- }()
	p.skip()
	if g := p.rules(); g != nil {
		return g
	}
	parts := []*node{p.sequence()}
	for p.take("/") {
		p.skip()
		parts = append(parts, p.sequence())
	}
	return &node{op: choice, parts: parts}
}

// rules is a grammar, nil if there is none.
func (p *parser) rules() *node {
	outer := p.grammar
	p.grammar = true
	defer func() { p.grammar = outer }()
	var g *node
	for {
		start := p.at
		name, ok := p.name()
		if !ok || !p.arrow() {
			p.at = start
			return g
		}
		if g == nil {
			g = &node{op: grammar}
		}
		g.parts = append(g.parts, &node{op: rule, text: name, parts: []*node{p.expression()}})
	}
}

func (p *parser) sequence() *node {
	n := &node{op: sequence}
	for {
		part := p.prefix()
		if part == nil {
			break
		}
		n.parts = append(n.parts, part)
	}
	if !p.followed() {
		p.failed(p.at)
	}
	return n
}

// followed tells whether something may follow a sequence here.
func (p *parser) followed() bool {
	if p.at == len(p.text) {
		return true
	}
	for _, s := range []string{"/", ")", "}", ":}", "~}", "|}"} {
		if strings.HasPrefix(p.text[p.at:], s) {
			return true
		}
	}
	start := p.at
	_, ok := p.name()
	ok = ok && p.arrow()
	p.at = start
	return ok
}

func (p *parser) prefix() *node {
	start := p.at
	var op operation
	switch {
	case p.take("&"):
		op = and
	case p.take("!"):
		op = not
	default:
		return p.suffix()
	}
	if p.depth++; p.depth > maxDepth {
		p.deep()
	}
	p.skip()
	part := p.prefix()
	p.depth--
	if part == nil {
		p.at = start
		return nil
	}
	return &node{op: op, parts: []*node{part}}
}

func (p *parser) suffix() *node {
	n := p.primary()
	if n == nil {
		return nil
	}
	p.skip()
	for depth := 0; ; depth++ {
		next := p.operator(n)
		if next == nil {
			return n
		}
		if depth > maxDepth {
			p.deep()
		}
		n = next
		p.skip()
	}
}

// operator is what follows a primary; it passes nothing if there is none.
func (p *parser) operator(on *node) *node {
	start := p.at
	n := &node{parts: []*node{on}}
	switch {
	case p.take("+"):
		n.op, n.text = power, "1"
	case p.take("*"):
		n.op, n.text = power, "0"
	case p.take("?"):
		n.op, n.text = power, "-1"
	case p.take("^"):
		if p.exponent(n) {
			return n
		}
	case p.take("->"):
		p.skip()
		if p.arrowCapture(n) {
			return n
		}
	case p.take("=>"):
		n.op = matchTime
		return p.withName(n, start)
	case p.take("~>"):
		n.op = fold
		return p.withName(n, start)
	}
	if n.text == "" {
		p.at = start
		return nil
	}
	return n
}

func (p *parser) withName(n *node, start int) *node {
	p.skip()
	name, ok := p.name()
	if !ok {
		p.at = start
		return nil
	}
	n.text = name
	return n
}

func (p *parser) digits() string {
	end := p.at
	for end < len(p.text) && digit(p.text[end]) {
		end++
	}
	s := p.text[p.at:end]
	p.at = end
	return s
}

func (p *parser) exponent(n *node) bool {
	start := p.at
	if s := p.digits(); s != "" {
		n.op, n.text = times, s
		return true
	}
	if p.take("+") || p.take("-") {
		if p.digits() != "" {
			n.op, n.text = power, p.text[start:p.at]
			return true
		}
	}
	p.at = start
	return false
}

// arrowCapture is what follows `->`.
func (p *parser) arrowCapture(n *node) bool {
	if s, ok := p.quoted(); ok {
		n.op, n.text = format, s
		return true
	}
	if s := p.digits(); s != "" {
		n.op, n.text = pick, s
		return true
	}
	if p.take("{}") {
		n.op = collect
		return true
	}
	if name, ok := p.name(); ok {
		n.op, n.text = apply, name
		return true
	}
	return false
}

// quoted is a string in single or double quotes.
func (p *parser) quoted() (s string, ok bool) {
	if p.at == len(p.text) || p.text[p.at] != '\'' && p.text[p.at] != '"' {
		return "", false
	}
	end := strings.IndexByte(p.text[p.at+1:], p.text[p.at])
	if end < 0 {
		return "", false
	}
	s = p.text[p.at+1 : p.at+1+end]
	p.at += end + 2
	return s, true
}

func (p *parser) primary() *node {
	start := p.at
	if n := p.bracket("(", ")", choice); n != nil {
		return n.parts[0]
	}
	if s, ok := p.quoted(); ok {
		return &node{op: literal, text: s}
	}
	if n := p.class(); n != nil {
		return n
	}
	if n := p.definition(); n != nil {
		return n
	}
	if n := p.group(); n != nil {
		return n
	}
	if p.take("=") {
		if name, ok := p.name(); ok {
			return &node{op: backMatch, text: name}
		}
		p.at = start
	}
	if p.take("{}") {
		return &node{op: place}
	}
	for _, b := range []struct {
		open, end string
		op        operation
	}{{"{~", "~}", substitute}, {"{|", "|}", table}, {"{", "}", capture}} {
		if n := p.bracket(b.open, b.end, b.op); n != nil {
			return n
		}
	}
	if p.take(".") {
		return &node{op: any1}
	}
	return p.call()
}

// bracket is an expression between two texts.
func (p *parser) bracket(open, end string, op operation) *node {
	start := p.at
	if !p.take(open) {
		return nil
	}
	n := &node{op: op, parts: []*node{p.expression()}}
	if !p.take(end) {
		p.at = start
		return nil
	}
	return n
}

func (p *parser) group() *node {
	start := p.at
	if !p.take("{:") {
		return nil
	}
	n := &node{op: group}
	inner := p.at
	if name, ok := p.name(); ok && p.take(":") {
		n.n, n.text = 1, name
	} else {
		p.at = inner
	}
	n.parts = []*node{p.expression()}
	if !p.take(":}") {
		p.at = start
		return nil
	}
	return n
}

// definition is %name.
func (p *parser) definition() *node {
	start := p.at
	if p.take("%") {
		if name, ok := p.name(); ok {
			return &node{op: defined, text: name}
		}
	}
	p.at = start
	return nil
}

// class is a set of bytes in brackets.
func (p *parser) class() *node {
	start := p.at
	if !p.take("[") {
		return nil
	}
	n := &node{op: class}
	if p.take("^") {
		n.n = 1
	}
	for len(n.parts) == 0 || !strings.HasPrefix(p.text[p.at:], "]") {
		item := p.item()
		if item == nil {
			p.at = start
			return nil
		}
		n.parts = append(n.parts, item)
	}
	p.at++
	return n
}

// item is a member of a class.
func (p *parser) item() *node {
	if n := p.definition(); n != nil {
		return n
	}
	rest := p.text[p.at:]
	switch {
	case len(rest) > 2 && rest[1] == '-' && rest[2] != ']':
		p.at += 3
		return &node{op: span, text: rest[:1] + rest[2:3]}
	case rest != "":
		p.at++
		return &node{op: byteItem, text: rest[:1]}
	}
	return nil
}

// call is the name of a rule that is not defined here, or one in angle brackets.
func (p *parser) call() *node {
	start := p.at
	n := &node{op: rule}
	if p.grammar {
		n.n = 1
	}
	name, ok := p.name()
	if ok {
		end := p.at
		if !p.arrow() {
			n.text = name
			return n
		}
		p.at = end
	}
	p.at = start
	if p.take("<") {
		if name, ok = p.name(); ok && p.take(">") {
			n.text = name
			return n
		}
	}
	p.at = start
	return nil
}
