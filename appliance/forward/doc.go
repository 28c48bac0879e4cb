// Package forward is the packet's way from one device to the other.
//
// It owns the order in which a packet is looked at (parse, fragments, session,
// policy, translation, rewrite), the worker that moves packets between a queue of the
// inside device and a queue of the outside one, and the counters of what
// happened. The appliance makes one Engine and a Worker for each queue pair.
package forward
