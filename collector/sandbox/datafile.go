package sandbox

import (
	"errors"
	"fmt"
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

// restored gives the script its data back. One whose data cannot be restored begins without them: alarms go on,
// and the file is set aside before another is written in its place.
func (o *Options) restored(env *plugin.Env, kind plugin.Kind, s *script, start func() (*script, error)) (*script, error) {
	path := o.dataToRestore(env, kind)
	reason := s.restore(path)
	if reason == nil {
		if env.Health != nil {
			env.Health.Clear(about(env, "restore"))
		}
		return s, nil
	}
	s.close() // some of its variables may have been set
	s, err := start()
	if err != nil {
		return nil, err
	}
	s.unrestored = &unrestored{path, reason}
	if env.Health != nil {
		env.Health.Set(about(env, "restore"), s.unrestored.String())
	}
	return s, nil
}

// unrestored is a data file that could not be read back.
type unrestored struct {
	path   string
	reason error
}

func (u *unrestored) String() string {
	return fmt.Sprintf("%v; the script begins without its data, and the file is kept as %s", u.reason, u.aside())
}

func (u *unrestored) aside() string { return u.path + ".broken" }

// setAside makes room for new data at a path.
func (u *unrestored) setAside(path string) error {
	if u == nil || u.path != path {
		return nil
	}
	err := os.Rename(path, u.aside())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// about names a condition of the script where several sections and instances share one Health.
func about(env *plugin.Env, what string) string {
	if env.Owner == "" {
		return what
	}
	return strings.TrimSuffix(what+" of "+env.Name+" for "+env.Token, " for ")
}
