package servers

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

var errNoLine = errors.New("no such line yet")

// sessionListeners gives the listening TCP addresses of a session, read from
// /proc: each process's socket inodes looked up in /proc/net/tcp and tcp6.
func sessionListeners(session int) ([]*net.TCPAddr, error) {
	listening := map[string]*net.TCPAddr{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if err := readListening(table, listening); err != nil {
			return nil, err
		}
	}
	var found []*net.TCPAddr
	err := eachOfSession(session, func(p process) error {
		links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", p.pid))
		for _, link := range links {
			target, _ := os.Readlink(link)
			if addr := listening[target]; addr != nil {
				found = append(found, addr)
			}
		}
		return err
	})
	return found, err
}

// readListening adds a table's sockets in state LISTEN (0A), keyed by the link
// text that a file descriptor of theirs has.
func readListening(table string, into map[string]*net.TCPAddr) error {
	data, err := os.ReadFile(table)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != "0A" {
			continue
		}
		host, port, _ := strings.Cut(f[1], ":")
		n, err := strconv.ParseUint(port, 16, 16)
		if err != nil {
			return err
		}
		ip, err := kernelIP(host)
		if err != nil {
			return err
		}
		into["socket:["+f[9]+"]"] = &net.TCPAddr{IP: ip, Port: int(n)}
	}
	return nil
}

// kernelIP decodes an address as the kernel prints it: words of 32 bits in the
// machine's byte order.
func kernelIP(text string) (net.IP, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw)%4 != 0 {
		return nil, errors.New("not an address: " + text)
	}
	ip := make(net.IP, 0, len(raw))
	for i := 0; i < len(raw); i += 4 {
		ip = binary.NativeEndian.AppendUint32(ip, binary.BigEndian.Uint32(raw[i:]))
	}
	return ip, nil
}
