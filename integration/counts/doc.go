// Package counts holds what a packet costs, and a rule of a reload, in counts and
// not in times: they are the same on a busy machine. budgets.json has what each may
// be.
//
//   - Allocations and instructions of a packet through the engine, of Command
//     packets: the instructions under valgrind, which counts every one and needs no
//     counters of the processor's, so that they are the same on any machine.
//   - Instructions of a rule of Command rules, in a file of ten thousand: to read
//     it, to compile it, and to look for what it says in vain.
//   - Read and write calls a packet, of the whole process in a lab, as the kernel
//     counts them for each process.
//
// What has become dearer on purpose is renewed:
//
//	SALLYPORT_RENEW=1 go test ./integration/counts
//
// and the change of budgets.json is committed with its reason. How far the session
// table's index is searched is held beside it, in package state.
package counts
