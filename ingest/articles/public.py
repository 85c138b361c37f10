"""Which network addresses are public: no request goes to any other, whatever a name resolves to.

IANA's registries of special-purpose addresses: RFC 6890 and what updates it. The library's own `is_global` is asked,
too; it changed between versions of Python and holds what translates to IPv4 for global.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

PORTS = (80, 443, 8080, 8443)
_SPECIAL = tuple(map(ip_network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    "::/128", "::1/128", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64",
    "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8",
)))  # fmt: skip

Resolve = Callable[[str, int], Sequence[str]]
Allowed = Callable[[str, int], bool]


def is_public(address: str, port: int) -> bool:
    """Whether a numeric address is one of the public internet, and the port one of the web's."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return "%" not in address and port in PORTS and _is_global(found)


def _is_global(found: IPv4Address | IPv6Address) -> bool:
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    return not any(found in network for network in _SPECIAL if network.version == found.version)


def resolved(host: str, port: int) -> list[str]:
    """The numeric addresses of a host, each once, in the order that the system prefers. OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for _, _, _, _, address in found))
