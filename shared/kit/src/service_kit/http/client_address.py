"""The caller's address: `X-Forwarded-For` right to left through trusted proxies only, so nobody chooses theirs (A9)."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated

from fastapi import Depends, Request

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# For peers without an IP address (a Unix socket): equal to no address, inside no network.
UNKNOWN = "unknown"


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks in CIDR form or single addresses; ValueError for anything else. Host bits must be clear."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())


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


def client_address(peer: str | None, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy; `forwarded_for` are the header's values in order of appearance.

    Each trusted hop vouches for the address to its left and no further. What cannot be read ends the walk:
    the answer is then the last proxy that was read, never something to the left of the garbage.
    """
    seen = parse_address(peer or "")
    if seen is None:
        return UNKNOWN
    hops = [hop for value in forwarded_for for hop in value.split(",")]
    for hop in reversed(hops):
        if not _is_in(seen, trusted):
            break
        following = parse_address(hop)
        if following is None:
            break
        seen = following
    return str(seen)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def client_address_of(request: Request) -> str:
    """Dependency: the address of this request's caller."""
    peer = request.client.host if request.client else None
    return client_address(peer, request.headers.getlist("x-forwarded-for"), request.app.state.trusted_proxies)


ClientAddress = Annotated[str, Depends(client_address_of)]
