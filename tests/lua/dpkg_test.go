// Package lua tests the decoders, filters and encoders of lua_modules that nothing else tests.
package lua

import (
	"path/filepath"
	"testing"
	"time"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/sandbox"
)

func open(t *testing.T, kind plugin.Kind, script string) *sandbox.Offline {
	t.Helper()
	share, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	o, err := sandbox.OpenOffline(sandbox.OfflineOptions{Kind: kind, Name: "test", Hostname: "ctl1", ShareDir: share, Filename: script, Start: time.Unix(1_795_000_000, 0)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func line(text string) *message.Message {
	b := message.NewBatch()
	b.Append(&message.Draft{Type: "logfile", Logger: "system.dpkg", Hostname: "ctl1", Payload: text})
	return b.At(0)
}

func TestDpkg(t *testing.T) {
	o := open(t, plugin.KindDecoder, "lua_modules/decoders/dpkg.lua")
	out := o.Process(line("2026-11-20 09:04:01 status installed collectd-core:amd64 5.12.0-14\n"), time.Now())
	if out.Status != 0 || len(out.Injected) != 1 {
		t.Fatalf("%+v", out)
	}
	m := out.Injected[0]
	at := time.Date(2026, 11, 20, 9, 4, 1, 0, time.Local).UnixNano()
	if m.Timestamp() != at || m.Severity() != 6 || m.Type() != "log" || m.Hostname() != "ctl1" ||
		m.Payload() != "status installed collectd-core:amd64 5.12.0-14" || m.Text("programname") != "dpkg" || m.Text("action") != "status" {
		t.Errorf("%s", message.AppendJSON(nil, m))
	}
	for _, bad := range []string{"", "\n", "2026-11-20 status", "2026-13-45 99:04:01 STATUS", "\xff\x00"} {
		if out := o.Process(line(bad), time.Now()); out.Status >= 0 {
			t.Errorf("%q was decoded: %+v", bad, out)
		}
	}
}
