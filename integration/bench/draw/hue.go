package draw

import (
	"slices"
	"strings"
)

// hues tell contenders apart on a light and on a dark page: each has its own in
// every plot.
var hues = []struct{ contender, hue string }{
	{"kernel forwarding", "#a0a7b0"},
	{"kernel nftables, 1000 rules", "#c69026"},
	{"kernel nftables", "#6e7781"},
	{"sallyport vnet, ", "#79b8ff"},
	{"sallyport, ", "#79b8ff"},
	{"sallyport wireguard", "#9a6ee0"},
	{"sallyport water", "#1fa37c"},
	{"sallyport", "#2f81f7"},
	{"slirp4netns", "#e1762b"},
	{"passt", "#d6405a"},
	{"gVisor", "#6e7781"},
	{"Tailscale", "#e1762b"},
	{"Nebula", "#1fa37c"},
}

// hue is that of the first whose name the contender's begins with.
func (c *chart) hue(i int) string {
	at := slices.IndexFunc(hues, func(h struct{ contender, hue string }) bool { return strings.HasPrefix(c.contenders[i], h.contender) })
	if at < 0 {
		at = i % len(hues)
	}
	return hues[at].hue
}
