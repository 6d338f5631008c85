package golden

import (
	"encoding/json"
	"net/url"
	"regexp"

	"lma_collector/collector/message"
)

// Former makes the form that a message is submitted with.
type Former interface {
	Form(m *message.Message) (url.Values, error)
}

// Form runs a case of a plugin whose outcomes are forms.
func Form(build Build[Former]) Runner {
	return func(v *Verdict) {
		former, err := build(v.Case, v.Case.Env())
		if judgeInit(v, err) {
			return
		}
		for i := range v.Case.Events {
			if died := v.Case.died(); died >= 0 && i > died {
				return
			}
			judgeForm(v, i, former)
		}
	}
}

func judgeForm(v *Verdict, i int, former Former) {
	var d message.Draft
	v.Case.Events[i].Message.Fill(&d)
	got, err := former.Form(Seal(&d))
	o := v.Case.Outcome(i)
	v.Compared()
	switch {
	case o.Status > 0:
		v.Problem(i, "died", "the original died here (%s); the replacement gives error %v, %.300q", o.Error, err, got)
	case o.Status < 0 && err == nil:
		v.Problem(i, "taken", "%.300q, but should be refused as the original did", got)
	case o.Status == 0 && err != nil && v.Case.lacksField(i) && v.Rule(i, "missing_field"):
	case o.Status == 0 && err != nil:
		v.Problem(i, "refused", "%v", err)
	case err == nil:
		differentForm(v, i, o.Form, got)
	}
}

func differentForm(v *Verdict, event int, want json.RawMessage, got url.Values) {
	var form map[string]string
	if err := json.Unmarshal(want, &form); err != nil {
		v.Problem(event, "form", "the case's form is bad: %v", err)
		return
	}
	there := map[string]string{}
	for name := range got {
		there[name] = got.Get(name)
	}
	for _, name := range union(form, there) {
		w, wanted := form[name]
		g, given := there[name]
		if w != g || wanted != given {
			v.Problem(event, "form."+name, "%.600q, want %.600q", g, w)
		}
	}
}

var placeholder = regexp.MustCompile(`%\{(\w+)\}`)

// lacksField tells whether an event's message lacks a field that the name of the service is made of.
func (c *Case) lacksField(event int) bool {
	template, _ := c.Config["service_template"].(string)
	for _, name := range placeholder.FindAllStringSubmatch(template, -1) {
		if _, there := field(c.Events[event].Message, name[1]); !there {
			return true
		}
	}
	return false
}
