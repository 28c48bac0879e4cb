package netstack

// ParsePlain is the parsing of plain packets alone.
func (p *Packet) ParsePlain(in Side, f *Frame) bool { return p.parsePlain(in, f) }

// ParseAny is Parse without that; what it has read is forwarded as any packet.
func (p *Packet) ParseAny(in Side, f *Frame) Reason { return p.parseAny(in, f, MaxPacket) }

// Plain makes p a plain packet, or one that is as any other.
func (p *Packet) Plain(plain bool) { p.plain = plain }
