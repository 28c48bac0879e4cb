package state

import (
	"runtime"
	"syscall"
	"unsafe"
)

// Tables are reserved whole: as address space that becomes memory when it is
// touched, so nothing is ever copied to grow. What is large lies outside the
// garbage collector's heap, which would otherwise count what was never touched,
// and in huge pages where the system gives them: a random session of a million
// is then not also a random entry of the page table.
const (
	mapFrom  = 1 << 20 // bytes; less than this comes from the heap
	hugeFrom = 8 << 20 // bytes; what the processor's own small-page tables span
)

// reserved is n zeroed values of a pointer-free type. Pointers into it are good
// as long as the reserved itself is reachable.
type reserved[T any] struct {
	all  []T
	from *[]byte // what was mapped for it, and is unmapped when nothing refers to this any more
}

func reserve[T any](n int) reserved[T] {
	size := n * int(unsafe.Sizeof(*new(T)))
	if size < mapFrom {
		return reserved[T]{all: make([]T, n)}
	}
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return reserved[T]{all: make([]T, n)}
	}
	if size >= hugeFrom {
		_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE) // only slower without
	}
	from := &b
	runtime.AddCleanup(from, func(b []byte) { _ = syscall.Munmap(b) }, b)
	return reserved[T]{unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n), from}
}
