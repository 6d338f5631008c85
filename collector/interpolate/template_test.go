package interpolate

import (
	"testing"

	"lma_collector/collector/message"
)

func sample(t *testing.T) *message.Message {
	t.Helper()
	d := message.Draft{Type: "log", Logger: "openstack.nova", Hostname: "node-1", EnvVersion: "1"}
	uuid, _ := message.ParseUUID("2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c")
	d.SetUUID(uuid)
	d.SetPid(42)
	d.SetSeverity(6)
	d.AddString("service", "nova")
	d.AddInt("number", "", -7)
	d.AddFloat("ratio", "", 3.5)
	d.AddFloat("id", "", 12345678)
	d.AddBool("flag", true)
	d.AddList("empty", "")
	b := message.NewBatch()
	b.Append(&d)
	return b.At(0)
}

func TestAppend(t *testing.T) {
	m := sample(t)
	f := func(text, want, wantMissing string) {
		t.Helper()
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, missing := c.Append([]byte("> "), m, 1454500800123456789)
		if string(got) != "> "+want || missing != wantMissing {
			t.Errorf("%s gave %q without %q, want %q without %q", text, got, missing, want, wantMissing)
		}
	}
	f("", "", "")
	f("plain % text}", "plain % text}", "")
	f("%{Type}-%{%Y.%m.%d}", "log-2016.02.03", "")
	f("%{Type}%{Logger}%{Hostname}%{EnvVersion}", "logopenstack.novanode-11", "")
	f("%{UUID} %{Uuid} %{Pid} %{Severity}", "2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c 2b54fc9f-7f15-4ac1-ac67-7b38be4cd10c 42 6", "")
	f("%{service} %{number} %{ratio} %{id} %{flag}", "nova -7 3.5 12345678 true", "")
	f("a%{none}b%{other}", "anonebother", "none")
	f("%{empty}", "empty", "empty")
	f("%{%H}h", "12h", "")
}

func TestDefault(t *testing.T) {
	c, err := Parse("%{none}-%{service}-%{other}")
	if err != nil {
		t.Fatal(err)
	}
	c.Default("none", "")
	c.Default("service", "unused")
	if got, missing := c.Append(nil, sample(t), 0); string(got) != "-nova-other" || missing != "other" {
		t.Errorf("got %q without %q", got, missing)
	}
}

func TestParseErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	f("a-%{Type", `"%{Type" has no closing }`)
	f("%{}", "%{} names neither a header, a field nor a date")
	f("%{%Q}", "%{%Q}: %Q is no strftime directive; there are aAbBcCdDeFfgGhHIjklLmMnNpPrRsStTuUvVwWxXyYzZ%")
}

func TestFixedAndDated(t *testing.T) {
	f := func(text string, fixed, dated bool) {
		t.Helper()
		c, err := Parse(text)
		if err != nil || c.Fixed() != fixed || c.Dated() != dated {
			t.Errorf("%q: fixed %v, dated %v, %v", text, c.Fixed(), c.Dated(), err)
		}
	}
	f("logs", true, false)
	f("%{Type}", false, false)
	f("x-%{%Y}", false, true)
}

func BenchmarkAppend(b *testing.B) {
	c, _ := Parse("%{Type}-%{%Y.%m.%d}")
	d := message.Draft{Type: "log"}
	batch := message.NewBatch()
	batch.Append(&d)
	var buf [64]byte
	b.ReportAllocs()
	for range b.N {
		c.Append(buf[:0], batch.At(0), 1454500800123456789)
	}
}

func TestSame(t *testing.T) {
	const ns = int64(1454500800123456789)
	m := &message.Message{}
	f := func(text string, atOnce, nextDay bool) {
		t.Helper()
		p, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p.Append(nil, m, ns)
		if got := p.Same(ns + 1); got != atOnce {
			t.Errorf("%s: %v at once", text, got)
		}
		if got := p.Same(ns + 86400e9); got != nextDay {
			t.Errorf("%s: %v a day later", text, got)
		}
	}
	f("fixed", true, true)
	f("%{Type}", true, true)
	f("%{Type}-%{%Y.%m.%d}", true, false)
	f("%{Type}-%{%Y}-%{%N}", false, false)
	f("%{Logger}", false, false)
	f("%{Severity}-%{%Y}", false, false)
	f("%{field}", false, false)
}
