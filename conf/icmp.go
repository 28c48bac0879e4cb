package conf

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sallyport/netstack"
	"sallyport/policy"
)

// icmpTypes are the names of message types in IANA's registries of ICMP and
// ICMPv6 parameters.
var icmpTypes = map[netstack.Protocol]map[string]uint8{
	netstack.ICMP: {
		"echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5,
		"echo-request": 8, "router-advertisement": 9, "router-solicitation": 10,
		"time-exceeded": 11, "parameter-problem": 12,
		"timestamp-request": 13, "timestamp-reply": 14, "information-request": 15,
		"information-reply": 16, "address-mask-request": 17, "address-mask-reply": 18,
		"extended-echo-request": 42, "extended-echo-reply": 43,
	},
	netstack.ICMPv6: {
		"destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
		"echo-request": 128, "echo-reply": 129,
		"multicast-listener-query": 130, "multicast-listener-report": 131, "multicast-listener-done": 132,
		"router-solicitation": 133, "router-advertisement": 134,
		"neighbor-solicitation": 135, "neighbor-advertisement": 136, "redirect": 137,
		"home-agent-request": 144, "home-agent-reply": 145, "prefix-solicitation": 146, "prefix-advertisement": 147,
		"node-information-query": 139, "node-information-reply": 140,
		"extended-echo-request": 160, "extended-echo-reply": 161,
	},
}

// parseICMP reads "echo-request", "8" or "3/4": a type and perhaps a code.
func parseICMP(proto netstack.Protocol, s string) (policy.Service, error) {
	service := policy.Service{Protocol: proto, ICMP: true, Code: -1}
	name, code, hasCode := strings.Cut(s, "/")
	var err error
	if service.Type, err = parseICMPType(proto, name); err != nil || !hasCode {
		return service, err
	}
	n, err := strconv.ParseUint(code, 10, 8)
	if err != nil {
		return service, fmt.Errorf("%q is not a code from 0 to 255", code)
	}
	service.Code = int16(n)
	return service, nil
}

func parseICMPType(proto netstack.Protocol, s string) (uint8, error) {
	if t, ok := icmpTypes[proto][s]; ok {
		return t, nil
	}
	if n, err := strconv.ParseUint(s, 10, 8); err == nil {
		return uint8(n), nil
	}
	for other, types := range icmpTypes {
		if _, ok := types[s]; ok {
			return 0, fmt.Errorf("%v has no type %q; it is of %v: write \"%v/%s\"", proto, s, other, other, s)
		}
	}
	names := slices.Sorted(maps.Keys(icmpTypes[proto]))
	return 0, fmt.Errorf("%q is neither the name of a type of %v nor a number from 0 to 255%s", s, proto, didYouMean(s, names))
}

// ICMPTypeName is the name of a type, or its number if it has none.
func ICMPTypeName(proto netstack.Protocol, kind uint8) string {
	for _, name := range slices.Sorted(maps.Keys(icmpTypes[proto])) {
		if icmpTypes[proto][name] == kind {
			return name
		}
	}
	return strconv.Itoa(int(kind))
}
