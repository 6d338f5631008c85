package hostmetrics

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/shirou/gopsutil/v4/net"
)

// network measures interfaces. sys holds the kernel's detailed counters.
type network struct {
	ignore *regexp.Regexp
	sys    string
}

// details are metrics by the kernel's names of their counters
// (Documentation/ABI/testing/sysfs-class-net-statistics).
var details = []struct{ file, metric string }{
	{"multicast", "if_multicast"},
	{"collisions", "if_collisions"},
	{"rx_crc_errors", "if_errors_rx_crc"},
	{"rx_fifo_errors", "if_errors_rx_fifo"},
	{"rx_frame_errors", "if_errors_rx_frame"},
	{"rx_length_errors", "if_errors_rx_length"},
	{"rx_missed_errors", "if_errors_rx_missed"},
	{"rx_over_errors", "if_errors_rx_over"},
	{"tx_aborted_errors", "if_errors_tx_aborted"},
	{"tx_carrier_errors", "if_errors_tx_carrier"},
	{"tx_fifo_errors", "if_errors_tx_fifo"},
	{"tx_heartbeat_errors", "if_errors_tx_heartbeat"},
	{"tx_window_errors", "if_errors_tx_window"},
}

func (n *network) measure(ctx context.Context, r *report) error {
	counters, err := net.IOCountersWithContext(ctx, true)
	if err != nil {
		return err
	}
	for i := range counters {
		c := &counters[i]
		if n.ignore.MatchString(c.Name) {
			continue
		}
		name := tag{"interface", c.Name}
		r.rate("netlink", "if_octets_rx", float64(c.BytesRecv), name)
		r.rate("netlink", "if_octets_tx", float64(c.BytesSent), name)
		r.rate("netlink", "if_packets_rx", float64(c.PacketsRecv), name)
		r.rate("netlink", "if_packets_tx", float64(c.PacketsSent), name)
		r.rate("netlink", "if_dropped_rx", float64(c.Dropin), name)
		r.rate("netlink", "if_dropped_tx", float64(c.Dropout), name)
		r.rate("netlink", "if_errors_rx", float64(c.Errin), name)
		r.rate("netlink", "if_errors_tx", float64(c.Errout), name)
		n.details(r, name)
	}
	return nil
}

// details gives what the kernel counts beyond that, as far as it does.
func (n *network) details(r *report, name tag) {
	folder := filepath.Join(n.sys, "class", "net", name.value, "statistics")
	for _, d := range details {
		text, err := os.ReadFile(filepath.Join(folder, d.file))
		if err != nil {
			continue
		}
		if count, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil {
			r.rate("netlink", d.metric, float64(count), name)
		}
	}
}
