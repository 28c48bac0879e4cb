package plumbing

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// listRules returns the rules of a family.
func listRules(f family) ([]netlink.Rule, error) {
	rules, err := dump(func() ([]netlink.Rule, error) { return netlink.RuleList(int(f)) })
	return rules, attempt(f.ip()+" rule show", err)
}

// ourRules returns the rules that this package has installed.
func ourRules(f family) ([]rule, error) {
	all, err := listRules(f)
	var ours []rule
	for _, n := range all {
		if n.Protocol == Mark {
			ours = append(ours, ruleFrom(n))
		}
	}
	return ours, err
}

// applyRules makes the rules of a family that are ours exactly want. What is
// missing is added before the rest is removed.
func applyRules(f family, want []rule) error {
	have, err := ourRules(f)
	if err != nil {
		return err
	}
	wanted := map[rule]bool{}
	for _, r := range want {
		wanted[r.listed()] = true
		if slices.Contains(have, r.listed()) {
			continue
		}
		if err := addRule(r); err != nil {
			return err
		}
	}
	var errs []error
	for _, r := range have {
		if !wanted[r] {
			errs = append(errs, deleteRule(r))
		}
	}
	return errors.Join(errs...)
}

func addRule(r rule) error {
	add := func() error { return netlink.RuleAdd(r.netlink()) }
	if r.unlabelled {
		add = r.addUnlabelled
	}
	if err := add(); !errors.Is(err, unix.EEXIST) {
		return attempt(fmt.Sprintf("%s rule add %v protocol %d", r.family.ip(), r, Mark), err)
	}
	return nil
}

func deleteRule(r rule) error {
	err := netlink.RuleDel(r.netlink())
	if gone(err) {
		return nil
	}
	return attempt(fmt.Sprintf("%s rule del %v", r.family.ip(), r), err)
}

// kernelLocal is the rule that finds the box's own addresses, as the kernel
// makes it.
func kernelLocal(f family) *netlink.Rule {
	n := netlink.NewRule()
	n.Family, n.Priority, n.Table, n.Protocol = int(f), 0, localTable, unix.RTPROT_KERNEL
	return n
}

// hasKernelLocal reports whether the local rule is at preference 0.
func hasKernelLocal(f family) (bool, error) {
	all, err := listRules(f)
	return slices.ContainsFunc(all, func(n netlink.Rule) bool {
		return n.Priority == 0 && n.Table == localTable && n.IifName == "" && n.OifName == ""
	}), err
}

// removeKernelLocal makes way for the rules of ours that come before it.
func removeKernelLocal(f family) error {
	there, err := hasKernelLocal(f)
	if err != nil || !there {
		return err
	}
	return attempt(f.ip()+" rule del pref 0 lookup local", netlink.RuleDel(kernelLocal(f)))
}

// restoreKernelLocal puts the local rule back.
func restoreKernelLocal(f family) error {
	there, err := hasKernelLocal(f)
	if err != nil || there {
		return err
	}
	return attempt(f.ip()+" rule add pref 0 lookup local", netlink.RuleAdd(kernelLocal(f)))
}
