package conf

import "strings"

// Said is a rule or a translation in the words of the file.
type Said struct {
	File string
	Line int // of its name; 0: there was no file
	// What it says under these keys, lists as in "lan, !printers"; "": nothing.
	From, To, Family, Source, Destination, Service string
}

// said returns the clause in the words of the file.
func (c *clause) said() Said {
	s := Said{From: c.word("from"), To: c.word("to"), Family: c.word("family"),
		Source: c.word("source"), Destination: c.word("destination"), Service: c.word("service")}
	if at, ok := c.places["name"]; ok {
		s.File, s.Line = at.doc.name, at.doc.line(at.node.value)
	}
	return s
}

func (c *clause) word(key string) string {
	switch data := c.places[key].data.(type) {
	case string:
		return data
	case []any:
		words := make([]string, len(data))
		for i := range data {
			words[i], _ = data[i].(string) // else it is at fault
		}
		return strings.Join(words, ", ")
	}
	return ""
}
