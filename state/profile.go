package state

// Profile is how much of a conversation a session believes.
type Profile uint8

const (
	// Strict passes what a correct endpoint could have sent in a conversation
	// that was seen from its first packet, and nothing else.
	Strict Profile = iota
	// Loose also picks up a TCP conversation in its middle, for a short time
	// until both ends were heard.
	Loose
	// FW1 is FireWall-1 4.1 as Lance Spitzner measured it in 2000, its weaknesses
	// included: for labs and teaching.
	FW1

	Profiles // the number of profiles
)

var profileNames = [Profiles]string{"strict", "loose", "fw1"}

func (p Profile) String() string { return profileNames[p] }

// ParseProfile returns the profile of that name.
func ParseProfile(name string) (Profile, bool) {
	for p, n := range profileNames {
		if n == name {
			return Profile(p), true
		}
	}
	return Strict, false
}
