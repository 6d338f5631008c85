package golden

import (
	"encoding/hex"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

// Encoder runs every case of an encoder whose outcomes are bytes (`output` or `hex`). same, which
// may be nil, tells whether two outputs mean the same although their bytes differ.
func Encoder(t *testing.T, name string, build Build[plugin.Encoder], same func(want, got string) bool) *Report {
	return run(t, name, func(v *verdict) {
		encoder, err := build(v.c, v.c.Env())
		if judgeInit(v, err) {
			return
		}
		for i := range v.c.Events {
			judgeEncoded(v, i, encoder, same)
		}
	})
}

func judgeEncoded(v *verdict, i int, encoder plugin.Encoder, same func(want, got string) bool) {
	var d message.Draft
	v.c.Events[i].Message.Fill(&d)
	m := Seal(&d)
	out, err := encoder.Encode(nil, m)
	o := v.c.outcome(i)
	v.events++
	want := text(o.Output)
	if o.Hex != nil {
		b, _ := hex.DecodeString(*o.Hex)
		want = string(b)
	}
	if o.ProtobufOfInput {
		want = string(m.Bytes())
	}
	switch {
	case v.excusedBytes(i, o, want, string(out)):
	case o.Panic != "" || o.Status > 0:
		v.problem(i, "the original died here (%s%s); the replacement gives error %v, %.300q", o.Panic, o.Error, err, out)
	case (o.Status < 0 || o.Error != "") != (err != nil):
		v.problem(i, "error %v, the original's: %s", err, o.Error)
	case err == nil && string(out) != want && (same == nil || !same(want, string(out))):
		v.problem(i, "%.600q, want %.600q", out, want)
	}
}
