// Package state remembers conversations.
//
// It owns the session table, the trackers that say whether a packet fits its
// session, and the external ports that translation lends out. It starts no
// goroutine and reads no clock: time is a parameter. appliance asks it about
// every packet: Table.Track finds and judges, and what belongs to no session
// but may begin one comes back, after the policy has said yes, as Table.Open.
//
// It knows nothing of policy: a session keeps the number of the rule that let
// it in, and says of a packet only whether it can be part of this conversation.
// A rule never makes it accept a packet that cannot.
//
// Fragments holds what comes of datagrams until they are complete, so that the
// table sees datagrams only.
//
// Where to read on: table.go has the theory of operation of the table, tcp.go
// that of the TCP tracker, fragments.go that of the fragments, snapshot.go that
// of snapshots, mapping.go that of NAT; ports.go and pooling.go say how external
// endpoints are chosen.
package state
