package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// withFile opens a file, - being standard input.
func withFile(cmd *cobra.Command, name string, use func(io.Reader) error) error {
	if name == "-" {
		return use(cmd.InOrStdin())
	}
	f, err := os.Open(name)
	var cause *fs.PathError
	if errors.As(err, &cause) {
		return fmt.Errorf("%s: %w", name, cause.Err)
	}
	defer f.Close()
	return use(f)
}
