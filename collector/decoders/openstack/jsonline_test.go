package openstack

import "testing"

// The traceback is read after the line: what the line's escapes became must still be there.
func TestJSONLineKeepsUnquotedTexts(t *testing.T) {
	var j jsonLine
	for range 2 {
		if !j.read(`{"traceback":["\"A\"","b\tc",3],"context":{"user":"u\u00e9","tenant":"t\u00e9"},"message":"m\"n","levelname":"INF\u004f","created":1.5}`) {
			t.Fatal("refused")
		}
		payload := j.payload()
		got := []string{payload, j.context.user, j.context.tenant, j.levelName, j.created}
		for i, want := range []string{"m\"n\n\"A\"\nb\tc\n3", "ué", "té", "INFO", "1.5"} {
			if got[i] != want {
				t.Errorf("got %q, want %q", got[i], want)
			}
		}
	}
}
