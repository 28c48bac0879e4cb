package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sallyport/appliance/control/controltest"
	"sallyport/conf/goldentest"
)

const explainPage = "../../docs/explain.md"

// TestDocumentedExplanations runs the commands that the page shows on the file
// that it shows.
func TestDocumentedExplanations(t *testing.T) {
	page, err := os.ReadFile(explainPage)
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "rules.toml")
	toml := regexp.MustCompile("(?s)```toml\n(.*?)```").FindSubmatch(page)
	if err := os.WriteFile(config, toml[1], 0o600); err != nil {
		t.Fatal(err)
	}
	examples := 0
	got := regexp.MustCompile("(?s)```\n\\$ sallyport (explain [^\n]*)\n(.*?)```").ReplaceAllStringFunc(string(page), func(block string) string {
		command, _, _ := strings.Cut(strings.TrimPrefix(block, "```\n$ sallyport "), "\n")
		args := append(strings.Fields(command), "--config", config, "--outside-address", "203.0.113.1")
		run := invoke(t, args)
		if run.code != exitFine {
			t.Errorf("%s: exit %d: %s", command, run.code, run.err)
		}
		examples++
		return "```\n$ sallyport " + command + "\n" + run.out + "```"
	})
	if examples < 4 {
		t.Errorf("%d examples", examples)
	}
	goldentest.Compare(t, explainPage, got)
}

func TestExplainRunning(t *testing.T) {
	socket := controltest.Serve(t, controltest.New())
	for name, args := range map[string][]string{"explain": nil, "explain.json": {"--json"}} {
		got := invoke(t, append([]string{"explain", "inside", "tcp", "10.1.0.5:5000", "1.1.1.1:443", "--socket", socket}, args...))
		if got.code != exitFine || got.err != "" {
			t.Errorf("exit %d: %s", got.code, got.err)
		}
		golden(t, name, got.out)
	}
}

// What is wrong with a question is told before anything is asked.
func TestExplainUsage(t *testing.T) {
	for args, want := range map[string]string{
		"upside tcp 10.1.0.5 1.1.1.1:443":                  `"upside" is no side`,
		"inside":                                           "which packet?",
		"inside tcp 10.1.0.5 1.1.1.1":                      "the port is missing",
		"inside tcp 10.1.0.5 1.1.1.1:443 --flags Q":        `flags "Q"`,
		"inside tcp 10.1.0.5 1.1.1.1:443 --pcap-line 4500": "either in words or in hex",
		"inside --pcap-line 450":                           "no packet in hex",
		"inside --hex-file /does/not/exist":                "no such file",
		"inside --hex-file /dev/null --pcap-line 4500":     "either in --pcap-line or in --hex-file",
		"inside htps 10.1.0.5 1.1.1.1":                     `unknown protocol "htps"`,
		"inside https 10.1.0.5 1.1.1.1 --inside-address x": "are for --config",
		"inside https 10.1.0.5 1.1.1.1 --config /nowhere":  "no such file",
	} {
		got := invoke(t, append([]string{"explain"}, strings.Fields(args)...))
		if got.code != exitUsage || !strings.Contains(got.err, want) {
			t.Errorf("%s: exit %d: %s", args, got.code, got.err)
		}
	}
}

func TestExplainCompletes(t *testing.T) {
	for args, want := range map[string]string{
		"__complete explain in":          "inside\n",
		"__complete explain inside http": "http\nhttp3\nhttps\n",
		"__complete explain inside fl":   "flags\n",
	} {
		got := invoke(t, strings.Fields(args))
		if !strings.HasPrefix(got.out, want) {
			t.Errorf("%s: %q", args, got.out)
		}
	}
}
