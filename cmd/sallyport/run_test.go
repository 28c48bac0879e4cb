package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/doctor"
	"sallyport/appliance/lab"
	"sallyport/appliance/lab/labtest"
)

// onFirewall runs the binary to its end on the lab's firewall.
func onFirewall(l *lab.Lab, env []string, args ...string) invocation {
	cmd := l.Firewall.Command(binary, args...)
	var out, complaint bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = append(env, "HOME=/nonexistent"), &out, &complaint
	defer time.AfterFunc(20*time.Second, cmd.Kill).Stop()
	cmd.Run()
	return invocation{out.String(), complaint.String(), cmd.ProcessState.ExitCode()}
}

// started starts a firewall on the lab's and returns once it logs that it
// forwards.
func started(t *testing.T, l *lab.Lab, socket string) (cmd *lab.Cmd, log []map[string]any) {
	t.Helper()
	cmd = l.Firewall.Command(binary, "run", "--inside", "eth0", "--outside", "192.0.2.0/24", "--socket", socket)
	cmd.Env = []string{"HOME=/nonexistent"}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		var line map[string]any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("the log is not JSON away from a terminal: %s", lines.Text())
		}
		log = append(log, line)
		if strings.Contains(fmt.Sprint(line["message"]), "ready") {
			go func() {
				for lines.Scan() {
				}
			}()
			return cmd, log
		}
	}
	t.Fatalf("never ready: %v", log)
	return nil, nil
}

func TestRunAskStop(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	socket := t.TempDir() + "/s"
	cmd, _ := started(t, l, socket)

	var status control.Status
	got := onFirewall(l, nil, "status", "--json", "--socket", socket)
	if err := json.Unmarshal([]byte(got.out), &status); err != nil || !status.Ready || status.Version != "1.2.3" {
		t.Errorf("%v: %s%s", err, got.out, got.err)
	}
	if status.PID != cmd.Process.Pid || status.Sides[0].Interface != "eth0" || status.Sides[1].Interface != "eth1" {
		t.Errorf("%+v", status)
	}
	for _, args := range []string{"sessions", "sessions --json not tcp", "stats --all", "rules", "timeouts", "doctor --inside eth0 --outside eth1"} {
		if got := onFirewall(l, nil, append(strings.Fields(args), "--socket", socket)...); got.code != exitFine || got.err != "" {
			t.Errorf("%s: exit %d, %s%s", args, got.code, got.out, got.err)
		}
	}
	second := onFirewall(l, nil, "run", "--inside", "eth0", "--outside", "eth1", "--socket", socket)
	if second.code != exitFailed || !strings.Contains(second.err, fmt.Sprintf("already running, pid %d", cmd.Process.Pid)) {
		t.Errorf("a second one: exit %d, %s", second.code, second.err)
	}

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if got := onFirewall(l, nil, "status", "--socket", socket); got.code != exitNotRunning {
		t.Errorf("after the end: exit %d", got.code)
	}
}

// Somebody is logged in on port 22 over the outside interface.
func TestRunAsksBeforeCuttingOff(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	var ssh net.Listener
	err := l.Firewall.Do(func() (err error) {
		ssh, err = net.Listen("tcp", "192.0.2.1:22")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ssh.Close()
	err = l.Outside.Do(func() error {
		c, err := net.Dial("tcp", "192.0.2.1:22")
		if err == nil {
			t.Cleanup(func() { c.Close() })
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := onFirewall(l, nil, "run", "--inside", "eth0", "--outside", "eth1", "--socket", t.TempDir()+"/s")
	for _, part := range []string{"192.0.2.10:", "192.0.2.1:22", "eth1", "--yes", `to = "self"`} {
		if !strings.Contains(got.err, part) {
			t.Errorf("does not say %s: %s", part, got.err)
		}
	}
	if got.code != exitFailed {
		t.Errorf("exit %d", got.code)
	}
}

func TestDoctorCommand(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	args := []string{"doctor", "--json", "--socket", t.TempDir() + "/none", "--outside", "eth1", "--inside"}
	got := onFirewall(l, nil, append(args, "eth0")...)
	if got.code != exitFine {
		t.Errorf("exit %d: %s%s", got.code, got.out, got.err)
	}
	got = onFirewall(l, nil, append(args, "eth7")...)
	failed := 0
	for line := range strings.Lines(got.out) {
		var f doctor.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if f.Level == doctor.Fail {
			failed++
		}
	}
	if got.code != exitFailed || failed != 1 || got.err != "" {
		t.Errorf("exit %d, %d failed: %s%s", got.code, failed, got.out, got.err)
	}
}

// A rule to self for the port is an answer too.
func TestDoctorKnowsThePolicy(t *testing.T) {
	l := labtest.New(t, lab.Config{})
	env := []string{"SSH_CONNECTION=192.0.2.10 50000 192.0.2.1 22"}
	const config = "[inside]\ninterface = \"eth0\"\n[outside]\ninterface = \"eth1\"\n" +
		"[[rule]]\nname = \"ssh\"\nfrom = \"any\"\nto = \"self\"\nservice = [\"tcp/%d\"]\naction = \"accept\"\n"
	for port, asked := range map[int]bool{22: false, 23: true} {
		path := t.TempDir() + "/c.toml"
		if err := os.WriteFile(path, fmt.Appendf(nil, config, port), 0o600); err != nil {
			t.Fatal(err)
		}
		got := onFirewall(l, env, "doctor", "--config", path)
		if got.code != exitFine || strings.Contains(got.out, "would be cut off") != asked {
			t.Errorf("port %d: exit %d: %s%s", port, got.code, got.out, got.err)
		}
	}
}
