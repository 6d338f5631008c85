package matcher

import "cmp"

// operator is what a test does with its variable and its literal.
type operator uint8

const (
	opEqual operator = iota
	opNotEqual
	opGreater
	opGreaterEqual
	opLess
	opLessEqual
	opMatch
	opNotMatch
)

var operatorNames = [...]string{"==", "!=", ">", ">=", "<", "<=", "=~", "!~"}

func (o operator) String() string { return operatorNames[o] }

func (o operator) searches() bool { return o >= opMatch }
func (o operator) equates() bool  { return o <= opNotEqual }

// operators are listed with the longer ones first where one begins another.
var operators = [...]struct {
	text string
	kind kind
	op   operator
}{
	{"==", tokCompare, opEqual},
	{"!=", tokCompare, opNotEqual},
	{">=", tokCompare, opGreaterEqual},
	{"<=", tokCompare, opLessEqual},
	{"=~", tokCompare, opMatch},
	{"!~", tokCompare, opNotMatch},
	{">", tokCompare, opGreater},
	{"<", tokCompare, opLess},
	{"&&", tokAnd, 0},
	{"||", tokOr, 0},
	{"!", tokNot, 0},
}

// variable is what a test looks at.
type variable uint8

const (
	varUUID variable = iota
	varType
	varLogger
	varPayload
	varEnvVersion
	varHostname
	varTimestamp
	varSeverity
	varPid
	varField
)

var headers = map[string]variable{
	"Uuid": varUUID, "Type": varType, "Logger": varLogger, "Payload": varPayload,
	"EnvVersion": varEnvVersion, "Hostname": varHostname,
	"Timestamp": varTimestamp, "Severity": varSeverity, "Pid": varPid,
}

func (v variable) isText() bool   { return v <= varHostname }
func (v variable) isNumber() bool { return v >= varTimestamp && v <= varPid }

// compare applies a comparison (not a search): to texts in the order of bytes, to floats as IEEE 754 has
// it, where not-a-number is unequal to everything and in no order.
func compare[T cmp.Ordered](o operator, a, b T) bool {
	switch o {
	case opEqual:
		return a == b
	case opNotEqual:
		return a != b
	case opGreater:
		return a > b
	case opGreaterEqual:
		return a >= b
	case opLess:
		return a < b
	}
	return a <= b
}
