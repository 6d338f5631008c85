package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"lma_collector/collector/plugin"
)

// scriptFolders are hekad's folders of scripts, and where the scripts of those names lie here.
var scriptFolders = map[string]string{
	"lua_decoders": "decoders", "lua_filters": "filters", "lua_encoders": "encoders",
	"lua_inputs": "inputs", "lua_outputs": "outputs",
}

// Folders of the packages of hekad and of LMA, which configurations name in full.
const (
	hekaPackage = "/usr/share/heka/"
	lmaPackage  = "/usr/share/lma_collector/"
)

// scriptPath is where the script lies: under share_dir, as the section says. A path in one of the folders of
// hekad or LMA that is not there is the shipped script of that name.
func (o *Options) scriptPath(env *plugin.Env) string {
	path, relative := env.SharePath(o.Filename), strings.TrimPrefix(o.Filename, hekaPackage)
	if rest, ok := strings.CutPrefix(o.Filename, lmaPackage); ok {
		relative = "lua_" + rest // filters/x.lua
	}
	folder, name, _ := strings.Cut(relative, "/")
	here := scriptFolders[folder]
	if here == "" || name == "" {
		return path
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return path
	}
	shipped := env.SharePath("lua_modules/" + here + "/" + name)
	if _, err := os.Stat(shipped); err != nil {
		return path
	}
	return shipped
}
