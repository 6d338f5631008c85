package servers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Ports are taken below the range from which the kernel picks ports for
// outgoing connections, so that none of those can come in between.
const (
	firstPort = 20000
	lastPort  = 31999
)

// Port reserves a free TCP port on loopback until the test ends. Test programs
// that run at the same time never get the same one.
func Port(t testing.TB) int {
	t.Helper()
	return reservePort(t, firstPort, lastPort)
}

// reservePort picks a free port in [first, last]. The reservation is a socket
// in Linux's abstract namespace: other test programs see it, and it vanishes
// with the process.
func reservePort(t testing.TB, first, last int) int {
	t.Helper()
	n := last - first + 1
	for _, i := range rand.Perm(n) {
		port := first + i
		mark, err := net.Listen("unix", "@lma_collector-test-port-"+strconv.Itoa(port))
		if err != nil {
			continue
		}
		if !portFree(port) {
			mark.Close()
			continue
		}
		t.Cleanup(func() { mark.Close() })
		return port
	}
	t.Fatalf("servers: no free port between %d and %d", first, last)
	return 0
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func loopback(port int) string {
	return fmt.Sprintf("127.0.0.1:%d", port)
}
