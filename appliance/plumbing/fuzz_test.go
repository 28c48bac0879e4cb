package plumbing

import (
	"encoding/json"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// threeSettings is a link message with three IPv4 settings in it.
func threeSettings() []byte {
	return append(make([]byte, unix.SizeofIfInfomsg),
		5, 0, unix.IFLA_MTU, 0, 9, 0, 0, 0, // another attribute, padded
		24, 0, unix.IFLA_AF_SPEC, 0x80, 20, 0, unix.AF_INET, 0, 16, 0, inetConf, 0,
		1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0)
}

func TestSettingsInALinkMessage(t *testing.T) {
	if got := devconfIn(settingIn(threeSettings(), ipv4, inetConf)); !slices.Equal(got, []uint32{1, 2, 3}) {
		t.Errorf("got %v", got)
	}
	for n := range threeSettings() {
		if got := settingIn(threeSettings()[:n], ipv4, inetConf); got != nil {
			t.Errorf("cut off after %d bytes: got %v", n, got)
		}
	}
}

// FuzzLinkMessage reads whatever a kernel might answer; it must not panic.
func FuzzLinkMessage(f *testing.F) {
	f.Add([]byte{})
	f.Add(threeSettings())
	f.Fuzz(func(_ *testing.T, message []byte) {
		settings{forwarding: 1, acceptLocal: 1}.pick(devconfIn(settingIn(message, ipv4, inetConf)))
		settingIn(message, ipv6, addrGenModeAttr)
	})
}

// FuzzRecord reads a record that anybody may have damaged.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"namespace":"4:5","devices":[{"index":2,"settings":{"1":0,"8":2},"tun":{"up":true}}],` +
		`"sysctls":{"a":"b"},"added_addresses":[{"index":2,"address":"10.1.0.1/24"}]}`))
	f.Add([]byte(`{"devices":[{}],"added_addresses":[{"address":""}]}`))
	f.Add([]byte(`{"devices":[{"index":7}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r record
		if json.Unmarshal(text, &r) != nil {
			return
		}
		r.device(7).note(settings{forwarding: 1})
		if _, known := r.device(7).Settings[forwarding]; !known {
			t.Error("a setting was not noted")
		}
	})
}
