package health

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	expressionOperator = regexp.MustCompile(`==|!=|<=|>=|>|<|=~|!~|\|\||&&`)
	numberOperand      = regexp.MustCompile(`^-?\d+(?:[.,]\d+|[eE]\d+)?`)
	textOperand        = regexp.MustCompile(`^(?:"[^"]+"|\S+)`)
	numberRelations    = []string{"==", "!=", "<=", ">=", "<", ">"}
	textRelations      = []string{"==", "!=", "=~", "!~"}
)

// CheckExpression tells what is wrong with an expression of the matching language of a rule's fields.
// It takes what the Lua module value_matching takes.
func CheckExpression(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fmt.Errorf("the expression is empty: give the text that the field must be equal to")
	case !expressionOperator.MatchString(text), terms(text, numberRelations, numberOperand), terms(text, textRelations, textOperand):
		return nil
	}
	return fmt.Errorf("invalid expression %q: write terms such as == a, !~ \"^b c\" or >= 200, joined by && and ||, with spaces around words", text)
}

// terms tells whether a text is `term (joint term)*`, each an optional relation and an operand.
func terms(text string, relations []string, operand *regexp.Regexp) bool {
	for {
		text = skipSpace(text)
		i := slices.IndexFunc(relations, func(r string) bool { return strings.HasPrefix(text, r) })
		if i >= 0 {
			text = skipSpace(text[len(relations[i]):])
		}
		found := operand.FindString(text)
		if found == "" {
			return false
		}
		text = skipSpace(text[len(found):])
		if text == "" {
			return true
		}
		if !strings.HasPrefix(text, "&&") && !strings.HasPrefix(text, "||") {
			return false
		}
		text = text[2:]
	}
}

func skipSpace(text string) string { return strings.TrimLeft(text, " \t\n\v\f\r") }
