package hekaframing

import (
	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

var _ plugin.Unframer = (*Splitter)(nil)

// Splitter finds framed records and verifies their signatures.
type Splitter struct {
	maxSize       int // bytes of a message
	skip, require bool
	keys          map[string]*key
	skipped       *plugin.Number
	name          []byte // scratch: a key's name
}

// Split finds the first whole record; what lies before it is passed over and counted, in a step of its
// own, so that the caller can count it as well. At the end of a stream a record that is cut short hides
// no whole ones inside or behind it.
func (s *Splitter) Split(data []byte, atEOF bool) (int, []byte) {
	advance, skipped, record := message.FindFrame(data, s.maxSize)
	for record == nil && atEOF && advance < len(data) {
		n, more, found := message.FindFrame(data[advance+1:], s.maxSize)
		if found == nil {
			if n == len(data)-advance-1 { // no further start of a record: keep the one that is cut
				break
			}
			advance, skipped = advance+1+n, skipped+1+more
			continue
		}
		advance, skipped, record = advance+1+n, skipped+1+more, found
	}
	if skipped > 0 && s.skipped != nil {
		s.skipped.Add(int64(skipped))
	}
	if skipped > 0 && record != nil {
		return skipped, nil
	}
	return advance, record
}

// Unframe gives the body of a record and who signed it. Only a signature that was verified names a
// signer: the name in the header alone says nothing.
func (s *Splitter) Unframe(record []byte) ([]byte, string, error) {
	if !s.require && len(record) > 2 {
		if n := int(record[1]); n+3 <= len(record) && unsigned(record[2:2+n]) {
			return record[3+n:], "", nil
		}
	}
	h, body, err := message.ParseFrame(record)
	if err != nil {
		return nil, "", err
	}
	if s.skip {
		return body, "", nil
	}
	signer, err := s.verify(&h, body)
	if err != nil {
		return nil, "", err
	}
	return body, signer, nil
}

// unsigned tells whether a header holds the message's length (element 1, a number) and nothing else.
func unsigned(header []byte) bool {
	if len(header) < 2 || header[0] != 1<<3 {
		return false
	}
	for i, b := range header[1:] {
		if b < 0x80 {
			return i == len(header)-2
		}
	}
	return false
}
