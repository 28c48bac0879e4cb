package tun

import "sallyport/netstack"

// spill holds packets that were split off a super-packet and found no frame in
// the batch. The zero spill is empty; its memory is taken when it is first
// needed, and touched as far as it is used.
type spill struct {
	frames      []*netstack.Frame
	first, last int // those that wait are frames[first:last]
}

func (s *spill) empty() bool { return s.first == s.last }

// room returns n frames to fill. The spill must be empty.
func (s *spill) room(n int) []*netstack.Frame {
	for len(s.frames) < n {
		s.frames = append(s.frames, netstack.NewFrame())
	}
	return s.frames[:n]
}

// filled says that the first n frames of room were filled.
func (s *spill) filled(n int) { s.first, s.last = 0, n }

// take moves packets to frames, oldest first, and returns how many.
func (s *spill) take(frames []*netstack.Frame) int {
	n := min(len(frames), s.last-s.first)
	for i, f := range s.frames[s.first : s.first+n] {
		frames[i].SetLen(copy(frames[i].Space(), f.Bytes()))
		frames[i].Offload = f.Offload
	}
	s.first += n
	return n
}
