package logstreamer

import (
	"crypto/sha1"
	"slices"
	"sync"
	"time"
)

// position is where reading of a stream stands.
type position struct {
	path     string
	id       fileID
	print    fingerprint
	again    uint32
	seek     int64
	tail     [sha1.Size]byte // of what lies before seek
	hashed   bool            // tail is known
	modified time.Time       // of the file; files that were changed earlier hold nothing new
	finished []finishedFile  // earlier files, oldest first; never changed in place
}

// finishedFile is a file that was read to its end, as long as it may still be there.
type finishedFile struct {
	id     fileID
	print  fingerprint
	again  uint32
	size   int64
	tail   [sha1.Size]byte
	hashed bool
}

// maxFinished bounds the memory of finished files; a stream rarely has more rotations.
const maxFinished = 64

// finish is the list of finished files with the position's own file added.
func (p *position) finish() []finishedFile {
	f := finishedFile{p.id, p.print, p.again, p.seek, p.tail, p.hashed}
	list := append(slices.Clone(p.finished), f)
	return list[max(0, len(list)-maxFinished):]
}

// timesBefore tells how many finished files had the same fingerprint, so that files which begin
// alike give their records different uuids.
func timesBefore(list []finishedFile, p fingerprint) (n uint32) {
	for _, f := range list {
		if f.print == p && p.size > 0 && f.again+1 > n {
			n = f.again + 1
		}
	}
	return n
}

// marks are the positions of what was handed over, in order, until it is delivered.
type marks struct {
	mu      sync.Mutex
	waiting []*mark
	safe    position // up to here all is delivered
	have    bool     // safe is set
	dirty   bool     // safe is not in the journal yet
	written position // what was taken last
	settled func()   // called when nothing waits any more
}

type mark struct {
	position
	delivered bool
}

// launch notes a position; what it returns is to be called when all before it was delivered.
func (m *marks) launch(p position) (delivered func()) {
	k := &mark{position: p}
	m.mu.Lock()
	m.waiting = append(m.waiting, k)
	m.mu.Unlock()
	return func() { m.land(k) }
}

func (m *marks) land(k *mark) {
	m.mu.Lock()
	k.delivered = true
	for len(m.waiting) > 0 && m.waiting[0].delivered {
		m.safe, m.have, m.dirty = m.waiting[0].position, true, true
		m.waiting[0] = nil
		m.waiting = m.waiting[1:]
	}
	empty := len(m.waiting) == 0
	m.mu.Unlock()
	if empty && m.settled != nil {
		m.settled()
	}
}

// pending is the number of positions that wait for delivery.
func (m *marks) pending() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

// take gives the position to write into the journal, if it changed since the last time.
func (m *marks) take() (p position, changed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed, m.dirty = m.dirty && m.have, false
	m.written = m.safe
	return m.safe, changed
}

// far tells whether much was delivered since the journal was written last: another file, or so many bytes.
func (m *marks) far(bytes int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dirty && (m.safe.id != m.written.id || m.safe.seek-m.written.seek >= bytes)
}

// keep says that the position that was taken could not be written.
func (m *marks) keep() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirty = true
}
