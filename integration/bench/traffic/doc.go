// Package traffic makes and counts the traffic of a benchmark: connections,
// datagrams that are answered, floods of packets made by hand. Each kind is an
// agent: a process of its own inside a host of the lab, which is this program
// started again, and which says what it has seen as a JSON object. Streams and
// datagrams at full speed are iperf3's.
//
// Agents make system calls themselves: what they cost is taken from the firewall,
// which here shares its cores with them.
package traffic
