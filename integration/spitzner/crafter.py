# Sends what it is told to: each line of standard input is an expression of
# scapy's that makes a packet, or a list of packets. They go out at the link
# layer, as they are, so that the host's own stack neither mends nor refuses
# them. Each line is answered by "sent" or by what was wrong with it.
import sys

from scapy.all import *


def pieces(packet, size):
    """The fragments of a packet, each with size bytes, even if that is no
    multiple of 8 and no host would make them."""
    whole = IP(bytes(packet))
    payload = bytes(whole.payload)
    cuts = range(0, len(payload), size)
    return [IP(src=whole.src, dst=whole.dst, id=whole.id, proto=whole.proto,
               frag=cut // 8, flags="" if cut == cuts[-1] else "MF")
            / payload[cut:cut + size] for cut in cuts]


socket = conf.L3socket()
print("ready", flush=True)
for line in sys.stdin:
    try:
        packets = eval(line)
        for packet in packets if isinstance(packets, list) else [packets]:
            socket.send(packet)
        print("sent", flush=True)
    except Exception as fault:
        print(repr(fault), flush=True)
