package appliance

import (
	"sallyport/appliance/control"
	"sallyport/appliance/explain"
)

// Explain implements control.Backend.
func (a *Appliance) Explain(q control.Question) (control.Explanation, error) {
	c := a.inForce.Load()
	fw := explain.Firewall{Engine: a.engine, Settings: c.settings, RuleName: a.ruleName, Now: a.now}
	return fw.Ask(q, &c.box)
}
