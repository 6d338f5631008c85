package health

import (
	"fmt"
	"regexp"
	"strings"
)

var expressionOperator = regexp.MustCompile(`==|!=|<=|>=|>|<|=~|!~|\|\||&&`)

var (
	numberTerm  = `\s*(?:==|!=|<=|>=|>|<)?\s*-?\d+(?:[.,]\d+|[eE]\d+)?\s*`
	textTerm    = `\s*(?:(?:==|!=|=~|!~)\s*)?(?:"[^"]+"|\S+)(?:\s+|$)`
	numericForm = regexp.MustCompile(`^` + numberTerm + `(?:(?:\|\||&&)` + numberTerm + `)*$`)
	textualForm = regexp.MustCompile(`^` + textTerm + `(?:(?:\|\||&&)` + textTerm + `)*$`)
)

// CheckExpression tells what is wrong with an expression of the matching language of a rule's fields.
// It takes what the Lua module value_matching takes.
func CheckExpression(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("the expression is empty: give the text that the field must be equal to")
	case !expressionOperator.MatchString(text), numericForm.MatchString(text), textualForm.MatchString(text):
		return nil
	}
	return fmt.Errorf("invalid expression %q: write terms such as == a, !~ \"^b c\" or >= 200, joined by && and ||, with spaces around words", text)
}
