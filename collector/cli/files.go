package cli

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

// withFile opens a file, - being standard input.
func withFile(cmd *cobra.Command, name string, use func(io.Reader) error) error {
	if name == "-" {
		return use(cmd.InOrStdin())
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return use(f)
}
