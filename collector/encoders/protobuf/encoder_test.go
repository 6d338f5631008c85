package protobuf

import (
	"bytes"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
)

func TestEncodeGivesTheMessageItself(t *testing.T) {
	typ, ok := plugin.Lookup("ProtobufEncoder")
	if !ok {
		t.Fatal("ProtobufEncoder is not registered")
	}
	e, err := typ.NewConfig().(plugin.EncoderConfig).NewEncoder(&plugin.Env{})
	if err != nil {
		t.Fatal(err)
	}
	raw := []byte{0x10, 1, 0x1a, 3, 'l', 'o', 'g', 0x52, 5, 10, 1, 'x', 16, 2} // a field without values
	m, err := message.Index(raw)
	if err != nil {
		t.Fatal(err)
	}
	out, err := e.Encode([]byte("ab"), &m)
	if err != nil || !bytes.Equal(out, append([]byte("ab"), raw...)) {
		t.Errorf("Encode gave %x, %v", out, err)
	}
	if got := e.(plugin.RawEncoder).Raw(&m); &got[0] != &raw[0] || len(got) != len(raw) {
		t.Errorf("Raw gave %x, a copy or not all", got)
	}
}
