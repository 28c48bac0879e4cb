package main

import (
	"log/slog"
	"net/netip"
	"reflect"
	"time"
	"unsafe"

	"github.com/gaissmai/bart"
	"github.com/slackhq/nebula"
	"github.com/slackhq/nebula/cert"
	"github.com/slackhq/nebula/firewall"
)

// Nebula's firewall has no entrance for other packages but Drop. What a packet is
// made of before it, and the peer that it comes from, are made by its own
// functions, which stub.s lets us name.
//
//go:linkname parseNebula github.com/slackhq/nebula.newPacket
func parseNebula(data []byte, incoming bool, p *firewall.Packet) error

//go:linkname buildNetworks github.com/slackhq/nebula.(*HostInfo).buildNetworks
func buildNetworks(h *nebula.HostInfo, mine *bart.Lite, c cert.Certificate)

// openNebula opens the firewall of a node whose one peer is the way to all hosts
// outside.
func openNebula() (*engine, error) {
	own := &certificate{networks: []netip.Prefix{netip.PrefixFrom(client, 24)}}
	theirs := &certificate{networks: []netip.Prefix{netip.PrefixFrom(client.Next(), 24)}, unsafe: []netip.Prefix{netip.MustParsePrefix("198.51.0.0/16")}}
	f := nebula.NewFirewall(slog.New(slog.DiscardHandler), 12*time.Minute, 3*time.Minute, 10*time.Minute, own)
	for _, r := range []struct {
		protocol    uint8
		first, last int32
	}{{firewall.ProtoTCP, 80, 80}, {firewall.ProtoUDP, 0, 0}} {
		if err := f.AddRule(false, r.protocol, r.first, r.last, []string{"any"}, "", "", "", "", ""); err != nil {
			return nil, err
		}
	}
	h, pool := peerOf(theirs), cert.NewCAPool()
	pool.CAs[theirs.Issuer()] = &cert.CachedCertificate{Certificate: own}
	var p firewall.Packet
	return &engine{pass: func(side int, b []byte) bool {
		return parseNebula(b, side == outside, &p) == nil && f.Drop(p, side == outside, h, pool, nil) == nil
	}}, nil
}

// peerOf is a peer that has shown this certificate.
func peerOf(c *certificate) *nebula.HostInfo {
	connection := new(nebula.ConnectionState)
	field := reflect.ValueOf(connection).Elem().FieldByName("peerCert")
	*(**cert.CachedCertificate)(unsafe.Pointer(field.UnsafeAddr())) = &cert.CachedCertificate{Certificate: c}
	h, mine := &nebula.HostInfo{ConnectionState: connection}, new(bart.Lite)
	mine.Insert(netip.PrefixFrom(client, 24).Masked())
	buildNetworks(h, mine, c)
	return h
}

// certificate says of a node what the firewall asks.
type certificate struct {
	cert.Certificate
	networks, unsafe []netip.Prefix
}

func (c *certificate) Networks() []netip.Prefix       { return c.networks }
func (c *certificate) UnsafeNetworks() []netip.Prefix { return c.unsafe }
func (c *certificate) Groups() []string               { return nil }
func (c *certificate) Name() string                   { return "node" }
func (c *certificate) Issuer() string                 { return "authority" }
