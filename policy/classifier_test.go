package policy

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// TestIndexAgainstLinear compares the index with trying one condition after the
// other, on lists of all shapes and of lengths around the sizes of leaf and page.
func TestIndexAgainstLinear(t *testing.T) {
	none, late := 0, 0
	for _, s := range shapes {
		for _, n := range []int{1, 2, 64, 65, 512, 513, 10001} {
			d := dice{rand.New(rand.NewPCG(uint64(n), 5))}
			list := s.conditions(t, d, n)
			x := newIndex(list)
			for range 150 {
				q := d.aimed(list)
				got, want := x.first(&q), linear(list).first(&q)
				if got != want {
					t.Fatalf("%s, %d of them: %+v meets %d, want %d", s.name, n, q, got, want)
				}
				none, late = none+btoi(got < 0), late+btoi(got > n/2)
			}
		}
	}
	if none < 300 || late < 300 {
		t.Errorf("%d queries meet nothing and %d a late condition: the test does not try it", none, late)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestIndexIsBounded holds what Compile says about memory, whatever the shape.
func TestIndexIsBounded(t *testing.T) {
	for _, s := range shapes {
		for _, n := range []int{100, 10000} {
			list := s.conditions(t, dice{rand.New(rand.NewPCG(1, 1))}, n)
			x, ranges := newIndex(list), 0
			for _, c := range list {
				ranges += len(c.src) + len(c.dst) + 2*max(1, len(c.services))
			}
			if got, most := x.size(), 64<<10+320*ranges; got > most {
				t.Errorf("%s, %d of them: %d bytes for %d ranges, at most %d", s.name, n, got, ranges, most)
			}
		}
	}
}

func (x *index) size() int {
	size := len(x.leaves)*int(unsafe.Sizeof(leaf{})) + len(x.pages)*int(unsafe.Sizeof(page{})) + 4*len(x.condition) + 4*len(x.scopes.all)
	for _, c := range []*cuts{&x.services, &x.srcPorts, &x.src.v4, &x.dst.v4} {
		size += 4*len(c.starts) + 4*len(c.all)
	}
	for _, c := range []*wideCuts{&x.src.v6, &x.dst.v6} {
		size += 16*len(c.starts) + 4*len(c.all)
	}
	return size
}

// BenchmarkFirst asks ten thousand conditions of each shape about packets that
// lie at their edges, another each time.
func BenchmarkFirst(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			d := dice{rand.New(rand.NewPCG(1, 1))}
			list := s.conditions(b, d, 10000)
			x := newIndex(list)
			var queries [1024]query
			for i := range queries {
				queries[i] = d.aimed(list)
			}
			i := 0
			for b.Loop() {
				x.first(&queries[i%len(queries)])
				i++
			}
		})
	}
}

// BenchmarkIndex makes the index of ten thousand conditions of each shape.
func BenchmarkIndex(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			list := s.conditions(b, dice{rand.New(rand.NewPCG(1, 1))}, 10000)
			for b.Loop() {
				newIndex(list)
			}
		})
	}
}
