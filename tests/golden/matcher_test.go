package golden_test

import (
	"testing"

	"lma_collector/collector/matcher"
	"lma_collector/collector/message"
	"lma_collector/tests/golden"
)

// messageMatcher compares what expressions say of a message.
func messageMatcher(*testing.T) golden.Runner {
	return func(v *golden.Verdict) {
		var c struct {
			Message  golden.Message
			Expected []struct {
				Expression string
				Match      bool
				Error      *string
			}
		}
		if err := v.Case.Read(&c); err != nil {
			v.Problem(-1, "result", "the case cannot be read: %v", err)
			return
		}
		var d message.Draft
		c.Message.Fill(&d)
		m := golden.Seal(&d)
		for i, want := range c.Expected {
			v.Compared()
			// Differences are told by the expression, which takes the place of the payload.
			v.Case.Events = append(v.Case.Events, golden.Event{Message: &golden.Message{Payload: &want.Expression}})
			expression, err := matcher.Parse(want.Expression)
			switch {
			case err != nil && want.Error == nil:
				v.Problem(i, "refused", "%q: %v, but it is %v", want.Expression, err, want.Match)
			case err == nil && want.Error != nil:
				v.Problem(i, "taken", "%q is %v, but should be refused: %s", want.Expression, expression.Match(m), *want.Error)
			case err == nil && expression.Match(m) != want.Match:
				v.Problem(i, "result", "%q is %v, want %v", want.Expression, !want.Match, want.Match)
			}
		}
	}
}
