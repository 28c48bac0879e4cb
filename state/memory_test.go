package state

import (
	"runtime"
	"syscall"
	"testing"
	"unsafe"
)

func TestReservedIsZeroedAndAllThere(t *testing.T) {
	for _, size := range []int{0, 1, mapFrom / 8, mapFrom/8 + 1, hugeFrom/8 + 1} {
		r := reserve[uint64](size)
		if mapped := r.from != nil; len(r.all) != size || mapped != (size*8 >= mapFrom) {
			t.Fatalf("%d of %d, mapped %t", len(r.all), size, mapped)
		}
		for i := range r.all {
			if r.all[i] != 0 {
				t.Fatalf("%d of %d is %#x", i, size, r.all[i])
			}
			r.all[i] = ^uint64(0)
		}
		runtime.KeepAlive(r.from)
	}
}

// A table that is let go gives its memory back.
func TestReservedIsGivenBack(t *testing.T) {
	r := reserve[uint64](hugeFrom)
	addr := uintptr(unsafe.Pointer(unsafe.SliceData(r.all)))
	if !isMapped(addr) {
		t.Fatal("it is not mapped")
	}
	runtime.KeepAlive(r.from)
	for range 1000 {
		if runtime.GC(); !isMapped(addr) {
			return
		}
	}
	t.Error("it still is")
}

func isMapped(addr uintptr) bool {
	var resident [1]byte
	_, _, errno := syscall.Syscall(syscall.SYS_MINCORE, addr, 1, uintptr(unsafe.Pointer(&resident)))
	return errno == 0
}
