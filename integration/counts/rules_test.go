package counts

import "testing"

// TestInstructionsOfRules counts those of a rule in a file of ten thousand: what
// grows faster than the file is in them.
func TestInstructionsOfRules(t *testing.T) {
	need(t, false, "valgrind")
	rules := build(t, "sallyport/integration/counts/rules")
	const few, many = 100, 10000
	for _, kind := range []string{"read", "compile", "lint"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			n := instructions(t, rules, kind, many) - instructions(t, rules, kind, few)
			within(t, "instructions, "+kind+" a rule", float64(n)/(many-few))
		})
	}
}
