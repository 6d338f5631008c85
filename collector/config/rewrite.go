package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// outline is what the pass before the parser knows of a text: where each key stands, and what to
// change so that the parser takes what hekad took.
type outline struct {
	places map[string]entry // by path
	tops   []string         // names of the top-level tables, in order of appearance
	edits  []edit           // never touch a line end
	twice  []repeat
}

// entry is where a key, or a table's header, stands.
type entry struct {
	offset int
	value  span // of a key's value
}

// repeat is a key or a table that was given before.
type repeat struct {
	table         bool
	name          string
	first, second int
	same          bool // with the same value
}

// duplicateMark starts the name that a repeated table gets, so that it can be left out later.
const duplicateMark = "\\u0000" // as written; a key cannot hold it otherwise

// outlined walks through the statements as the parser will.
func outlined(s *scanner) *outline {
	w := &walk{text: s.text, out: &outline{places: map[string]entry{}}, arrays: map[string]int{}, keys: map[string]statement{}, known: map[string]bool{}}
	for _, st := range s.statements {
		if st.header {
			w.header(st)
		} else {
			w.key(st)
		}
	}
	for _, offset := range s.slashes {
		w.out.edits = append(w.out.edits, edit{offset, offset + 2, `\u002f`})
	}
	for _, p := range s.bare {
		w.quote(p)
	}
	w.out.edits = withoutOverlap(w.out.edits)
	return w.out
}

// walk is the state of outlined.
type walk struct {
	text   string
	out    *outline
	table  string               // path of the current table
	arrays map[string]int       // length of each array of tables
	keys   map[string]statement // last statement of each path
	known  map[string]bool      // top-level tables
}

// resolve makes a path of parts, going into the last element of each array of tables on the way.
func (w *walk) resolve(parts []part) string {
	path := ""
	for i, p := range parts {
		if i > 0 {
			path += keySep
		}
		path += p.name
		if n := w.arrays[path]; n > 0 {
			path += indexSep + strconv.Itoa(n-1)
		}
	}
	return path
}

func (w *walk) header(st statement) {
	last := len(st.parts) - 1
	if st.array {
		path := st.parts[last].name
		if last > 0 {
			path = w.resolve(st.parts[:last]) + keySep + path
		}
		w.table = path + indexSep + strconv.Itoa(w.arrays[path])
		w.arrays[path]++
	} else {
		w.table = w.resolve(st.parts)
		if first, again := w.keys[w.table]; again && first.header {
			w.repeatedTable(st, first)
		}
		w.keys[w.table] = st
	}
	for _, p := range st.parts {
		w.quote(p)
	}
	w.place(w.table, st)
	w.top(st.parts[0].name)
}

// repeatedTable gives the second of two tables of one name a name of its own.
func (w *walk) repeatedTable(st, first statement) {
	last := st.parts[len(st.parts)-1]
	names := make([]string, len(st.parts))
	for i, p := range st.parts {
		names[i] = p.name
	}
	w.out.twice = append(w.out.twice, repeat{table: true, name: strings.Join(names, "."), first: first.start, second: st.start})
	mark := duplicateMark + strconv.Itoa(st.start)
	w.out.edits = append(w.out.edits, edit{last.start, last.end, `"` + mark + `"`})
	w.table = w.table[:len(w.table)-len(last.name)] + mark
}

func (w *walk) key(st statement) {
	path := w.table
	for _, p := range st.parts {
		if path != "" {
			path += keySep
		}
		path += p.name
		w.quote(p)
	}
	if w.table == "" {
		w.top(st.parts[0].name)
	}
	if first, again := w.keys[path]; again && !first.header {
		w.repeatedKey(st, first)
	}
	w.keys[path] = st
	w.place(path, st)
	w.out.places[path] = entry{st.start, span{st.valueStart, st.valueEnd}}
	for _, k := range st.inline {
		w.out.places[path+k.suffix] = entry{k.offset, k.value}
	}
}

// repeatedKey blanks the first of two, so that the second counts.
func (w *walk) repeatedKey(st, first statement) {
	before, now := w.text[first.valueStart:first.valueEnd], w.text[st.valueStart:st.valueEnd]
	w.out.twice = append(w.out.twice, repeat{name: st.parts[len(st.parts)-1].name, first: first.start, second: st.start, same: before == now})
	blank := strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' {
			return c
		}
		return ' '
	}, w.text[first.start:first.end])
	w.out.edits = append(w.out.edits, edit{first.start, first.end, blank})
}

// place notes where a path stands; tables that it implies stand there too.
func (w *walk) place(path string, st statement) {
	w.out.places[path] = entry{offset: st.start}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == keySep[0] || path[i] == indexSep[0] {
			if _, known := w.out.places[path[:i]]; !known {
				w.out.places[path[:i]] = entry{offset: st.start}
			}
		}
	}
}

func (w *walk) top(name string) {
	if !w.known[name] {
		w.known[name] = true
		w.out.tops = append(w.out.tops, name)
	}
}

// quote puts a bare key that TOML would refuse, such as Url|uri or tcp:5565, in quotes.
func (w *walk) quote(p part) {
	if !p.bare || !utf8.ValidString(p.name) {
		return
	}
	plain := true
	for _, c := range p.name {
		if !unicode.IsPrint(c) {
			return
		}
		plain = plain && (c == '_' || c == '-' || c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c)))
	}
	if !plain {
		w.out.edits = append(w.out.edits, edit{p.start, p.end, fmt.Sprintf(`"%s"`, p.name)})
	}
}
