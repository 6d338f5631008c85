package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// afdMatchers relays messages that no AFD matcher takes, with 144 of them and with none; the
// difference is what they cost.
func afdMatchers(b *bench) error {
	var with, without []measure
	for range b.runs {
		for _, n := range []int{0, 144} {
			m, err := relayPast(b, n)
			if err != nil {
				return err
			}
			if n == 0 {
				without = append(without, m)
			} else {
				with = append(with, m)
			}
		}
	}
	const limit = 0.5
	m, base := median(with), median(without)
	extra := make([]float64, len(with))
	for i := range with {
		extra[i] = with[i].perItem() - without[i].perItem()
	}
	slices.Sort(extra)
	fmt.Printf("%-11s %7.2f µs %5.1f µs %12.0f %6.1f MiB  %s (%.2f against %.2f µs)\n", "matchers", extra[len(extra)/2], limit,
		float64(m.items)/m.wall.Seconds(), float64(m.rss)/(1<<20), "message passing 144 AFD matchers, more than none", m.perItem(), base.perItem())
	return nil
}

func relayPast(b *bench, matchers int) (m measure, err error) {
	err = b.inFolder(func() error {
		m, err = relayWith(b, matchers)
		return err
	})
	return m, err
}

func relayWith(b *bench, matchers int) (measure, error) {
	out, received, stopSink, err := counting()
	if err != nil {
		return measure{}, err
	}
	defer stopSink()
	in := freeAddress()
	var conf strings.Builder
	fmt.Fprintf(&conf, "[relay_tcpinput]\ntype = \"TcpInput\"\naddress = %q\n[relay_tcpoutput]\ntype = \"TcpOutput\"\naddress = %q\nmessage_matcher = \"Logger == 'collectd'\"\n", in, out)
	for i := range matchers {
		fmt.Fprintf(&conf, "[afd_%d]\ntype = \"LogOutput\"\nencoder = \"ProtobufEncoder\"\nmessage_matcher = \"(Type == 'metric' || Type == 'heka.sandbox.metric') && (Fields[name] == 'metric_%d' || Fields[name] == 'other_%d')\"\n", i, i, i)
	}
	c, err := b.start(conf.String())
	if err != nil {
		return measure{}, err
	}
	n := b.n(2_000_000)
	one := framed(700, "watched_by_none")
	if err := send(in, one, n); err != nil {
		_, err = c.kill(err)
		return measure{}, err
	}
	want := int64(n) * int64(len(one))
	if err := waitFor(time.Minute, "the last message", func() bool { return received.Load() >= want }); err != nil {
		_, err = c.kill(err)
		return measure{}, err
	}
	return c.stop(n)
}
