package sandbox

import (
	"testing"

	"lma_collector/collector/message"
)

func TestFilterCounts(t *testing.T) {
	r := newRun(t, `
require "string"
local count = 0
function process_message()
  count = count + 1
  local v = read_message("Fields[value]")
  inject_message({Type="x", Fields={count=count, name=string.upper("ab"), twice=v*2}})
  return 0
end
function timer_event(ns) inject_payload("txt", "n", "seen ", count) end
`, nil)
	f := r.filter()
	if err := f.Process(messageOf(t, func(d *message.Draft) { d.AddFloat("value", "", 4) })); err != nil {
		t.Fatal(err)
	}
	if err := f.Tick(r.now); err != nil {
		t.Fatal(err)
	}
	r.wantInjected(
		`Type=heka.sandbox.x Logger=sbx Hostname=host count=1 name=AB twice=8`,
		`Type=heka.sandbox-output Logger=sbx Hostname=host Payload=seen 1 payload_type=txt payload_name=n`,
	)
}
