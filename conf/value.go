package conf

import (
	"fmt"
	"time"
)

// value is a decoded value with its place.
type value struct {
	doc  *document
	node *node
	data any
}

// fail notes a fault of the value, failKey one of its key.
func (v value) fail(format string, args ...any) {
	v.doc.errs = append(v.doc.errs, v.doc.remark(v.node.value, v.node.valueEnd, format, args...))
}

func (v value) failKey(format string, args ...any) {
	v.doc.errs = append(v.doc.errs, v.doc.remark(v.node.key, v.node.keyEnd, format, args...))
}

// warn notes what is no fault of the value, warnKey of its key.
func (v value) warn(format string, args ...any) {
	v.doc.warnings = append(v.doc.warnings, v.doc.remark(v.node.value, v.node.valueEnd, format, args...))
}

func (v value) warnKey(format string, args ...any) {
	v.doc.warnings = append(v.doc.warnings, v.doc.remark(v.node.key, v.node.keyEnd, format, args...))
}

// seenFrom says where the value starts, to who reads about it at another place:
// "line 7", or with its file if that is another.
func (v value) seenFrom(at value) string {
	line := v.doc.line(v.node.value)
	if v.doc == at.doc {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("%s:%d", v.doc.name, line)
}

// want notes that the value is of another kind than it must be.
func (v value) want(kind string) { v.fail("want %s, got %s", kind, kindOf(v.data)) }

// kindOf says what the TOML library made of a value, in the words of a file.
func kindOf(data any) string {
	switch data.(type) {
	case string:
		return "text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case bool:
		return "true or false"
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "a table"
	case []map[string]any:
		return "a list of tables ([[...]])"
	}
	return "a list"
}
