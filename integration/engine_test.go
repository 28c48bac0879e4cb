package integration

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sallyport/appliance/lab"
)

// engine is a Docker engine with everything of its own: its network namespace,
// so that its bridges and filter rules are there and not on this machine, its
// mounts, its cgroup, and its files.
type engine struct {
	t       *testing.T
	dir     string // data, sockets, build contexts
	daemon  *lab.Cmd
	log     *output
	project string // of docker-compose
}

// startEngine starts dockerd with its usual settings and waits until it
// answers. vfs stores images on any file system, and they are small here.
func startEngine(t *testing.T) *engine {
	t.Helper()
	l := newLab(t, lab.Config{})
	host, err := l.NewHost("docker")
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{t: t, dir: t.TempDir(), log: new(output), project: "sp" + strconv.Itoa(os.Getpid())}
	e.daemon = host.Command("sh", "-c", `mount -t tmpfs tmpfs /run && exec "$@"`, "sh", "dockerd",
		"--data-root", e.dir+"/data", "--exec-root", "/run/docker", "--pidfile", e.dir+"/pid",
		"--host", e.socket(), "--storage-driver", "vfs", "--cgroup-parent", "/"+e.project)
	// /run is covered in the daemon's own mounts: it and containerd keep
	// sockets and locks there whatever they are told.
	e.daemon.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	e.daemon.Stdout, e.daemon.Stderr = e.log, e.log
	if err := e.daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.stop)
	eventually(t, "dockerd answers", func() bool { return exec.Command("docker", "--host", e.socket(), "version").Run() == nil })
	return e
}

func (e *engine) socket() string { return "unix://" + e.dir + "/sock" }

// stop ends the containers, the engine, whatever it leaves running, and its
// cgroups.
func (e *engine) stop() {
	if e.t.Failed() {
		for line := range strings.Lines(e.log.String()) {
			if strings.Contains(line, "level=error") || strings.Contains(line, "level=fatal") {
				e.t.Log("dockerd: ", line)
			}
		}
	}
	mounts, _ := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", e.daemon.Process.Pid))
	if ids, err := e.try("docker", "ps", "-aq"); err == nil && ids != "" {
		_, _ = e.try("docker", append([]string{"rm", "-f"}, strings.Fields(ids)...)...)
	}
	_ = e.daemon.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(patience, e.daemon.Kill)
	_ = e.daemon.Wait()
	timer.Stop()
	killMembers(e.t, mounts)
	removeCgroups(e.t, e.project)
}

// killMembers kills the processes that live in a mount namespace, which are all
// descendants of the one that it was made for.
func killMembers(t *testing.T, mounts string) {
	links, _ := filepath.Glob("/proc/[0-9]*/ns/mnt")
	for _, link := range links {
		if at, err := os.Readlink(link); err != nil || at != mounts || mounts == "" {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
		t.Logf("dockerd left process %d", pid)
		_ = unix.Kill(pid, unix.SIGKILL)
	}
}

// removeCgroups removes the engine's cgroup from every hierarchy.
func removeCgroups(t *testing.T, name string) {
	for _, pattern := range []string{"/sys/fs/cgroup/", "/sys/fs/cgroup/*/"} {
		left, _ := filepath.Glob(pattern + name)
		for _, dir := range left {
			if err := unix.Rmdir(dir); err != nil && !errors.Is(err, unix.ENOENT) {
				t.Errorf("cgroup %s: %v", dir, err)
			}
		}
	}
}

// try runs a client of the engine and returns what it wrote, trimmed.
func (e *engine) try(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = cleanEnv("DOCKER_HOST="+e.socket(), "DOCKER_CONFIG="+e.dir+"/config", "DOCKER_BUILDKIT=0", "COMPOSE_PROJECT_NAME="+e.project)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}

// docker runs the docker command, which must succeed.
func (e *engine) docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := e.try("docker", args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (e *engine) compose(args ...string) (string, error) {
	return e.try("docker-compose", append([]string{"-f", composeFile}, args...)...)
}

// container returns the id of a service's container.
func (e *engine) container(t *testing.T, service string) string {
	t.Helper()
	return e.docker(t, "ps", "-aq", "--filter", "label=com.docker.compose.service="+service)
}

// address returns a service's address in one of the two networks.
func (e *engine) address(t *testing.T, service, network string) string {
	t.Helper()
	return e.docker(t, "inspect", "-f", `{{(index .NetworkSettings.Networks "`+e.project+"_"+network+`").IPAddress}}`, e.container(t, service))
}

// build makes an image of a Dockerfile and the one file that it copies.
func (e *engine) build(tag, dockerfile, name, from string) {
	e.t.Helper()
	context := e.t.TempDir()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(filepath.Join(context, name), b, 0o755)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	e.docker(e.t, "build", "-q", "-t", tag, "-f", dockerfile, context)
}
