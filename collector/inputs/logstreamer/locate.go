package logstreamer

import (
	"errors"
	"io/fs"
)

// locate finds where the text up to a position lies now: the same file, perhaps under another name,
// a copy of it or a compressed one. The file comes open at the position, with its place in files; nil
// when it is gone. trouble hears of files that cannot be read.
func locate(files []foundFile, p *position, trouble func(path string, err error)) (*logFile, int) {
	for _, same := range []bool{true, false} { // the file itself is likelier than a copy
		for i := len(files) - 1; i >= 0; i-- {
			if (files[i].id == p.id) != same {
				continue
			}
			l, err := openFile(files[i].path)
			if err != nil {
				trouble(files[i].path, err)
				continue
			}
			if l.holds(p) {
				l.again, l.print = p.again, p.print
				return l, i
			}
			l.close()
		}
	}
	return nil, -1
}

// holds tells whether the file's text up to the position is what was read, and goes there.
func (l *logFile) holds(p *position) bool {
	if !l.compressed() {
		if size, _, err := l.stat(); err != nil || size < p.seek {
			return false
		}
	}
	var buf [printBytes]byte
	head, err := l.head(buf[:])
	if err != nil || !p.print.fits(head) {
		return false
	}
	if p.seek == 0 {
		known := l.id == p.id || p.print.size > 0 || p.id == fileID{} && p.path == l.path
		return known && l.seek(0) == nil
	}
	if !p.hashed && p.print.size == 0 {
		return false
	}
	if l.seek(p.seek) != nil {
		return false
	}
	sum, ok := l.tail(p.seek)
	return !p.hashed || ok && sum == p.tail
}

// read tells whether a file was read to its end before, be it under another name or compressed, or,
// where copies may be there, as a copy. One that is just being compressed counts as well. Text that was added since does not count: what follows a
// rotation is a new file.
func (f *foundFile) read(list []finishedFile, copies bool) bool {
	if len(list) == 0 || f.size == 0 {
		return false
	}
	l, err := openFile(f.path)
	if err != nil {
		return false
	}
	defer l.close()
	var buf [printBytes]byte
	head, err := l.head(buf[:])
	if err != nil {
		return false
	}
	for i := len(list) - 1; i >= 0; i-- {
		e := &list[i]
		if e.size == 0 || e.print.size == 0 {
			continue
		}
		if l.unfinishedCopy(e, head) {
			return true
		}
		if !e.print.fits(head) {
			continue
		}
		p := position{id: e.id, print: e.print, seek: e.size, tail: e.tail, hashed: e.hashed}
		if (f.id == e.id || l.compressed() || copies && f.size == e.size) && l.holds(&p) {
			return true
		}
	}
	return false
}

// unfinishedCopy tells whether a file that begins with head is what is there so far of a finished file
// that is being compressed. Read as a new file it would repeat all of it.
func (l *logFile) unfinishedCopy(e *finishedFile, head []byte) bool {
	if !l.compressed() || len(head) >= e.print.size && !e.print.fits(head) {
		return false
	}
	return l.seek(e.size) != nil && l.cut
}

// next finds the file to go on with: the first behind the one at index at that holds anything and was
// not read yet, or the newest. When the last one is gone (at < 0), files that were changed before it
// hold nothing new; among the others may be a copy of it.
func next(files []foundFile, at int, p *position) int {
	for i := at + 1; i < len(files); i++ {
		f := &files[i]
		switch {
		case f.id == p.id && at >= 0, f.size == 0 && i < len(files)-1:
		case at < 0 && f.modified.Before(p.modified):
		case f.read(p.finished, at < 0):
		default:
			return i
		}
	}
	return -1
}

func vanished(err error) bool { return errors.Is(err, fs.ErrNotExist) }
