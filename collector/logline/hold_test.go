package logline

import (
	"strings"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestHoldJoinsCopies(t *testing.T) {
	h := NewHold(&plugin.Env{})
	var d message.Draft
	line := []byte("first")
	d.Logger, d.Hostname, d.Payload = "x", message.View([]byte("node-1")), message.View(line)
	d.AddString("from", message.View(line))
	h.Start(&d, d.Payload)
	copy(line, "XXXXX")
	if full := h.Append("second"); full {
		t.Error("full after two lines")
	}
	if got := h.Text(); got != "first\nsecond" {
		t.Errorf("text %q", got)
	}
	if v, _ := h.Draft.Value("from"); v.Text() != "first" || h.Draft.Hostname != "node-1" {
		t.Errorf("field %q, host name %q", v.Text(), h.Draft.Hostname)
	}
	if h.Held() != 2 {
		t.Errorf("%d records held, want 2", h.Held())
	}
	h.Done()
	if h.Held() != 0 || h.Overflow() {
		t.Error("not empty after Done")
	}
}

func TestHoldIsCutAtItsLimit(t *testing.T) {
	metrics := &plugin.Metrics{}
	h := NewHold(&plugin.Env{Metrics: metrics})
	var d message.Draft
	h.Start(&d, strings.Repeat("a", MaxRecord-2))
	if !h.Append("bcd") {
		t.Fatal("not full")
	}
	if got := h.Text(); len(got) != MaxRecord || !strings.HasSuffix(got, "a\nb") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-3:])
	}
	h.Done()
	for range 2 {
		if !h.Overflow() {
			t.Error("a line of the cut record was not taken")
		}
	}
	h.EndOverflow()
	if h.Overflow() {
		t.Error("a line was taken for the cut record after a new one")
	}
	if cut, dropped := h.Cut.Value(), h.Dropped.Value(); cut != 1 || dropped != 2 {
		t.Errorf("%d cut, %d dropped, want 1 and 2", cut, dropped)
	}
	if n := len(metrics.Numbers()); n != 2 {
		t.Errorf("%d numbers are shown, want 2", n)
	}
}

func TestCutSuffix(t *testing.T) {
	h := NewHold(&plugin.Env{})
	var d message.Draft
	h.Start(&d, "a")
	h.Append("====")
	if h.CutSuffix("=") || !h.CutSuffix("====") || h.Text() != "a" {
		t.Errorf("text %q", h.Text())
	}
}

func TestUnexpectedIsShort(t *testing.T) {
	err := Unexpected("a line", strings.Repeat("é", 100)+"\n")
	if want := `expected a line, found "` + strings.Repeat("é", 32) + `"…`; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}
