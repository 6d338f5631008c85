package stdlib

import (
	"bytes"
	"math"

	"lma_collector/collector/message"
	"lma_collector/collector/sandbox/lua"
)

// read pushes what the formats from first on ask for, up to the first that cannot be had.
func read(c *lua.Call, s *stream, first int, function string) {
	formats := formatsOf(c, first)
	if len(formats) == 0 {
		formats = append(formats, lua.String("*l"))
	}
	for i, format := range formats {
		ok, err := true, error(nil)
		if format.Kind() == lua.KindNumber {
			ok, err = readCount(c, s, toInteger(format.Float()))
		} else {
			switch kind := format.Text(); {
			case kind == "" || kind[0] != '*':
				lua.BadArgument(c, first+i, function, "invalid option")
			case kind == "*" || kind[1] != 'n' && kind[1] != 'l' && kind[1] != 'a':
				lua.BadArgument(c, first+i, function, "invalid format")
			case kind[1] == 'n':
				ok, err = readNumber(c, s)
			case kind[1] == 'l':
				ok, err = readLine(c, s)
			default:
				_, err = readBytes(c, s, math.MaxInt)
			}
		}
		if err != nil {
			pushFailure(c, "", err)
			return
		}
		if !ok {
			return
		}
	}
}

// formatsOf reads the arguments, which must be done before the first result is pushed.
func formatsOf(c *lua.Call, first int) (formats []lua.Value) {
	for i := first; i <= c.Len(); i++ {
		formats = append(formats, c.Arg(i))
	}
	return formats
}

// readCount reads up to n bytes. It gives nil at the end of the file, to which n = 0 is a test.
func readCount(c *lua.Call, s *stream, n int) (ok bool, err error) {
	if n != 0 {
		if n < 0 { // C has no such number of bytes
			n = math.MaxInt
		}
		return readSome(c, s, n)
	}
	if _, ok, err = s.peek(); ok {
		c.PushText("")
	} else if err == nil {
		c.PushNil()
	}
	return ok, err
}

func readSome(c *lua.Call, s *stream, n int) (ok bool, err error) {
	if _, ok, err = s.peek(); !ok {
		if err == nil {
			c.PushNil()
		}
		return false, err
	}
	return readBytes(c, s, n)
}

// readBytes reads up to n bytes, "" at the end of the file.
func readBytes(c *lua.Call, s *stream, n int) (ok bool, err error) {
	b := buffer{c: c}
	for len(b.text) < n {
		if _, more, err := s.peek(); err != nil {
			return false, err
		} else if !more {
			break
		}
		part := s.unread[:min(len(s.unread), n-len(b.text))]
		b.add(message.View(part))
		spendBytes(c, len(part))
		s.unread = s.unread[len(part):]
	}
	c.PushView(message.View(b.text))
	return true, nil
}

// readLine reads a line and pushes it without its end, nil at the end of the file.
func readLine(c *lua.Call, s *stream) (ok bool, err error) {
	b := buffer{c: c}
	for {
		if _, more, err := s.peek(); err != nil {
			return false, err
		} else if !more {
			break
		}
		at := bytes.IndexByte(s.unread, '\n')
		if at >= 0 && len(b.text) == 0 {
			spendBytes(c, at)
			c.PushView(message.View(s.unread[:at]))
			s.unread = s.unread[at+1:]
			return true, nil
		}
		part := s.unread
		if at >= 0 {
			part = part[:at]
		}
		b.add(message.View(part))
		spendBytes(c, len(part))
		s.unread = s.unread[len(part):]
		if at >= 0 {
			s.unread = s.unread[1:]
			c.PushView(message.View(b.text))
			return true, nil
		}
	}
	if len(b.text) == 0 {
		c.PushNil()
		return false, nil
	}
	c.PushView(message.View(b.text))
	return true, nil
}

// numeral takes the longest start of a stream that can be a number, as C's scanf does.
type numeral struct {
	stream *stream
	text   []byte
	err    error
}

const longestNumeral = 200 // bytes

// next is the next byte, 0 at the end.
func (n *numeral) next() byte {
	b, ok, err := n.stream.peek()
	if err != nil {
		n.err = err
	}
	if !ok || len(n.text) >= longestNumeral {
		return 0
	}
	return b
}

// take takes the next byte if it is one of those in the set.
func (n *numeral) take(set string) bool {
	b := n.next()
	if b == 0 || bytes.IndexByte([]byte(set), b) < 0 {
		return false
	}
	n.text = append(n.text, b)
	n.stream.unread = n.stream.unread[1:]
	return true
}

func (n *numeral) digits(set string) (count int) {
	for n.take(set) {
		count++
	}
	return count
}

func readNumber(c *lua.Call, s *stream) (ok bool, err error) {
	for {
		b, more, err := s.peek()
		if err != nil {
			return false, err
		}
		if !more || b != ' ' && (b < '\t' || b > '\r') {
			break
		}
		s.unread = s.unread[1:]
	}
	n := numeral{stream: s}
	n.scan()
	if n.err != nil {
		return false, n.err
	}
	f, ok := lua.ParseNumber(string(n.text))
	if !ok {
		c.PushNil()
		return false, nil
	}
	c.PushNumber(f)
	return true, nil
}

// scan takes a sign, then a word (inf, nan), a hexadecimal or a decimal number.
func (n *numeral) scan() {
	n.take("+-")
	if n.take("iI") {
		if n.take("nN") && n.take("fF") && n.take("iI") {
			_ = n.take("nN") && n.take("iI") && n.take("tT") && n.take("yY")
		}
		return
	}
	if n.take("nN") {
		_ = n.take("aA") && n.take("nN")
		return
	}
	set, exponent := "0123456789", "eE"
	count := 0
	if n.take("0") {
		count = 1
		if n.take("xX") {
			set, exponent, count = "0123456789abcdefABCDEF", "pP", 0
		}
	}
	count += n.digits(set)
	if n.take(".") {
		count += n.digits(set)
	}
	if count > 0 && n.take(exponent) {
		n.take("+-")
		n.digits("0123456789")
	}
}
