"""What keeps a live grant from counting at the moment, though it stays as it is (A5, A9, I11). Pure."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from service_kit.errors import FieldError, Invalid
from service_kit.networks import Network, is_in, parse_address, parse_network

from dossier_service.access.domain.refusals import Refusal


class Hindrance(StrEnum):
    """Why a live grant opens nothing."""

    DEACTIVATED = "deactivated"
    DECEASED = "deceased"
    ADDRESS = "address"


REASONS = {
    Hindrance.DEACTIVATED: Refusal(
        "forbidden", "portal_user_deactivated", "I11", "the firm deactivated this portal user; the grant stays"
    ),
    Hindrance.DECEASED: Refusal(
        "forbidden", "person_deceased", "A5", "the death of this person was recorded; the grant stays"
    ),
    Hindrance.ADDRESS: Refusal(
        "forbidden", "address_not_allowed", "A9", "this access is limited to addresses of which yours is none"
    ),
}


def hindrance_of(
    *, deactivated: bool, deceased: bool, networks: Sequence[Network], address: str | None
) -> Hindrance | None:
    """The first thing that stands in the way; a limited grant asked for without an address is denied (A9)."""
    if deactivated:
        return Hindrance.DEACTIVATED
    if deceased:
        return Hindrance.DECEASED
    return None if is_within(address, networks) else Hindrance.ADDRESS


def is_within(address: str | None, networks: Sequence[Network]) -> bool:
    """Whether an address satisfies a limit; IPv4 mapped into IPv6 counts as IPv4. No networks is no limit."""
    if not networks:
        return True
    parsed = parse_address(address or "")
    return parsed is not None and is_in(parsed, networks)


MOST_NETWORKS = 20


def checked_networks(typed: Iterable[str], *, field: str = "networks") -> tuple[str, ...]:
    """The one spelling of a limit, without repetitions and in order; Invalid names each text that is no network (A9).

    123.542.654.785, the example of document 004, is no address; 10.0.0.7/24 names a host and not a network.
    """
    errors, networks = [], set()
    for place, text in enumerate(typed):
        try:
            networks.add(parse_network(text))
        except ValueError as error:
            detail = _why_no_network(text, error)
            errors.append(FieldError(f"{field}.{place}", "network_malformed", detail, "A9"))
    if errors:
        raise Invalid("network_malformed", "A limit is an IP address or a network.", rule="A9", fields=tuple(errors))
    ordered = sorted(networks, key=lambda network: (network.version, int(network.network_address), network.prefixlen))
    return tuple(_spelled(network) for network in ordered)


def _why_no_network(text: str, error: ValueError) -> str:
    if "host bits" in str(error):
        return f"{text.strip()[:50]} names a host: write the network's first address, or the host without a length."
    return f"{text.strip()[:50]} is neither an IP address nor a network."


def _spelled(network: Network) -> str:
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else str(network)
