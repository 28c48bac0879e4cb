package policy

import "sallyport/netstack"

// DefaultRule is the number of the rule that decides when no other matched.
const DefaultRule = ^uint32(0)

// NoRule stands for the rule where no rule had a say.
const NoRule = DefaultRule - 1

// Decision is what the policy says about a packet that opens a conversation.
// The zero Decision drops.
type Decision struct {
	Verdict netstack.Verdict
	Reason  netstack.Reason // why not, unless Verdict is Pass
	Rule    uint32          // number in the rule set, or DefaultRule
	Out     netstack.Side   // where the real destination is; Self for the box
	Log     bool
	Terms   uint16 // of the rule, see Rule
	Limit   uint16 // likewise
	// Translation is to be applied to the session; zero for a packet to Self.
	Translation netstack.Translation
}
