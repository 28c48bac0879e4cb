package main

import "strings"

// fwEntry is a line of `sessions --fw1`, in the columns of Spitzner's script:
//
//	Src_IP Src_Prt Dst_IP Dst_Prt IP_prot Kbuf Type Flags Timeout
type fwEntry struct {
	sport, dport string
	left, total  string // of 2845/3600
}

const fwColumns = 9

// fwtable returns the lines of the sessions that a filter picks.
func (b *bench) fwtable(filter string) (all []fwEntry) {
	out, err := b.fw.ask("sessions", "--fw1", filter)
	must(err)
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) != fwColumns || f[0] == "Src_IP" {
			continue
		}
		left, total, _ := strings.Cut(f[fwColumns-1], "/")
		all = append(all, fwEntry{sport: f[1], dport: f[3], left: left, total: total})
	}
	return all
}
