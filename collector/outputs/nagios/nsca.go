package nagios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"lma_collector/collector/httpclient"
)

// nsca is the program send_nsca: a line for each result on its standard input.
type nsca struct {
	bin     string
	args    []string
	timeout time.Duration
}

func (n *nsca) submit(ctx context.Context, list []*result, limit int) (done int, err error) {
	ctx, cancel := context.WithTimeout(ctx, n.timeout)
	defer cancel()
	var lines, said bytes.Buffer
	for _, r := range list {
		fmt.Fprintf(&lines, "%s\t%s\t%d\t%s\n", r.host, r.service, r.state, truncate(r.text, limit))
	}
	cmd := exec.CommandContext(ctx, n.bin, n.args...)
	cmd.Stdin = &lines
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			err = fmt.Errorf("does not end within %v", n.timeout)
		}
		if s := httpclient.Snippet(said.Bytes()); s != "" {
			return 0, fmt.Errorf("%s: %w: %s", n.bin, err, s)
		}
		return 0, fmt.Errorf("%s: %w", n.bin, err)
	}
	return len(list), nil
}

func (n *nsca) close() {}
