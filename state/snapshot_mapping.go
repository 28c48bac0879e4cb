package state

import "sallyport/netstack"

// reclaim returns the mapping that a session with these keys has held, one use
// more of it. It is made if it is not there; 0: that cannot be, because the port
// is another's or the endpoint has another port.
func (m *mappings) reclaim(original, reply *netstack.FlowKey) ref {
	key, space, port := mappingKey(original), m.space(reply.Dst, original.Proto), reply.DstPort
	hash := m.hashOf(&key, space)
	if r := m.find(hash, &key, space); r != 0 {
		if m.records.at(r).port != port {
			return 0
		}
		m.records.at(r).uses++
		return r
	}
	if m.spaces[space].isTaken(port) {
		return 0
	}
	return m.add(hash, mapping{inside: key, space: space, port: port, uses: 1})
}
