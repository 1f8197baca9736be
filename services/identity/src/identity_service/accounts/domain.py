"""What a new account is called when nobody wished a name (I3), and what stands for an erased one's address. Pure."""

from collections.abc import Iterator
from uuid import UUID

from service_kit.errors import Invalid
from service_kit.user_names import contact_names, proposed_name, variants

# RFC 2606 keeps this domain from ever existing: nothing can be sent there and nobody can sign in with it.
_UNREACHABLE = "erased.invalid"


def default_names(given_name: str, family_name: str, client_code: str | None) -> Iterator[str]:
    """The names to try in turn: of a company's contact the client's code with a number, else given-name.family-name.

    A code that no user name can begin with leaves the person's own name: an offer is not lost for it.
    """
    if client_code is not None:
        try:
            return contact_names(client_code)
        except Invalid:
            pass
    return variants(proposed_name(given_name, family_name))


def erased_address(account_id: UUID) -> str:
    """What stands where the address stood: one of a kind, and nobody's."""
    return f"{account_id.hex}@{_UNREACHABLE}"
