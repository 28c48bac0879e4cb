package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command has its heading in docs/commands.md, and every flag is named
// below it or, if several have it, above all.
func TestDocumented(t *testing.T) {
	b, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	preamble, _, _ := strings.Cut(string(b), "\n## ")
	walk(newCLI().root(), func(cmd *cobra.Command) {
		path := strings.TrimPrefix(cmd.CommandPath(), "sallyport ")
		section := below(string(b), "# "+path)
		if section == "" {
			t.Errorf("%s is not documented", path)
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && !strings.Contains(preamble+section, "--"+f.Name) {
				t.Errorf("%s --%s is not documented", path, f.Name)
			}
		})
	})
}

// The README names every command.
func TestReadmeHasEveryCommand(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := below(string(text), "## Commands")
	for _, cmd := range newCLI().root().Commands() {
		if !strings.Contains(listed, "`"+cmd.Name()+"`") {
			t.Errorf("%s is not named", cmd.Name())
		}
	}
}

func walk(cmd *cobra.Command, visit func(*cobra.Command)) {
	for _, sub := range cmd.Commands() {
		visit(sub)
		walk(sub, visit)
	}
}

// below returns the text between a heading, whatever its level, and the next.
func below(text, heading string) string {
	_, rest, found := strings.Cut(text, heading+"\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	if !found {
		return ""
	}
	return section
}

// The table in the documentation is the one that is printed.
func TestDocumentedSessions(t *testing.T) {
	docs, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("testdata/sessions.limit.golden")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(docs), string(table)) {
		t.Errorf("the documentation shows another table than\n%s", table)
	}
}
