package doctor

// Level is how bad a Finding is.
type Level string

const (
	OK   Level = "ok"   // as it should be
	Warn Level = "warn" // works, with a consequence to know of
	Fail Level = "fail" // would not work
)

// Finding is one thing that was looked at.
type Finding struct {
	Name  string `json:"name"`  // what was looked at; stable
	Level Level  `json:"level"` // ok, warn or fail
	Found string `json:"found"` // what is the case
	Fix   string `json:"fix"`   // what to do; empty if nothing is to be done
}

// Judge says what facts mean, in the order in which things are needed.
func Judge(f *Facts) []Finding {
	var all []Finding
	for _, check := range checks {
		all = append(all, check(f)...)
	}
	return all
}

// checks each look at one thing. One without findings has nothing to say here.
var checks = []func(*Facts) []Finding{
	running, asymmetric, kernel, node, capability, driver, policyRouting, procSys, rpFilter, ipForward, ip6Forward,
	interfaces, sides, leftovers, thirdLeg, listeners, dockerDNS, logins,
}

// Failed reports whether anything would not work.
func Failed(findings []Finding) bool {
	for _, f := range findings {
		if f.Level == Fail {
			return true
		}
	}
	return false
}

func one(name string, level Level, found, fix string) []Finding {
	return []Finding{{name, level, found, fix}}
}
