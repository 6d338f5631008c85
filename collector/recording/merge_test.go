package recording

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"lma_collector/collector/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// lines makes a recording of "payload@timestamp" words; without a timestamp there is none.
func lines(words string) string {
	var b strings.Builder
	for _, w := range strings.Fields(words) {
		payload, timestamp, given := strings.Cut(w, "@")
		if given {
			fmt.Fprintf(&b, `{"timestamp":%s,"payload":%q}`+"\n", timestamp, payload)
		} else {
			fmt.Fprintf(&b, `{"payload":%q}`+"\n", payload)
		}
	}
	return b.String()
}

func framed(t *testing.T, words string) string {
	t.Helper()
	var out []byte
	if _, err := message.ReadRecorded(strings.NewReader(lines(words)), func(m *message.Message) error {
		out = message.AppendFrame(out, m.Bytes())
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestEachMergesByTime(t *testing.T) {
	for _, c := range []struct {
		files []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{lines("a@1 b@2")}, "a b"},
		{[]string{lines("a@1 c@3 e@5"), framed(t, "b@2 d@4"), lines("f@6")}, "a b c d e f"},
		{[]string{lines("a@1 b@1"), lines("c@1")}, "a b c"},
		{[]string{lines("a@1 x@9 old@2 none y@9"), lines("b@2 z@10")}, "a b x old none y z"},
		{[]string{lines("none a@5"), lines("b@1")}, "none b a"},
		{[]string{lines("a@-5 b@2"), lines("c@-3")}, "a c b"},
	} {
		var files []File
		for i, f := range c.files {
			files = append(files, File{fmt.Sprint("file", i), strings.NewReader(f)})
		}
		var got []string
		err := Each(files, func(m *message.Message) error {
			got = append(got, strings.Clone(m.Payload()))
			return nil
		}, func(name string, n int) { t.Errorf("%s: %d bytes skipped", name, n) })
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("got %q, %v, want %q", got, err, c.want)
		}
	}
}

func TestEachTellsWhatIsWrong(t *testing.T) {
	told := ""
	err := Each([]File{{"good", strings.NewReader(lines("a@1"))}, {"rubbish", strings.NewReader("rubbish")}},
		func(*message.Message) error { return nil },
		func(name string, n int) { told += fmt.Sprint(name, n) })
	if err != nil || told != "rubbish7" {
		t.Errorf("got %v, %q", err, told)
	}
	err = Each([]File{{"good", strings.NewReader(lines("a@1"))}, {"bad", strings.NewReader(lines("b@2") + "{\n")}},
		func(*message.Message) error { return nil }, nil)
	if err == nil || err.Error() != "bad: line 2: message as JSON: byte 1: unexpected end" {
		t.Errorf("got %v", err)
	}
	stop := errors.New("enough")
	err = Each([]File{{"a", strings.NewReader(lines("a@1 b@2"))}, {"c", strings.NewReader(lines("c@2"))}},
		func(*message.Message) error { return stop }, nil)
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
