// Package matcher compiles message_matcher expressions and runs them: one at a time (Matcher) or
// all those of a router at once (Set).
//
// The grammar is hekad's with three additions (negation, negative numbers, != TRUE and != FALSE):
//
//	expr     = term { "||" term }
//	term     = factor { "&&" factor }
//	factor   = "(" expr ")" | "!" "(" expr ")" | "TRUE" | "FALSE" | test
//	test     = text compare string | text match regex
//	         | number compare number
//	         | field compare ( string | number ) | field match regex
//	         | field equal ( "TRUE" | "FALSE" | "NIL" )
//	text     = "Uuid" | "Type" | "Logger" | "Payload" | "EnvVersion" | "Hostname"
//	number   = "Timestamp" | "Severity" | "Pid"
//	field    = "Fields[" name "]" [ "[" nth "]" [ "[" value "]" ] ]
//	compare  = "==" | "!=" | ">" | ">=" | "<" | "<="     equal = "==" | "!="     match = "=~" | "!~"
//
// Strings stand in single or double quotes, with a backslash before a quote of the same kind;
// other backslashes are kept. Regular expressions stand between slashes, in Go's (RE2) syntax,
// and are found anywhere unless anchored. Space, tab, newline and carriage return separate words.
//
// Meaning: a header that is not set is "" (Severity 7, other numbers 0). A field, or a value of
// one, that is not there makes every test false but == NIL. A field of another type than the
// literal makes the test false, != and !~ included; STRING and BYTES fields compared with TRUE or
// FALSE are compared with that word. Integers are compared exactly with integer literals.
package matcher
