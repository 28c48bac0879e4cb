package tun

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// control changes an interface through rtnetlink. Its socket stays in the
// network namespace that the device was made in, whichever thread asks.
type control struct {
	netlink *netlink.Handle
	link    netlink.Link
}

// openControl finds the interface name in the calling thread's namespace.
func openControl(name string) (*control, error) {
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("tun: rtnetlink: %w", err)
	}
	link, err := handle.LinkByName(name)
	if err != nil {
		handle.Close()
		return nil, fmt.Errorf("tun: interface %q: %w", name, err)
	}
	return &control{handle, link}, nil
}

// refuseTaken returns an error like the kernel's EBUSY if an interface called
// name exists. The kernel's own is not enough: TUNSETIFF silently joins a
// persistent device, or one of several queues, that belongs to somebody else.
func refuseTaken(name string) error {
	c, err := openControl(name)
	if errors.As(err, &netlink.LinkNotFoundError{}) {
		return nil
	}
	if err != nil {
		return err
	}
	c.close()
	return explainInterface(name, unix.EBUSY)
}

// quiet stops the kernel from giving the interface IPv6 addresses, and so from
// soliciting routers on it. What remains, if the namespace forwards IPv6, is a
// report from :: that it has joined all routers (RFC 3810). Without IPv6 there is
// nothing to stop.
func (c *control) quiet() error {
	err := c.netlink.LinkSetIP6AddrGenMode(c.link, nl.IN6_ADDR_GEN_MODE_NONE)
	if errors.Is(err, unix.EAFNOSUPPORT) {
		return nil
	}
	return c.explain("addrgenmode none", err)
}

func (c *control) up() error   { return c.explain("up", c.netlink.LinkSetUp(c.link)) }
func (c *control) down() error { return c.explain("down", c.netlink.LinkSetDown(c.link)) }

func (c *control) setMTU(mtu int) error {
	return c.explain(fmt.Sprintf("mtu %d", mtu), c.netlink.LinkSetMTU(c.link, mtu))
}

// setQueueLength sets how many packets wait in each queue. What the sender's
// processor puts there in one go may be more than the kernel's 500: a few
// thousand connections that close together are. What is lost then is sent again
// only after 200 ms.
func (c *control) setQueueLength(n int) error {
	return c.explain(fmt.Sprintf("txqueuelen %d", n), c.netlink.LinkSetTxQLen(c.link, n))
}

// lost is what the interface could not transmit, which is: hand to a queue.
func (c *control) lost() (uint64, error) {
	link, err := c.netlink.LinkByIndex(c.link.Attrs().Index)
	if err != nil {
		return 0, c.explain("statistics", err)
	}
	return link.Attrs().Statistics.TxDropped, nil
}

// noQueueing takes the packet scheduler away from in front of the device. A TUN
// never tells it to wait, so it would hold nothing, and only take its locks for
// each packet. A kernel without schedulers has none to take away.
func (c *control) noQueueing() error {
	err := c.netlink.QdiscReplace(&netlink.GenericQdisc{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: c.link.Attrs().Index, Parent: netlink.HANDLE_ROOT},
		QdiscType:  "noqueue",
	})
	if errors.Is(err, unix.EOPNOTSUPP) {
		return nil
	}
	return c.explain("qdisc noqueue", err)
}

func (c *control) setMaxSegments(n int) error {
	return c.explain(fmt.Sprintf("gso_max_segs %d", n), c.netlink.LinkSetGSOMaxSegs(c.link, n))
}

// remove takes the interface away, which wakes whoever polls its descriptors:
// they poll as erroneous from then on. A process that has given up
// CAP_NET_ADMIN may not, and leaves that to the closing of the last descriptor.
func (c *control) remove() { _ = c.netlink.LinkDel(c.link) }

func (c *control) close() { c.netlink.Close() }

func (c *control) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("tun: interface %q: %s: %w", c.link.Attrs().Name, what, err)
}
