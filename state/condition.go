package state

// Condition is what a refused packet fails, where the reason does not say all:
// which bound of a TCP conversation a segment, or the packet that an ICMP error
// quotes, lies outside of, which are the four of pf; or that the guard knows
// nothing of its source.
type Condition uint8

const (
	NoCondition   Condition = iota // another reason, or not refused
	BeyondWindow                   // it goes further than the receiver has allowed
	BeforeWindow                   // it starts further back than anything still under way
	AcksTooMuch                    // it acknowledges what was never sent
	AcksTooLittle                  // its acknowledgement is older than anything still under way
	Unproven                       // a SYN under guard, whose source has not shown that it is there: see guard.go
	Conditions                     // the number of conditions
)

var conditionWords = [Conditions]string{
	"", "beyond the window", "before the window", "acknowledges too much", "acknowledges too little",
	"unproven source",
}

func (c Condition) String() string { return conditionWords[c] }
