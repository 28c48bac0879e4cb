package state

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"

	"sallyport/netstack"
)

// Seed is a table's secret: who does not know it can neither choose packets
// that collide in the index nor foresee which port comes next.
type Seed [32]byte

// NewSeed returns a fresh secret from the system's randomness.
func NewSeed() (s Seed) {
	rand.Read(s[:]) // never fails (crypto/rand)
	return s
}

// hasher is a keyed hash over the five words of a flow: each multiplication
// mixes two secret-masked words into 128 bits and folds them.
type hasher [6]uint64

func newHasher(seed Seed) (h hasher) {
	for i := range h {
		// Four seed words make six, each distinct even for a constant seed.
		w := binary.LittleEndian.Uint64(seed[i%4*8:])
		h[i] = fold(w^0x9e3779b97f4a7c15*uint64(i+1), 0xd1b54a32d192ed03) ^ w
	}
	return h
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// flow returns the hash of k.
func (h *hasher) flow(k *netstack.FlowKey) uint32 {
	return h.ends(k, uint64(k.SrcPort)<<48|uint64(k.DstPort)<<32)
}

// pair returns the hash of k without its ports.
func (h *hasher) pair(k *netstack.FlowKey) uint32 { return h.ends(k, 0) }

func (h *hasher) ends(k *netstack.FlowKey, ports uint64) uint32 {
	sum := h.wide(k, ports)
	return uint32(sum ^ sum>>32)
}

// wide returns a hash of k and of 64 more bits instead of its ports.
func (h *hasher) wide(k *netstack.FlowKey, more uint64) uint64 {
	src := fold(k.Src.Hi^h[0], k.Src.Lo^h[1])
	dst := fold(k.Dst.Hi^h[2], k.Dst.Lo^h[3])
	return fold(src^more^uint64(k.Proto)<<8^uint64(k.In)^h[4], dst^h[5])
}
