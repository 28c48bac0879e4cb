// Package tun is the Linux TUN devices behind netstack.Link: the firewall's two
// doors to the kernel.
//
// It owns the making, the settings and the removal of an interface, and the
// system calls that carry packets in and out of it. Three drivers do the same
// job on different kernels, best first:
//
//   - vnet: the device is made by golang.zx2c4.com/wireguard/tun, which
//     negotiates the offloads; super-packets of up to 64 KiB are read and
//     written whole, each behind the kernel's 10-byte virtio header, which
//     becomes the frame's Offload.
//   - wireguard: the same device through that library's own Read and Write,
//     which split super-packets and coalesce segments again.
//   - water: github.com/songgao/water, a plain device, a packet a time.
//
// appliance opens the devices and its workers use their queues; addresses,
// routes and rules on the interface are plumbing's.
//
// # What a Link does with an error
//
// Nothing that a single packet can cause ends a loop. A write that fails is
// counted as refused: EAGAIN (full), EIO (the interface is down), EINVAL (the
// kernel will not have this packet), ENOBUFS, ENOMEM and whatever else may be.
// A read that fails with EINVAL has lost a packet that the kernel could not
// describe, and the next one is read. EBADF and EBADFD mean that the device or
// its descriptor is gone, and are os.ErrClosed. Any other error of a read is
// returned as it is.
package tun
