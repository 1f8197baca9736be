"""IP addresses and networks as people and proxies write them; IPv4 mapped into IPv6 counts as IPv4 (A9). Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_MAPPED = IPv6Network("::ffff:0:0/96")


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks in CIDR form or single addresses; ValueError for anything else. Host bits must be clear."""
    return tuple(parse_network(text) for text in texts if text.strip())


def parse_network(text: str) -> Network:
    """A network in CIDR form or a single address; one of IPv4 mapped into IPv6 comes out as IPv4.

    ValueError for anything else, host bits that are set among it: `10.0.0.7/24` names a host, not a network. So is a
    zone refused: it is a name of one machine's own, and may hold any character.
    """
    if "%" in text:
        raise ValueError("a network has no zone")
    network = ip_network(text.strip())
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((int(mapped or 0), network.prefixlen - _MAPPED.prefixlen))
    return network


def parse_address(text: str) -> Address | None:
    """An address as proxies write it: with or without port, brackets, zone; IPv4 mapped into IPv6 comes out as IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address in network for network in networks)
