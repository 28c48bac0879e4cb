package appliance

import (
	"context"
	"time"

	"sallyport/appliance/control"
	"sallyport/appliance/forward"
	"sallyport/conf"
	"sallyport/state"
)

// reviseEvery is the pause after listStep sessions that were judged: a walk
// through a million takes some seconds, and leaves the processors to packets.
const reviseEvery = time.Millisecond

// maxReported is how many sessions of a walk have a line of their own in the log.
const maxReported = 20

var rematches = map[string]forward.Rematch{
	conf.RematchKill: forward.Kill, conf.RematchReport: forward.Report, conf.RematchKeep: forward.Keep,
}

// reviseAfterChanges walks through the sessions each time that another policy is
// in force, until ctx is done.
func (a *Appliance) reviseAfterChanges(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.changed:
			a.revise(ctx)
		}
	}
}

// revision is a walk through the sessions that earlier policies let in.
type revision struct {
	*Appliance
	fates  [forward.Fates]int
	living map[uint32]bool // generations that have sessions still
	old    []state.View
}

// revise judges the sessions of earlier policies again, in small steps, and
// forgets the names of policies that have none left.
func (a *Appliance) revise(ctx context.Context) {
	r := revision{Appliance: a, living: map[uint32]bool{}}
	for cursor, more := state.Cursor(0), true; more && ctx.Err() == nil; more = cursor != 0 {
		cursor = r.step(cursor)
		if len(r.old) > 0 {
			pause(ctx, reviseEvery)
		}
	}
	if ctx.Err() == nil {
		a.rules.forget(r.living)
		r.tell()
	}
}

// step judges some sessions. The table is held only while they are listed.
func (r *revision) step(cursor state.Cursor) state.Cursor {
	c := r.inForce.Load()
	r.old = r.old[:0]
	cursor = r.table.Sessions(r.now(), cursor, listStep, func(v state.View) {
		if v.Generation < c.policy.Generation {
			r.old = append(r.old, v)
		}
	})
	for i := range r.old {
		r.one(c, &r.old[i])
	}
	return cursor
}

func (r *revision) one(c *configuration, v *state.View) {
	if c.policy.Rematch == forward.Keep {
		r.keep(c, v)
		return
	}
	fate, d := r.engine.Revise(c.policy, v, r.now())
	r.fates[fate]++
	if fate < forward.Refused || c.policy.Rematch == forward.Kill {
		return
	}
	if r.fates[forward.Refused]+r.fates[forward.Moved] <= maxReported {
		r.log.Warn().Uint64("session", v.ID).Stringer("flow", v.Original).Str("rule", r.ruleName(v.Generation, v.Rule)).
			Stringer("reason", d.Reason).Str("refused_by", c.policy.Rules.Rule(d.Rule)).
			Msg("the policy in force would not let this session in; it goes on")
	}
	r.keep(c, v)
}

// keep makes a session one of the policy in force by the name of its rule alone;
// if that is gone, it stays one of the policy that it was let in by.
func (r *revision) keep(c *configuration, v *state.View) {
	n := c.numbers()
	rule, isRule := n.rules[r.ruleName(v.Generation, v.Rule)]
	dst, isDst := n.translations[r.natName(v.Generation, v.DstRule)]
	src, isSrc := n.translations[r.natName(v.Generation, v.SrcRule)]
	if !isRule || !isDst && v.DstRule != 0 || !isSrc && v.SrcRule != 0 {
		r.living[v.Generation] = true
		return
	}
	said := &c.settings.Policy.Rules[rule]
	r.table.Readmit(v.ID, v.Generation, state.Readmission{
		Rule: rule, Generation: c.policy.Generation, Log: said.Log, DstRule: dst, SrcRule: src,
		Terms: c.policy.TermsOf(said.Terms, v.Reply.Proto, v.Reply.SrcPort), Limit: c.policy.LimitOf(said.Limit),
	}, r.now())
}

// tell says what became of the sessions, if anything did.
func (r *revision) tell() {
	refused, moved := r.fates[forward.Refused], r.fates[forward.Moved]
	how := r.inForce.Load().policy.Rematch
	if how == forward.Report {
		r.reported.Add(uint64(refused + moved))
	}
	if refused+moved+r.fates[forward.Readmitted] == 0 {
		return
	}
	e := r.log.Info()
	if how == forward.Report {
		e = e.Int("refused_and_kept", refused+moved)
	} else {
		e = e.Int("ended_refused", refused).Int("ended_address_gone", moved)
	}
	e.Int("stay", r.fates[forward.Readmitted]).Msg("sessions judged again by the policy in force")
}

// rematchStatus is what became of sessions by changes of the policy.
func (a *Appliance) rematchStatus() control.RematchStatus {
	ended := a.table.Stats().Ended
	return control.RematchStatus{
		Mode: a.settings().State.Rematch, Refused: ended[state.CauseRefused], Moved: ended[state.CauseMoved], Reported: a.reported.Load(),
	}
}

// pause waits, or until ctx is done.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
