package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// afdMatchers relays messages that no AFD matcher takes, with 144 of them and with none.
func afdMatchers(b *bench) error {
	var sections strings.Builder
	for i := range 144 {
		fmt.Fprintf(&sections, "[afd_%d]\ntype = \"LogOutput\"\nencoder = \"ProtobufEncoder\"\nmessage_matcher = \"(Type == 'metric' || Type == 'heka.sandbox.metric') && (Fields[name] == 'metric_%d' || Fields[name] == 'other_%d')\"\n", i, i, i)
	}
	row := extraRow{name: "matchers", item: "message passing 144 AFD matchers, more than none", limit: 0.5, sections: sections.String()}
	return row.measure(b)
}

// extraRow is a case of what sections cost a relay that has them, more than one that has not.
type extraRow struct {
	name, item string
	limit      float64 // µs
	sections   string
	filter     string // the section that must have processed all messages, "" for none
}

// measure runs both by turns: what the machine does besides changes more slowly.
func (row *extraRow) measure(b *bench) error {
	var with, without []measure
	for range b.runs {
		base, err := relayPast(b, "", "")
		if err != nil {
			return err
		}
		m, err := relayPast(b, row.sections, row.filter)
		if err != nil {
			return err
		}
		with, without = append(with, m), append(without, base)
	}
	extra := make([]float64, len(with))
	for i := range with {
		extra[i] = with[i].perItem() - without[i].perItem()
	}
	slices.Sort(extra)
	m, base := median(with), median(without)
	fmt.Printf("%-11s %7.2f µs %5.1f µs %12.0f %6.1f MiB  %s (%.2f against %.2f µs)\n", row.name, extra[len(extra)/2], row.limit,
		float64(m.items)/m.wall.Seconds(), float64(m.rss)/(1<<20), row.item, m.perItem(), base.perItem())
	return nil
}

func relayPast(b *bench, sections, filter string) (m measure, err error) {
	err = b.inFolder(func() error {
		m, err = relayWith(b, sections, filter)
		return err
	})
	return m, err
}

// relayWith relays messages of 700 bytes past further sections.
func relayWith(b *bench, sections, filter string) (measure, error) {
	out, received, stopSink, err := counting()
	if err != nil {
		return measure{}, err
	}
	defer stopSink()
	in := freeAddress()
	relay := fmt.Sprintf("[relay_tcpinput]\ntype = \"TcpInput\"\naddress = %q\n[relay_tcpoutput]\ntype = \"TcpOutput\"\naddress = %q\nmessage_matcher = \"Logger == 'collectd'\"\n", in, out)
	c, err := b.start(relay + sections)
	if err != nil {
		return measure{}, err
	}
	n := b.n(2_000_000)
	one := framed(700, "watched_by_none")
	want := int64(n) * int64(len(one))
	if err = send(in, one, n); err == nil {
		err = waitFor(time.Minute, "the last message", func() bool { return received.Load() >= want })
	}
	if err == nil && filter != "" {
		err = c.processed(filter, n)
	}
	if err != nil {
		return c.kill(err)
	}
	return c.stop(n)
}
