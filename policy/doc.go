// Package policy decides about packets that open a conversation.
//
// It owns the compiled rule set: immutable, without a clock or a lock, swapped
// whole when the configuration changes. conf writes the Spec that it is compiled
// from; appliance asks it about packets that belong to no session.
package policy
