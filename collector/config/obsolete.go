package config

import (
	"fmt"
	"strings"
)

// obsolete are options of older hekads that later ones refused. They are ignored with a warning that
// says what to write instead.
var obsolete = []struct{ suffix, option, hint string }{
	{"Input", "parser_type", `name a splitter section instead: splitter = "…" (TokenSplitter, RegexSplitter, HekaFramingSplitter)`},
	{"Input", "delimiter", `it is an option of the splitter: make a section of type TokenSplitter or RegexSplitter and name it in splitter = "…"`},
	{"Input", "delimiter_location", `it is delimiter_eol of a RegexSplitter section named in splitter = "…"`},
	{"Input", "signer", `keys are an option of the splitter: [<splitter>.signer.<name>_<version>] in a section of type HekaFramingSplitter`},
	{"Output", "queue_max_buffer_size", "write max_buffer_size in [<section>.buffering], with use_buffering = true"},
	{"Output", "queue_full_action", "write full_action in [<section>.buffering], with use_buffering = true"},
}

// olderNames are options that an older hekad called otherwise.
var olderNames = map[string]string{"user": "username"}

// obsoleteOption explains an option that no longer exists. An option of a sub-table is never one.
func obsoleteOption(typeName, option string) (text, hint string, ok bool) {
	for _, o := range obsolete {
		if !strings.EqualFold(option, o.option) || !strings.HasSuffix(typeName, o.suffix) {
			continue
		}
		return fmt.Sprintf("option %q no longer exists and is ignored", option), o.hint, true
	}
	return "", "", false
}
