package control

import "strings"

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenQuoted // a word in quotes, which is never a keyword
	tokenOpen
	tokenClose
	tokenNot
	tokenAnd
	tokenOr
	tokenCompare // = != < <= > >=
)

type token struct {
	kind tokenKind
	text string // without quotes; "=" for "=="
	at   int    // offset in bytes
}

// signs are the tokens that need no space around them, longest first.
var signs = []struct {
	text  string
	token token
}{
	{"&&", token{kind: tokenAnd}}, {"||", token{kind: tokenOr}},
	{"==", token{kind: tokenCompare, text: "="}}, {"!=", token{kind: tokenCompare, text: "!="}},
	{"<=", token{kind: tokenCompare, text: "<="}}, {">=", token{kind: tokenCompare, text: ">="}},
	{"=", token{kind: tokenCompare, text: "="}}, {"<", token{kind: tokenCompare, text: "<"}},
	{">", token{kind: tokenCompare, text: ">"}},
	{"!", token{kind: tokenNot}}, {"(", token{kind: tokenOpen}}, {")", token{kind: tokenClose}},
}

const (
	spaces  = " \t\r\n"
	endWord = spaces + "&|=!<>()\"'"
)

// lex cuts text into tokens, the last of which is tokenEnd.
func lex(text string) ([]token, error) {
	var tokens []token
	for at := 0; ; {
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], spaces))
		if at == len(text) {
			return append(tokens, token{kind: tokenEnd, at: at}), nil
		}
		t, n, err := next(text[at:], at)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		at += n
	}
}

// next reads the token that s starts with, and how long it is.
func next(s string, at int) (token, int, error) {
	for _, sign := range signs {
		if strings.HasPrefix(s, sign.text) {
			t := sign.token
			t.at = at
			if t.text == "" {
				t.text = sign.text
			}
			return t, len(sign.text), nil
		}
	}
	if s[0] == '"' || s[0] == '\'' {
		return quoted(s, at)
	}
	n := strings.IndexAny(s, endWord)
	if n < 0 {
		n = len(s)
	}
	if n == 0 {
		return token{}, 0, &FilterError{Offset: at, Message: "a lone " + s[:1], Hint: s[:1] + s[:1]}
	}
	return word(s[:n], at), n, nil
}

func quoted(s string, at int) (token, int, error) {
	n := strings.IndexByte(s[1:], s[0])
	if n < 0 {
		return token{}, 0, &FilterError{Offset: at, Message: "a quote that is not closed"}
	}
	return token{tokenQuoted, s[1 : 1+n], at}, n + 2, nil
}

func word(s string, at int) token {
	switch strings.ToLower(s) {
	case "and":
		return token{tokenAnd, s, at}
	case "or":
		return token{tokenOr, s, at}
	case "not":
		return token{tokenNot, s, at}
	}
	return token{tokenWord, s, at}
}
