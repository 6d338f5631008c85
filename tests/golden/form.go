package golden

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"lma_collector/collector/message"
)

// Former makes the form that a message is submitted with.
type Former interface {
	Form(m *message.Message) (url.Values, error)
}

// Form runs every case of a plugin whose outcomes are forms.
func Form(t *testing.T, name string, build Build[Former]) *Report {
	return run(t, name, func(v *verdict) {
		former, err := build(v.c, v.c.Env())
		if judgeInit(v, err) {
			return
		}
		for i := range v.c.Events {
			if died := v.c.died(); died >= 0 && i > died {
				return
			}
			judgeForm(v, i, former)
		}
	})
}

func judgeForm(v *verdict, i int, former Former) {
	var d message.Draft
	v.c.Events[i].Message.Fill(&d)
	got, err := former.Form(Seal(&d))
	o := v.c.outcome(i)
	v.events++
	switch {
	case o.Status > 0:
		v.problem(i, "the original died here (%s); the replacement gives error %v, %.300q", o.Error, err, got)
	case (o.Status < 0) != (err != nil):
		v.problem(i, "error %v, the original's status: %d", err, o.Status)
	case err == nil:
		for _, text := range differentForm(o.Form, got) {
			v.problem(i, "%s", text)
		}
	}
}

func differentForm(want json.RawMessage, got url.Values) (problems []string) {
	var form map[string]string
	if err := json.Unmarshal(want, &form); err != nil {
		return []string{"the case's form is bad: " + err.Error()}
	}
	there := map[string]string{}
	for name := range got {
		there[name] = got.Get(name)
	}
	for _, name := range union(form, there) {
		w, wanted := form[name]
		g, given := there[name]
		if w != g || wanted != given {
			problems = append(problems, fmt.Sprintf("%s: %.600q, want %.600q", name, g, w))
		}
	}
	return problems
}
