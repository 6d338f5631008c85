package logstreamer

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"lma_collector/collector/atomicfile"
)

// journal is the file that keeps a stream's position. The first three members are hekad's; a journal
// with only those is read, and hekad reads ours.
type journal struct {
	Seek     int64  `json:"seek"`
	FileName string `json:"file_name"`
	LastHash string `json:"last_hash"`

	Device      uint64           `json:"device,omitempty"`
	Inode       uint64           `json:"inode,omitempty"`
	Fingerprint string           `json:"fingerprint,omitempty"`
	PrintSize   int              `json:"fingerprint_size,omitempty"`
	Again       uint32           `json:"again,omitempty"`
	Modified    time.Time        `json:"modified,omitzero"`
	Finished    []journalledFile `json:"finished,omitempty"`
}

type journalledFile struct {
	Device      uint64 `json:"device"`
	Inode       uint64 `json:"inode"`
	Fingerprint string `json:"fingerprint"`
	PrintSize   int    `json:"fingerprint_size"`
	Again       uint32 `json:"again,omitempty"`
	Size        int64  `json:"size"`
	LastHash    string `json:"last_hash"`
}

// maxJournal bounds what is read of a journal, in bytes.
const maxJournal = 1 << 20

// journalName is a stream's name as a file name.
func journalName(stream string) string {
	name := strings.ReplaceAll(strings.ReplaceAll(stream, "/", "%2F"), "\x00", "%00")
	if name == "" || name[0] == '.' {
		name = "%" + name
	}
	if len(name) > 200 {
		name = fmt.Sprintf("%s-%016x", name[:180], xxh3.HashString(stream))
	}
	return name
}

// readJournal gives a stream's position; ok is false when there is none yet.
func readJournal(path string) (p position, ok bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	if err != nil {
		return p, false, err
	}
	if info.Size() > maxJournal {
		return p, false, fmt.Errorf("journal %q has %d bytes, which is no journal", path, info.Size())
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.TrimSpace(string(text)) == "" {
		return p, false, err
	}
	var j journal
	if err := json.Unmarshal(text, &j); err != nil {
		return p, false, fmt.Errorf("journal %q cannot be understood: %w", path, err)
	}
	if j.Seek < 0 || j.FileName == "" {
		return p, false, fmt.Errorf("journal %q names no file or a negative position", path)
	}
	if j.Modified.IsZero() {
		j.Modified = info.ModTime()
	}
	return j.position(), true, nil
}

func (j *journal) position() position {
	p := position{path: j.FileName, id: fileID{j.Device, j.Inode}, again: j.Again, seek: j.Seek, modified: j.Modified}
	p.print = parsePrint(j.Fingerprint, j.PrintSize)
	p.hashed = unhex(p.tail[:], j.LastHash)
	for _, f := range j.Finished {
		e := finishedFile{id: fileID{f.Device, f.Inode}, print: parsePrint(f.Fingerprint, f.PrintSize), again: f.Again, size: f.Size}
		e.hashed = unhex(e.tail[:], f.LastHash)
		p.finished = append(p.finished, e)
	}
	return p
}

func parsePrint(text string, size int) (p fingerprint) {
	if size > 0 && size <= printBytes && unhex(p.hash[:], text) {
		p.size = size
	}
	return p
}

func unhex(dst []byte, text string) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == len(dst) && copy(dst, b) == len(dst)
}

func hexOf(sum []byte, known bool) string {
	if !known {
		return ""
	}
	return hex.EncodeToString(sum)
}

func (p *position) journal() journal {
	j := journal{
		Seek: p.seek, FileName: p.path, LastHash: hexOf(p.tail[:], p.hashed), Device: p.id.device, Inode: p.id.inode,
		Fingerprint: p.print.text(), PrintSize: p.print.size, Again: p.again, Modified: p.modified,
	}
	for _, f := range p.finished {
		j.Finished = append(j.Finished, journalledFile{f.id.device, f.id.inode, f.print.text(), f.print.size, f.again, f.size, hexOf(f.tail[:], f.hashed)})
	}
	return j
}

// writeJournal replaces a journal so that a crash leaves the old or the new one, whole. The
// directory is to be synced after the last of several (atomicfile.SyncFolder).
func writeJournal(path string, p *position) error {
	text, err := json.Marshal(p.journal())
	if err != nil {
		return err
	}
	return atomicfile.Replace(path, 0o600, text)
}
