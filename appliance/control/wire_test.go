package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"sallyport/appliance/control"
	"sallyport/appliance/control/controltest"
)

// The names are a contract: this is the session of section 8 as it goes over
// the wire.
func TestSessionOnTheWire(t *testing.T) {
	got := raw(t, controltest.Serve(t, controltest.New()), "/v1/sessions?filter=id+1")
	const want = `{"id":1,"protocol":"tcp",` +
		`"original":{"src":"10.1.0.5","sport":40000,"dst":"192.0.2.9","dport":443,"in":"inside"},` +
		`"reply":{"src":"192.0.2.9","sport":443,"dst":"192.0.2.1","dport":61000,"in":"outside"},` +
		`"state":"established","rule":"web","generation":0,"nat":"internet","profile":"strict","helper":"",` +
		`"started":"2001-08-19T11:58:30Z","last_seen":"2001-08-19T11:59:48Z",` +
		`"timeout_left":7428,"timeout_total":7440,"packets":[12,10],"bytes":[1240,3400000],"flags":["assured"]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestListsAreNeverNull(t *testing.T) {
	b := controltest.New()
	b.Table = []control.Session{{ID: 1}}
	socket := controltest.Serve(t, b)
	for _, path := range []string{"/v1/sessions", "/v1/status"} {
		if got := raw(t, socket, path); strings.Contains(got, "null") {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestLimits(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/v1/sessions?filter=" + strings.Repeat("a", control.MaxFilter+1), 400},
		{"GET", "/v1/sessions?filter=" + strings.Repeat("a", 5*control.MaxFilter), 431},
		{"POST", "/v1/status", 405},
		{"GET", "/v1/nothing", 404},
		{"DELETE", "/v1/sessions", 400},
		{"GET", "/v1/history/files", 400},
		{"GET", "/v1/history/files?number=3rd", 400},
	} {
		request, err := http.NewRequest(c.method, "http://sallyport"+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := overSocket(socket).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != c.status {
			t.Errorf("%s %.40s: %s, want %d", c.method, c.path, response.Status, c.status)
		}
		if c.status == 400 {
			var f control.Fault
			if err := json.NewDecoder(response.Body).Decode(&f); err != nil || f.Error == "" {
				t.Errorf("%s %.40s: fault %+v, %v", c.method, c.path, f, err)
			}
		}
		response.Body.Close()
	}
}

func raw(t *testing.T, socket, path string) string {
	t.Helper()
	response, err := overSocket(socket).Get("http://sallyport" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func overSocket(socket string) *http.Client {
	dial := func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", socket) }
	return &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
}
