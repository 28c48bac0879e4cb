package state

import "sallyport/netstack"

// Whole is a datagram of which every fragment has come. The zero Whole is none.
// It is used by one goroutine at a time.
type Whole struct {
	Fragments    int  // how many; 0: there is no datagram
	Bytes        int  // of all of them, headers included
	Largest      int  // bytes of the largest of them
	DontFragment bool // one of them may not be fragmented further
	Headers      int  // how many bytes of headers the datagram has in front of what they carry

	store    *fragmentStore
	datagram ref
	first    netstack.Piece
	size     int // bytes that they carry
	next     int // where the fragment starts that Next returns
	left     int // how many fragments it has still to return
}

// Left is how many fragments Next has still to return.
func (w *Whole) Left() int { return w.left }

// Assemble makes f, of NewDatagramFrame, the datagram, before the first Next.
func (w *Whole) Assemble(f *netstack.Frame) {
	s := w.store
	s.mu.Lock()
	defer s.mu.Unlock()
	k, d := &s.keeping, s.datagrams.at(w.datagram)
	k.read(k.pieces.at(k.find(w.datagram, 0)), f.Space()[:w.first.Data])
	data := f.Join(w.first, w.size)
	for n := d.pieces; n != 0; n = k.pieces.at(n).next {
		p := k.pieces.at(n)
		to := data[p.Offset:]
		k.each(p, func(part []byte) { to = to[copy(to, part):] })
	}
}

// First makes f the first fragment as it came, before the first Next.
func (w *Whole) First(f *netstack.Frame) {
	s := w.store
	s.mu.Lock()
	defer s.mu.Unlock()
	w.fill(f, s.keeping.pieces.at(s.keeping.find(w.datagram, 0)))
}

// Next makes f the next fragment, in the order of their offsets, as it came, and
// returns its layout. After the last, w is zero, and Next returns false.
func (w *Whole) Next(f *netstack.Frame) (netstack.Piece, bool) {
	if w.left == 0 {
		return netstack.Piece{}, false
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	p := w.store.keeping.pieces.at(w.store.keeping.find(w.datagram, uint16(w.next)))
	w.fill(f, p)
	q := p.Piece
	w.next += q.Size()
	if w.left--; w.left == 0 {
		w.end()
	}
	return q, true
}

func (w *Whole) fill(f *netstack.Frame, p *piece) {
	f.SetLen(int(p.Len))
	f.Offload = netstack.Offload{}
	w.store.keeping.read(p, f.Bytes())
}

// Discard gives back what Next has not returned; w is then zero.
func (w *Whole) Discard() {
	if w.Fragments == 0 {
		return
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.end()
}

func (w *Whole) end() {
	w.store.free(w.datagram)
	*w = Whole{}
}
