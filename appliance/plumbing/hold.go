package plumbing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"sallyport/netstack"
)

// After a clean stop the box's kernel has its addresses for itself, and answers
// what still comes for a translated session as for any port that nobody listens
// on: with a RST, which ends a conversation that the next start would have
// carried on. The kernel's own IPsec policies can have such packets dropped
// without an answer instead, before the RST is made, and forget about that by
// themselves: nobody has to come back and clean up.

// Held is what the kernel is to leave unanswered: what comes for ports of an
// own address.
type Held struct {
	Address netip.Addr
	Ports   []netstack.PortRange
}

// holdPriority marks our policies among those of others.
const holdPriority = 0x73616c6c

// Hold has TCP and UDP to these endpoints dropped by the kernel for so long, or
// until Release. The kernel may have been built without; then the error says
// so, and nothing is held.
func Hold(held []Held, long time.Duration) error {
	for _, h := range held {
		for _, r := range h.Ports {
			for _, b := range blocks(r) {
				for _, proto := range []netstack.Protocol{netstack.TCP, netstack.UDP} {
					if err := hold(h.Address, proto, b, long); err != nil {
						return attempt(fmt.Sprintf("ip xfrm policy add dir in dst %v proto %v dport %d", h.Address, proto, b.first), err)
					}
				}
			}
		}
	}
	return nil
}

// portBlock is ports that agree in the bits of mask.
type portBlock struct{ first, mask uint16 }

// blocks cuts a range into few portBlocks, as prefixes cut a range of addresses.
func blocks(r netstack.PortRange) (list []portBlock) {
	for first, last := uint32(r.First), uint32(r.Last); first <= last; {
		size := uint32(1) << min(16, bits.TrailingZeros32(first))
		for first+size-1 > last {
			size /= 2
		}
		list = append(list, portBlock{uint16(first), ^uint16(size - 1)})
		first += size
	}
	return list
}

func hold(to netip.Addr, proto netstack.Protocol, ports portBlock, long time.Duration) error {
	p := nl.XfrmUserpolicyInfo{Priority: holdPriority, Dir: uint8(netlink.XFRM_DIR_IN), Action: uint8(netlink.XFRM_POLICY_BLOCK)}
	p.Sel.Family, p.Sel.PrefixlenD = unix.AF_INET, uint8(to.BitLen())
	if to.Is6() {
		p.Sel.Family = unix.AF_INET6
	}
	p.Sel.Daddr.FromIP(to.AsSlice())
	p.Sel.Proto, p.Sel.Dport, p.Sel.DportMask = uint8(proto), networkOrder(ports.first), networkOrder(ports.mask)
	p.Lft = nl.XfrmLifetimeCfg{
		SoftByteLimit: nl.XFRM_INF, HardByteLimit: nl.XFRM_INF, SoftPacketLimit: nl.XFRM_INF, HardPacketLimit: nl.XFRM_INF,
		HardAddExpiresSeconds: uint64(long / time.Second),
	}
	req := nl.NewNetlinkRequest(nl.XFRM_MSG_UPDPOLICY, unix.NLM_F_CREATE|unix.NLM_F_ACK)
	req.AddData(&p)
	_, err := req.Execute(unix.NETLINK_XFRM, 0)
	return err
}

// networkOrder returns n such that its bytes in memory are in network order.
func networkOrder(n uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, n))
}

// Release ends Hold before its time. Where the kernel has no such policies
// there is nothing to end.
func Release() error {
	all, err := netlink.XfrmPolicyList(netlink.FAMILY_ALL)
	if errors.Is(err, unix.EPROTONOSUPPORT) {
		return nil
	}
	if err != nil {
		return attempt("ip xfrm policy list", err)
	}
	var errs []error
	for _, p := range all {
		if p.Priority == holdPriority && p.Action == netlink.XFRM_POLICY_BLOCK {
			if err := netlink.XfrmPolicyDel(&p); err != nil && !gone(err) { // it may have ended by itself
				errs = append(errs, attempt("ip xfrm policy delete", err))
			}
		}
	}
	return errors.Join(errs...)
}
