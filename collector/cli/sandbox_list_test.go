package cli

import (
	"bytes"
	"testing"

	"github.com/spf13/cobra"

	"lma_collector/collector/pipeline"
)

// An error that a script makes up is shown, not obeyed.
func TestListOfHostileErrors(t *testing.T) {
	var out bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetOut(&out)
	r := pipeline.PluginReport{Name: "M-x", Manager: "M", State: "running", LastError: "\x1b[2Jgone\nM-fake\tM \xff \"é\""}
	if err := listTable(cmd, []pipeline.PluginReport{r}); err != nil {
		t.Fatal(err)
	}
	want := "NAME  MANAGER  STATE    PROCESSED  INJECTED  RESTARTS  LAST ERROR\n" +
		`M-x   M        running  0          0         0         \x1b[2Jgone\nM-fake\tM \xff "é"` + "\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
