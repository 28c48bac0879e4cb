package main

import (
	"strings"

	"sallyport/appliance/control"
)

const filterHelp = `FILTER is words: terms joined by "and", "or", "not", grouped by parentheses.

  src 10.1.0.5   dst 192.0.2.0/24   host A   net P    as opened; host and net: NAT included
  sport 53       dport 1024-65535   port N            src port N and so on work too
  reply src A    reply dport N                        the tuple of the replies
  tcp  udp  icmp  proto gre  ipv4  ipv6  side inside
  state established   rule web   rule "two words"   nat   nat internet
  profile loose   helper ftp   flag assured   id 17   all
  packets > 10   bytes >= 1M   age > 5m   idle < 30   left < 10`

// filterOf joins the words of a filter and checks it, so that a slip is told
// whether or not a firewall runs.
func filterOf(args []string) (string, error) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = requoted(a, len(args))
	}
	text := strings.Join(words, " ")
	_, err := control.ParseFilter(text)
	return text, err
}

// requoted puts the quotes back that the shell took off a name of several
// words; but several words may also be a filter, or a part of one.
func requoted(arg string, of int) string {
	if of == 1 || !strings.ContainsAny(arg, " \t") || strings.ContainsAny(arg, `"'()`) {
		return arg
	}
	if _, err := control.ParseFilter(arg); err == nil {
		return arg
	}
	return `"` + arg + `"`
}
