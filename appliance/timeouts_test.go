package appliance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"sallyport/conf"
)

// Every timeout has what set it beside it, and whose sessions it is of.
func TestTimeoutsSayWhatSetThem(t *testing.T) {
	s, err := conf.Parse("test", []byte(`
[state]
profile = "fw1"
[state.timeouts]
tcp_reset = "10s"
[state.service_timeouts]
ntp = "15s"
[[rule]]
name     = "slow"
action   = "accept"
timeouts = { tcp_established = "12h" }
[[rule]]
name    = "as-everywhere"
action  = "accept"
[[rule]]
name     = "modern"
action   = "accept"
profile  = "strict"
timeouts = { udp_single = "40s" }
`))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, o := range New(s, Source{}, zerolog.Nop(), "test").Timeouts() {
		if o.Source != "default" {
			fmt.Fprintln(&got, o.Name, o.Seconds, o.Source, o.Service+o.Rule)
		}
	}
	want := `tcp_opening 60 profile 
tcp_established 3600 profile 
tcp_closing 50 profile 
tcp_reset 10 file 
udp_single 40 profile 
udp_multiple 40 profile 
udp_single 15 file ntp
udp_multiple 15 file ntp
tcp_established 43200 rule slow
tcp_opening 30 profile modern
tcp_established 7440 profile modern
tcp_closing 120 profile modern
udp_single 40 rule modern
udp_multiple 300 profile modern
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}
