package integration

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const composeFile = "../deploy/docker/compose.yaml"

// busyboxImage is the client, the server and the attacker: a static busybox,
// called by its applets' names.
const busyboxImage = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/etc"]
RUN ["/bin/busybox", "--install", "/bin"]
`

// TestDocker runs the compose file that users are given, on a real engine: two
// networks, the firewall between them with one capability, a client that knows
// nothing of it.
func TestDocker(t *testing.T) {
	need(t, "dockerd", "docker", "docker-compose", "iptables", "busybox")
	e := startEngine(t)
	e.images()
	if _, err := e.compose("up", "-d", "--no-build"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if logs, _ := e.compose("logs", "--no-color"); t.Failed() {
			t.Log(logs)
		}
	})
	t.Run("with one capability", e.hasOneCapability)
	t.Run("client reaches server", e.clientReachesServer)
	t.Run("unsolicited is dropped", e.unsolicitedIsDropped)
	t.Run("killed and started again", e.killedAndStarted)
}

// images builds what the compose file names, without pulling anything.
func (e *engine) images() {
	e.t.Helper()
	static := filepath.Join(e.t.TempDir(), "sallyport")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", static, "sallyport/cmd/sallyport")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		e.t.Fatalf("go build: %v\n%s", err, out)
	}
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		e.t.Fatal(err)
	}
	dockerfile := filepath.Join(e.t.TempDir(), "Dockerfile")
	if err := os.WriteFile(dockerfile, []byte(busyboxImage), 0o644); err != nil {
		e.t.Fatal(err)
	}
	e.build("sallyport", "../deploy/docker/Dockerfile.prebuilt", "sallyport", static)
	e.build("busybox", dockerfile, "busybox", busybox)
}

func (e *engine) hasOneCapability(t *testing.T) {
	h := "{{.HostConfig."
	got := e.docker(t, "inspect", "-f", h+"CapDrop}} "+h+"CapAdd}} "+h+"Sysctls}} "+h+"Privileged}}", e.container(t, "firewall"))
	if want := "[ALL] [NET_ADMIN] map[] false"; got != want {
		t.Errorf("the firewall runs with %q, want %q", got, want)
	}
}

func (e *engine) clientReachesServer(t *testing.T) {
	client, server := e.container(t, "client"), e.container(t, "server")
	eventually(t, "the client reaches the server", func() bool { return e.fetches(client, "172.30.2.10") })
	if log := e.docker(t, "logs", server); !strings.Contains(log, e.address(t, "firewall", "outside")+"]") || strings.Contains(log, "172.30.1.") {
		t.Errorf("the server was not asked by the firewall's outside address:\n%s", log)
	}
}

// unsolicitedIsDropped lets a container on the outside, which routes through the
// firewall, try a server that listens on the client.
func (e *engine) unsolicitedIsDropped(t *testing.T) {
	client, gate := e.container(t, "client"), e.address(t, "firewall", "outside")
	e.docker(t, "exec", client, "sh", "-c", "echo inside > /tmp/index.html && httpd -p 80 -h /tmp")
	if !e.fetches(client, "127.0.0.1") {
		t.Fatal("nothing listens on the client")
	}
	attacker := e.docker(t, "run", "-d", "--init", "--network", e.project+"_outside", "--cap-add", "NET_ADMIN", "busybox",
		"sh", "-c", "ip route add 172.30.1.0/24 via "+gate+" && exec sleep infinity")
	before := e.outsideDrops(t)
	for _, target := range []string{e.address(t, "client", "protected"), gate} {
		if e.fetches(attacker, target) {
			t.Errorf("an unsolicited connection to %s was answered", target)
		}
	}
	if after := e.outsideDrops(t); after < before+2 {
		t.Errorf("drops counted: %d, after two attempts %d", before, after)
	}
}

// killedAndStarted wants a killed firewall to stop all traffic, and one started
// again to carry it, with nothing done to the client.
func (e *engine) killedAndStarted(t *testing.T) {
	client, firewall := e.container(t, "client"), e.container(t, "firewall")
	started := e.docker(t, "inspect", "-f", "{{.State.StartedAt}}", client)
	e.docker(t, "kill", "-s", "KILL", firewall)
	if e.fetches(client, "172.30.2.10") {
		t.Error("the client reaches the server without the firewall")
	}
	e.docker(t, "start", firewall)
	eventually(t, "the client reaches the server again", func() bool { return e.fetches(client, "172.30.2.10") })
	if now := e.docker(t, "inspect", "-f", "{{.State.StartedAt}}", client); now != started {
		t.Errorf("the client was started at %s, now at %s", started, now)
	}
}

// fetches reports whether a container gets a page from an address within two
// seconds. (wget -T crashes in Debian's static busybox.)
func (e *engine) fetches(container, address string) bool {
	_, err := e.try("docker", "exec", container, "timeout", "2", "wget", "-qO-", "http://"+address+"/")
	return err == nil
}

// outsideDrops is how many packets from outside the policy refused.
func (e *engine) outsideDrops(t *testing.T) uint64 {
	t.Helper()
	for line := range strings.Lines(e.docker(t, "exec", e.container(t, "firewall"), "/sallyport", "stats", "--json")) {
		var s struct {
			Reason  string
			Outside uint64
		}
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		if s.Reason == "policy" {
			return s.Outside
		}
	}
	t.Fatal("stats do not list the reason policy")
	return 0
}
