package matcher

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

// compareText applies a comparison (not a search) in the order of bytes.
func (o operator) compareText(a, b string) bool {
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

// ordered turns a three-way comparison (negative, zero, positive) into the operator's answer.
func (o operator) ordered(cmp int) bool {
	switch o {
	case opEqual:
		return cmp == 0
	case opNotEqual:
		return cmp != 0
	case opGreater:
		return cmp > 0
	case opGreaterEqual:
		return cmp >= 0
	case opLess:
		return cmp < 0
	}
	return cmp <= 0
}

// compareFloat follows IEEE 754: not-a-number is unequal to everything and in no order.
func (o operator) compareFloat(a, b float64) bool {
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
