package state

// Condition is which bound of a TCP conversation a refused segment, or the
// packet that a refused ICMP error quotes, lies outside of. They are the four
// of pf.
type Condition uint8

const (
	NoCondition   Condition = iota // another reason, or not refused
	BeyondWindow                   // it goes further than the receiver has allowed
	BeforeWindow                   // it starts further back than anything still under way
	AcksTooMuch                    // it acknowledges what was never sent
	AcksTooLittle                  // its acknowledgement is older than anything still under way
	Conditions                     // the number of conditions
)

var conditionWords = [Conditions]string{
	"", "beyond the window", "before the window", "acknowledges too much", "acknowledges too little",
}

func (c Condition) String() string { return conditionWords[c] }
