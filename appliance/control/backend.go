package control

// Backend is what the server asks: the running firewall. Every method may be
// called from several goroutines at once.
type Backend interface {
	Status() Status

	// Sessions calls yield for the sessions until it returns false or there
	// are no more. A session that lives throughout is seen exactly once; one
	// that comes or goes meanwhile may be missing. No lock is held while yield
	// runs: it writes to a peer that may be slow. The Session and what it
	// points to are yield's only until it returns.
	Sessions(yield func(Session) bool)

	// Explain says what would become of a packet. It changes nothing. An error is of
	// the question.
	Explain(Question) (Explanation, error)

	// Kill removes the session and reports whether there was one.
	Kill(id uint64) bool

	// Stats returns every reason, those that never occurred included, and
	// first of all the packets that passed, as reason "passed".
	Stats() []Stat

	// Asymmetric returns the busiest pairs of addresses that are seen one way
	// only, the busiest first.
	Asymmetric() []Asymmetric

	// Rules returns the rules in their order, the default last.
	Rules() []Rule

	// Mappings is Sessions for the mappings of NAT.
	Mappings(yield func(Mapping) bool)

	// Externals returns the external addresses of which anything is lent, in no
	// order; not all of them, if they are very many.
	Externals() []External

	// Fragments returns the datagrams of which not every fragment has come, each
	// side's oldest first; not all of them, if they are very many.
	Fragments() []Datagram

	// Timeouts returns every timeout that can be set, in a fixed order.
	Timeouts() []Timeout

	// Reload reads the configuration file again and puts what it says in force,
	// all of it or, with an error, nothing. If the file is at fault, that is a
	// *ConfigError or conf.Errors.
	Reload(Consent, Peer) (Reloaded, error)

	// Commit puts a configuration in force as Reload does, writes it to the file
	// that the next start reads, and keeps it in the history. With a time to confirm
	// it is written only by Confirm, and taken back if that does not come, also if
	// the process or the machine ends meanwhile.
	Commit(Commit, Peer) (Committed, error)
	Confirm(Peer) (Committed, error)
	// Rollback commits a configuration of the history, or takes back a commit that
	// waits.
	Rollback(Rollback, Peer) (Committed, error)

	// History returns what was put in force, the newest first, and HistoryFiles the
	// files of one.
	History() ([]Change, error)
	HistoryFiles(number int) ([]File, error)

	// Diff returns what differs between the configuration in force and files, or if
	// there are none the file on disk, or if number is not 0 an entry of the history.
	Diff(files []File, number int) ([]Difference, error)
}
