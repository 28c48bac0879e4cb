package integration

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"sallyport/appliance/lab"
)

// labs are those to be closed when the run is interrupted, each with the
// directory that its firewall's socket is in.
var labs struct {
	sync.Mutex
	open map[*lab.Lab]string
}

func TestMain(m *testing.M) {
	labs.open = make(map[*lab.Lab]string)
	closeOnInterrupt()
	code := m.Run()
	if dir := filepath.Dir(binary.path); binary.built {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func closeOnInterrupt() {
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		labs.Lock() // for good: nobody opens another
		for l := range labs.open {
			_ = l.Close()
		}
		os.Exit(130)
	}()
}

// binary is the firewall under test, built by the first test that asks.
var binary struct {
	once  sync.Once
	path  string
	built bool
	err   error
}

func sallyport(t *testing.T) string {
	t.Helper()
	binary.once.Do(func() {
		if binary.path = os.Getenv("SALLYPORT_BINARY"); binary.path == "" {
			binary.path, binary.err = build()
			binary.built = binary.err == nil
		}
	})
	if binary.err != nil {
		t.Fatal(binary.err)
	}
	return binary.path
}

func build() (string, error) {
	dir, err := os.MkdirTemp("", "sallyport")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sallyport")
	args := []string{"build", "-o", path}
	if os.Getenv("SALLYPORT_RACE") != "" {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "sallyport/cmd/sallyport")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.Join(fmt.Errorf("go build: %w\n%s", err, out), os.RemoveAll(dir))
	}
	return path, nil
}

// need skips the test where it cannot run, and says why.
func need(t *testing.T, tools ...string) {
	t.Helper()
	skip := t.Skipf
	if os.Getenv("SALLYPORT_REQUIRE") != "" {
		skip = t.Fatalf
	}
	if os.Getuid() != 0 {
		skip("not root: network namespaces and TUN devices cannot be made")
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		skip("no TUN devices: %v", err)
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			skip("%s is not installed: run integration/setup.sh", tool)
		}
	}
}

// newLab returns a Lab that lives as long as the test.
func newLab(t *testing.T, c lab.Config) *lab.Lab {
	t.Helper()
	labs.Lock()
	defer labs.Unlock()
	l, err := lab.New(c)
	if err != nil {
		t.Fatal(err)
	}
	labs.open[l] = t.TempDir()
	t.Cleanup(func() {
		labs.Lock()
		delete(labs.open, l)
		labs.Unlock()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// socket is where a Lab's firewall listens; it is the same for one started
// after another, as on a real machine.
func socket(l *lab.Lab) string {
	labs.Lock()
	defer labs.Unlock()
	return filepath.Join(labs.open[l], "sallyport.sock")
}
