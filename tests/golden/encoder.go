package golden

import (
	"encoding/hex"
	"encoding/json"
	"strings"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Encoder runs a case of an encoder whose outcomes are bytes (`output` or `hex`).
func Encoder(build Build[plugin.Encoder]) Runner {
	return func(v *Verdict) {
		encoder, err := build(v.Case, v.Case.Env())
		if judgeInit(v, err) {
			return
		}
		for i := range v.Case.Events {
			judgeEncoded(v, i, encoder)
			if i == v.Case.died() {
				return
			}
		}
	}
}

func judgeEncoded(v *Verdict, i int, encoder plugin.Encoder) {
	var d message.Draft
	v.Case.Events[i].Message.Fill(&d)
	m := Seal(&d)
	out, err := encoder.Encode(nil, m)
	o := v.Case.Outcome(i)
	v.Compared()
	want := text(o.Output)
	if o.Hex != nil {
		b, _ := hex.DecodeString(*o.Hex)
		want = string(b)
	}
	if o.ProtobufOfInput {
		want = string(m.Bytes())
	}
	switch {
	case o.Panic != "" || o.Status > 0:
		v.Problem(i, "died", "the original died here (%s%s); the replacement gives error %v, %.300q", o.Panic, o.Error, err, out)
	case err == nil && (o.Status < 0 || o.Error != ""):
		v.Problem(i, "taken", "%.300q, but should be refused as the original did: %s", out, o.Error)
	case err != nil && o.Status == 0 && o.Error == "":
		v.Problem(i, "refused", "%v", err)
	case err == nil && len(out) == 0 && o.ProtobufOfInput && v.Rule(i, "nothing_to_send"):
	case err == nil && string(out) != want && !jsonLines(want) && jsonLines(string(out)) && v.Rule(i, "valid_json"):
	case err == nil && string(out) != want && !(mergeKeys(want) == string(out) && v.Rule(i, "repeated_keys")):
		v.Problem(i, "bytes", "%.600q, want %.600q", out, want)
	}
}

// jsonLines tells whether each line is JSON.
func jsonLines(text string) bool {
	for line := range strings.Lines(text) {
		if !json.Valid([]byte(line)) {
			return false
		}
	}
	return text != ""
}
