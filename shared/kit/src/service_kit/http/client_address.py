"""The caller's address: `X-Forwarded-For` right to left through trusted proxies only, so nobody chooses theirs (A9)."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.types import Scope

from service_kit.context import current_context
from service_kit.networks import Network, is_in, parse_address

# For peers without an IP address (a Unix socket): equal to no address, inside no network.
UNKNOWN = "unknown"


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
        if not is_in(seen, trusted):
            break
        following = parse_address(hop)
        if following is None:
            break
        seen = following
    return str(seen)


def client_address_in(scope: Scope, trusted: Sequence[Network]) -> str:
    """The address of the caller of an ASGI request."""
    peer = scope["client"][0] if scope.get("client") else None
    return client_address(peer, Headers(scope=scope).getlist("x-forwarded-for"), trusted)


def _of_this_request() -> str:
    return current_context().client_address or UNKNOWN


ClientAddress = Annotated[str, Depends(_of_this_request)]
"""The address of this request's caller."""
