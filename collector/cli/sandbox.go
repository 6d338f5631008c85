package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lma_collector/collector/config"
	"lma_collector/collector/filters/sandboxmanager"
	"lma_collector/collector/filters/sandboxmanager/sender"
	"lma_collector/collector/message"
	"lma_collector/collector/pipeline"
	"lma_collector/collector/sandbox/lua"
)

// sandboxFlags are those of heka-sbmgr, and what its file can say.
type sandboxFlags struct {
	config, action, script, scriptConfig, filterName string
	address, host, signer, key, page, pageToken      string
	wait                                             time.Duration
}

func newSandbox() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox load|unload|list|keygen [flags]",
		Short: "Loads and unloads Lua filters of a running collector by signed messages, and lists them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch f.action {
			case "load":
				return f.load(cmd)
			case "unload":
				return f.unload(cmd)
			case "":
				return cmd.Help()
			}
			return fmt.Errorf("--action %q is not one of load, unload", f.action)
		},
	}
	f.add(cmd, true, true)
	cmd.Flags().StringVar(&f.action, "action", "", "load or unload, as heka-sbmgr has it")
	_ = cmd.Flags().MarkHidden("action")
	cmd.AddCommand(newSandboxLoad(), newSandboxUnload(), newSandboxList(), newSandboxKeygen())
	return cmd
}

// add registers the flags of sending.
func (f *sandboxFlags) add(cmd *cobra.Command, load, unload bool) {
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "file with the collector's address and the signer, as heka-sbmgr's sbmgr.toml")
	flags.StringVar(&f.address, "address", "", "host:port of the collector's TcpInput (default: ip_address of the file)")
	flags.StringVar(&f.host, "host", "", "hostname of the collector, so that no other obeys the message (default: host of the file)")
	flags.StringVar(&f.signer, "signer", "", "signer and version of the key, such as ops_1 (default: [signer] of the file)")
	flags.StringVar(&f.key, "key", "", "file with the signer's private key (default: private_key_file of the file)")
	flags.StringVar(&f.page, "page", "", "host:port of the collector's status page, to be told what came of it (default: page of the file)")
	flags.StringVar(&f.pageToken, "page-token-file", "", "file with the page's token, if it asks for one (default: page_token_file of the file)")
	flags.DurationVar(&f.wait, "wait", 10*time.Second, "how long to wait for what the page tells")
	if load {
		flags.StringVar(&f.script, "script", "", "the Lua script")
		flags.StringVar(&f.scriptConfig, "scriptconfig", "", "TOML file with the filter's one section")
	}
	if unload {
		flags.StringVar(&f.filterName, "filtername", "", "the section's name, as in its file: without the manager's that list shows before it")
	}
}

func newSandboxLoad() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:     "load --script FILE --scriptconfig FILE [flags]",
		Short:   "Loads a filter",
		Example: "  lma_collector sandbox load --config sender.toml --script errors.lua --scriptconfig errors.toml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.load(cmd) },
	}
	f.add(cmd, true, false)
	return cmd
}

func newSandboxUnload() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:     "unload --filtername NAME [flags]",
		Short:   "Unloads a filter",
		Example: "  lma_collector sandbox unload --config sender.toml --filtername errors",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.unload(cmd) },
	}
	f.add(cmd, false, true)
	return cmd
}

// load checks what can be checked here, then sends it.
func (f *sandboxFlags) load(cmd *cobra.Command) error {
	if f.script == "" || f.scriptConfig == "" {
		return errors.New("load needs --script and --scriptconfig")
	}
	script, err := os.ReadFile(f.script)
	if err != nil {
		return problem{err}
	}
	interp := lua.New(lua.Options{})
	defer interp.Close()
	if _, err := interp.Load(f.script, script); err != nil {
		return problem{err}
	}
	text, err := os.ReadFile(f.scriptConfig)
	if err != nil {
		return problem{err}
	}
	name, err := sandboxmanager.CheckSection(f.scriptConfig, string(text))
	if err != nil {
		return problem{err}
	}
	return f.send(cmd, &sender.Control{Action: "load", Script: string(script), Config: string(text)}, name)
}

func (f *sandboxFlags) unload(cmd *cobra.Command) error {
	if f.filterName == "" {
		return errors.New("unload needs --filtername")
	}
	return f.send(cmd, &sender.Control{Action: "unload", Name: f.filterName}, f.filterName)
}

