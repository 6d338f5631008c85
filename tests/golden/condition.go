package golden

import (
	"fmt"
	"strconv"
	"strings"
)

// holds tells whether some member of the case that a condition's path leads to has its value, or
// none with an exclamation mark in front: in `clusters.*.group_by=member`, * stands for any member of an
// object or a list. A value is a pattern.
func (c *Case) holds(condition string) bool {
	condition, negated := strings.CutPrefix(condition, "!")
	at, want, _ := strings.Cut(condition, "=")
	return negated != reaches(c.data, strings.Split(at, "."), want)
}

func reaches(v any, at []string, want string) bool {
	if len(at) == 0 {
		return glob(want, written(v))
	}
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if glob(at[0], name) && reaches(member, at[1:], want) {
				return true
			}
		}
	case []any:
		for _, member := range v {
			if at[0] == "*" && reaches(member, at[1:], want) {
				return true
			}
		}
	}
	return false
}

// written is a value as conditions have it.
func written(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
