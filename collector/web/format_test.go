package web

import "testing"

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		name  string
		value int64
		want  string
	}{
		{"lua_average_ns", 870, "870 ns"},
		{"lua_average_ns", 5573, "5.6 µs"},
		{"busy_ns", 45_484_151, "45 ms"},
		{"busy_ns", 59_900_000_000, "60 s"},
		{"busy_ns", 7_200_000_000_000, "2 h"},
		{"lua_memory_bytes", 6417, "6.3 KiB"},
		{"bytes", 12, "12 B"},
		{"lua_instructions", 1_000_000, "1\u202f000\u202f000"},
	} {
		if got := amount(c.name, c.value); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.name, c.value, got, c.want)
		}
	}
	if got := amountPerSecond("busy_ns", 120e6); got != "120 ms" {
		t.Errorf("busy: %q", got)
	}
	if got := amountPerSecond("records", 1200); got != "1.2 k" {
		t.Errorf("records: %q", got)
	}
}