// sender puts the file and the flags together.
func (f *sandboxFlags) sender(cmd *cobra.Command) (c sender.Config, err error) {
	if f.config != "" {
		var warnings []string
		if c, warnings, err = sender.ReadConfig(f.config); err != nil {
			return c, problem{err}
		}
		for _, w := range warnings {
			fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
	}
	if f.address != "" {
		c.Address = f.address
	}
	if f.host != "" {
		c.Host = f.host
	}
	if f.page != "" {
		c.Page = f.page
	}
	if f.pageToken != "" {
		c.PageTokenFile = f.pageToken
	}
	if f.key != "" {
		c.Signer.PrivateKeyFile, c.Signer.HMACKey = f.key, ""
	}
	if f.signer != "" {
		if err := c.Signer.SetSigner(f.signer); err != nil {
			return c, err
		}
	}
	if err := c.Check(); err != nil {
		return c, problem{err}
	}
	return c, nil
}

// send signs and sends a control message and, where there is a page to ask, waits for what comes of it.
func (f *sandboxFlags) send(cmd *cobra.Command, control *sender.Control, name string) error {
	c, err := f.sender(cmd)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), f.wait)
	defer cancel()
	page := sender.Page{Address: c.Page, TokenFile: c.PageTokenFile}
	var before []pipeline.PluginReport
	if c.Page != "" {
		all, err := page.Plugins(ctx)
		if err != nil {
			return problem{fmt.Errorf("nothing was sent: %w", err)}
		}
		before = sender.Loaded(all)
	}
	control.Hostname, control.Host = shortHostname(), c.Host
	body, id := control.Message(time.Now())
	record, err := c.Signer.Frame(body)
	if err != nil {
		return problem{err}
	}
	f.remark(cmd, &c, len(body))
	if err := c.Send(ctx, record); err != nil {
		return problem{err}
	}
	if c.Page == "" {
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s: sent to %s; with --page what came of it is shown\n", control.Action, name, c.Address)
		return nil
	}
	uuid := string(message.AppendUUID(nil, id[:]))
	filter, err := page.Await(ctx, control, "-"+sandboxmanager.Normalised(name), uuid, before)
	return f.answer(cmd, control.Action, name, filter, err)
}

// answer tells what came of a control message.
func (f *sandboxFlags) answer(cmd *cobra.Command, action, name, filter string, err error) error {
	switch {
	case errors.Is(err, sender.ErrNoAnswer):
		return problem{fmt.Errorf("%s %s was sent, and within %s %w: look into the collector's log; it refuses bad signatures, unknown signers, another --host than its own, and clocks that are 5 s apart",
			action, name, f.wait, err)}
	case err != nil:
		return problem{err}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%sed %s\n", action, filter)
	return err
}

// remark tells of what the receiver will hardly take.
func (f *sandboxFlags) remark(cmd *cobra.Command, c *sender.Config, size int) {
	if c.Signer.Name == "" {
		fmt.Fprintln(cmd.ErrOrStderr(), "the message is not signed: only a manager with allow_unsigned, or a hekad without message_signer, takes it")
	}
	switch {
	case size > config.DefaultMaxMessageSize:
		fmt.Fprintf(cmd.ErrOrStderr(), "the message has %d bytes: the receiver's max_message_size must be as large (by default %d)\n", size, config.DefaultMaxMessageSize)
	case size > message.DefaultMaxSize:
		fmt.Fprintf(cmd.ErrOrStderr(), "the message has %d bytes: a hekad takes %d unless its max_message_size is larger\n", size, message.DefaultMaxSize)
	}
}

func newSandboxKeygen() *cobra.Command {
	var signer, out string
	cmd := &cobra.Command{
		Use:   "keygen --signer NAME_VERSION [--out FILE]",
		Short: "Makes an Ed25519 key: the private one into a file, the public one as a collector's configuration wants it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if signer == "" {
				return errors.New("keygen needs --signer, the signer's name and the version of the key, such as ops_1")
			}
			var s sender.Signer
			if err := s.SetSigner(signer); err != nil {
				return err
			}
			if out == "" {
				out = signer + ".key"
			}
			public, err := sender.NewKey(out)
			if err != nil {
				return problem{err}
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "the private key is in %s: keep it where you send from, and nowhere else\n", filepath.Clean(out))
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "[signed_framing.signer.%s]\npublic_key = %q\n", quotedKey(signer), public)
			return err
		},
	}
	cmd.Flags().StringVar(&signer, "signer", "", "the signer's name and the version of the key, such as ops_1")
	cmd.Flags().StringVar(&out, "out", "", "file of the private key, which must not exist (default: the signer's name with .key)")
	return cmd
}

// quotedKey is a TOML key.
func quotedKey(name string) string {
	bare := func(c rune) bool {
		return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	if strings.TrimFunc(name, bare) == "" {
		return name
	}
	return fmt.Sprintf("%q", name)
}
