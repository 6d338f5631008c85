package sandbox

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"lma_collector/collector/plugin"
)

// dataFile is where the script's global variables are kept, under the name that hekad used: that of the
// section, of a decoder or encoder with the section before it that it works for and the stream behind.
func (o *Options) dataFile(env *plugin.Env, kind plugin.Kind) string {
	name := env.Name
	if kind != plugin.KindDecoder && kind != plugin.KindEncoder {
		return dataPath(env, replaced(name, func(b byte) bool { return !wordByte(b) }))
	}
	if env.Owner != "" {
		name = env.Owner + "-" + name
	}
	if token := env.Token; token != "" {
		// The port of a peer is another one each time: hekad found such a file never again.
		if host, _, err := net.SplitHostPort(token); err == nil {
			token = host
		}
		name += "-" + token
	}
	return dataPath(env, replaced(name, func(b byte) bool { return b == '/' || b == 0 }))
}

func replaced(name string, bad func(byte) bool) string {
	text := []byte(name)
	for i, b := range text {
		if bad(b) {
			text[i] = '_'
		}
	}
	return string(text)
}

func dataPath(env *plugin.Env, name string) string {
	return filepath.Join(env.BasePath("sandbox_preservation"), name+".data")
}

// dataToRestore is the file to start from. hekad's inputs and outputs all wrote one file without a name:
// it is taken over if there is but one that it can be from.
func (o *Options) dataToRestore(env *plugin.Env, kind plugin.Kind) string {
	own := o.dataFile(env, kind)
	if kind != plugin.KindInput && kind != plugin.KindOutput {
		return own
	}
	if _, err := os.Lstat(own); !errors.Is(err, fs.ErrNotExist) {
		return own
	}
	if env.SectionsOf == nil || env.SectionsOf("SandboxInput", "SandboxOutput") != 1 {
		return own
	}
	return dataPath(env, "")
}

// about names a condition of the script where several sections and instances share one Health.
func about(env *plugin.Env, what string) string {
	if env.Owner == "" {
		return what
	}
	return strings.TrimSuffix(what+" of "+env.Name+" for "+env.Token, " for ")
}
