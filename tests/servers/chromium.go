package servers

import "testing"

// Chromium gives the path of a browser that can run without a display.
func Chromium(t testing.TB) string {
	t.Helper()
	Require(t, "chromium")
	return program("chromium")
}
