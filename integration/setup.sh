#!/bin/sh
# Installs the Debian packages that the integration tests and the benchmarks use:
# real clients and servers, and a Docker engine. Does nothing where all are there,
# and says what is missing where it may not install them.
set -eu

# package:program it is wanted for, or a file of it
wanted="
iproute2:ip
iputils-ping:ping
curl:curl
iperf3:iperf3
traceroute:traceroute
netcat-openbsd:nc
ethtool:ethtool
nftables:nft
slirp4netns:slirp4netns
passt:pasta
iptables:iptables
docker.io:dockerd
docker-compose:docker-compose
busybox-static:busybox
hping3:hping3
nmap:nmap
coturn:turnutils_natdiscovery
stun-client:stun
openssh-client:scp
openssh-server:/usr/sbin/sshd
python3-scapy:/usr/lib/python3/dist-packages/scapy
valgrind:valgrind
gcc:gcc
libc6-dev:/usr/include/stdlib.h
"

missing=
for entry in $wanted; do
	package=${entry%%:*} program=${entry#*:}
	case $program in
	/*) [ -e "$program" ] ;;
	*) command -v "$program" >/dev/null ;;
	esac || missing="$missing $package"
done
# A client alone is not enough: the docker command comes with the engine.
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "setup: not installed, and this user cannot:$missing" >&2
	exit 0
fi
echo "setup: installing$missing" >&2

# Nothing of what is installed is to be started: the tests start a Docker engine
# of their own, and this machine's networks are not theirs to change.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
	trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # one word a package
apt-get install -y -qq --no-install-recommends $missing >/dev/null
