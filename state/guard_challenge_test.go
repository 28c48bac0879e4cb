package state

import (
	"testing"
	"time"

	"sallyport/netstack"
	"sallyport/netstack/nettest"
)

// refusedOnce is a client whose first SYN was refused, and the number it is to
// send back.
func refusedOnce(t *testing.T, src string) (*guardRig, uint32) {
	r := newGuardRig(t, 1000, 20)
	r.flood(100, time.Millisecond)
	p := nettest.TCP(src, published, nettest.Flags("S"), nettest.Seq(1000))
	if r.syn(outside, src, published) {
		t.Fatal("a stranger was let in")
	}
	return r, r.Challenge(p.Parse(t, outside), r.now)
}

func TestGuardChallengeAnswered(t *testing.T) {
	const host = "198.51.100.7"
	for name, c := range map[string]struct {
		from, flags string
		off         uint32 // from the number
		after       time.Duration
		want        bool
	}{
		"as it should be":         {host + ":4000", "R", 0, 0, true},
		"after a minute":          {host + ":4000", "R", 0, time.Minute, true},
		"after three minutes":     {host + ":4000", "R", 0, 3 * time.Minute, false},
		"another number":          {host + ":4000", "R", 1, 0, false},
		"from another port":       {host + ":4001", "R", 0, 0, false},
		"from another host":       {"198.51.100.8:4000", "R", 0, 0, false},
		"acknowledging something": {host + ":4000", "RA", 0, 0, false},
		"an ACK":                  {host + ":4000", "A", 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			r, number := refusedOnce(t, host+":4000")
			for left := c.after; left > 0; left -= time.Second { // the flood goes on
				r.many = true
				r.flood(10, 100*time.Millisecond)
			}
			r.many = false
			r.refused(outside, nettest.TCP(c.from, published, nettest.Flags(c.flags), nettest.Seq(number+c.off), nettest.Ack(9)), netstack.NoSession)
			if got := r.syn(outside, host+":5000", published); got != c.want {
				t.Errorf("let in: %v, want %v", got, c.want)
			}
		})
	}
}

// Without a flood nobody is challenged, and nobody who guesses is believed.
func TestGuardHearsNobodyWhileItIsOff(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	p := nettest.TCP("198.51.100.7:4000", published, nettest.Flags("S"))
	number := r.Challenge(p.Parse(t, outside), r.now)
	r.refused(outside, nettest.TCP("198.51.100.7:4000", published, nettest.Flags("R"), nettest.Seq(number)), netstack.NoSession)
	r.flood(100, time.Millisecond)
	if r.syn(outside, "198.51.100.7:4000", published) {
		t.Error("let in")
	}
}

// In IPv6 from outside a host is its 64-bit prefix; inside it is its address.
func TestGuardKnowsAPrefixOfIPv6(t *testing.T) {
	r := newGuardRig(t, 1000, 20)
	const dst6 = "[fd00:1::80]:80"
	if !r.connects(outside, "[2001:db8:1::1]:4000", dst6) || !r.connects(inside, "[fd00:1::5]:4000", "[2001:db8:9::1]:80") {
		t.Fatal("refused before any flood")
	}
	r.flood(100, time.Millisecond)
	if !r.syn(outside, "[2001:db8:1::2]:4000", dst6) {
		t.Error("a host of a prefix that is known was refused")
	}
	if r.syn(outside, "[2001:db8:2::1]:4000", dst6) {
		t.Error("a host of another prefix was let in")
	}
	if r.syn(outside, "[fd00:1::5]:4000", dst6) {
		t.Error("who is known inside was let in from outside")
	}
}

// The vectors are of the reference implementation: key 00 01 ... 0f, message 00
// 01 ... of as many bytes.
func TestSipHash(t *testing.T) {
	var seed Seed
	for i := range seed {
		seed[i] = byte(i)
	}
	key := newSipKey(seed)
	for _, c := range []struct {
		words []uint64
		want  uint64
	}{
		{nil, 0x726fdb47dd0e0e31},
		{[]uint64{0x0706050403020100}, 0x93f5f5799a932462},
		{[]uint64{0x0706050403020100, 0x0f0e0d0c0b0a0908}, 0x3f2acc7f57c29bdb},
	} {
		if got := key.sum(c.words...); got != c.want {
			t.Errorf("%x: %x, want %x", c.words, got, c.want)
		}
	}
}

// Only the originator's own word completes a handshake on his part: what the
// other end does proves nothing of him.
func TestGuardBelievesTheOriginatorAlone(t *testing.T) {
	for _, c := range []struct {
		d           Direction
		before, now phase
		want        bool
	}{
		{Original, synReceived, established, true},
		{Original, synReceived, finWait, true},
		{Original, synSent2, established, true},
		{Reply, synSent2, established, false},
		{Original, synSent, synSent2, false},
		{Original, synReceived, reset, false},
		{Original, pickedUp, established, false},
		{Original, cookieEchoed, established, false},
		{Original, resumed, established, false},
	} {
		if got := completed(c.d, c.before, c.now); got != c.want {
			t.Errorf("%v from %s to %s: %v", c.d, phaseWords[c.before], phaseWords[c.now], got)
		}
	}
}
