package golden_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"hash"
	"testing"

	"lma_collector/collector/message"
	"lma_collector/collector/plugin"
	"lma_collector/collector/splitters/hekaframing"
	"lma_collector/tests/golden"
)

// signer is the key of a case's records.
type signer struct {
	Name, Hash, Key string
	Version         uint32
}

// framing reads the framed records with a HekaFramingSplitter, compares what they hold with the case's
// messages, and frames the same bytes again.
func framing(*testing.T) golden.Runner {
	return func(v *golden.Verdict) {
		var c struct {
			Config struct{ Signer *signer }
		}
		err := v.Case.Read(&c)
		if err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
			return
		}
		splitter, err := c.Config.Signer.splitter(v.Case.Env())
		if err != nil {
			v.Problem(-1, "config", "%v", err)
			return
		}
		for i := range v.Case.Events {
			o := v.Case.Outcome(i)
			if o.Hex == nil {
				continue
			}
			v.Compared()
			record, err := hex.DecodeString(*o.Hex)
			if err != nil {
				v.Problem(i, "result", "the case's hex: %v", err)
				continue
			}
			judgeRecord(v, i, c.Config.Signer, splitter, record)
		}
	}
}

func (s *signer) splitter(env *plugin.Env) (plugin.Unframer, error) {
	conf, err := config[*hekaframing.Config]("HekaFramingSplitter")
	if err != nil {
		return nil, err
	}
	if s != nil {
		conf.RequireSignature = true
		conf.Signer = map[string]hekaframing.Signer{fmt.Sprintf("%s_%d", s.Name, s.Version): {HMACKey: s.Key}}
	}
	splitter, err := conf.NewSplitter(env)
	if err != nil {
		return nil, err
	}
	return splitter.(plugin.Unframer), nil
}

func judgeRecord(v *golden.Verdict, i int, s *signer, splitter plugin.Unframer, record []byte) {
	advance, found := splitter.Split(record, true)
	if advance != len(record) {
		v.Problem(i, "result", "%d of %d bytes are a record", advance, len(record))
		return
	}
	body, name, err := splitter.Unframe(found)
	if err != nil || s != nil && name != s.Name || s == nil && name != "" {
		v.Problem(i, "refused", "signer %q, %v", name, err)
		return
	}
	m, err := message.Index(body)
	if err != nil {
		v.Problem(i, "refused", "%v", err)
		return
	}
	v.Message(i, *v.Case.Events[i].Message, golden.Record(&m))
	var again message.Draft
	again.Load(&m)
	for f := range again.FieldCount() {
		again.FieldValues(f) // decodes it
	}
	framed, err := s.frame(again.Encode(nil))
	if err != nil || !bytes.Equal(framed, record) {
		v.Problem(i, "bytes", "encoded and framed again: %v %x, want %x", err, framed, record)
	}
	var d message.Draft
	v.Case.Events[i].Message.Fill(&d)
	v.Message(i, golden.Record(&m), golden.Record(golden.Seal(&d)))
}

// frame frames and, with a key, signs a message.
func (s *signer) frame(body []byte) ([]byte, error) {
	if s == nil {
		return message.AppendFrame(nil, body), nil
	}
	h := message.FrameHeader{Signer: s.Name, KeyVersion: s.Version, SHA1: s.Hash == "sha1"}
	function := func() hash.Hash { return md5.New() }
	if h.SHA1 {
		function = func() hash.Hash { return sha1.New() }
	}
	mac := hmac.New(function, []byte(s.Key))
	mac.Write(body)
	h.HMAC = mac.Sum(nil)
	return message.AppendSignedFrame(nil, body, h)
}
