"""The user code proposed to a company's contact (I3, K2), pure."""

from collections.abc import Sequence
from itertools import islice

from service_kit.errors import Invalid
from service_kit.user_names import contact_names, skeleton


def proposed_name(client_code: str, claims: Sequence[str | None]) -> str | None:
    """The client's code with the next free three-digit number, by what this firm knows of the client's contacts.

    `claims` are the names they have or were wished; None is an offer that waits for its default, which comes before
    this one. Identity, which knows all names, has the last word when the account is created. None: no name can begin
    with this code, and identity proposes the person's own.
    """
    taken = {skeleton(name) for name in claims if name is not None}
    waiting = sum(name is None for name in claims)
    try:
        free = (name for name in contact_names(client_code) if skeleton(name) not in taken)
    except Invalid:
        return None
    return next(islice(free, waiting, None))


def wished_name(typed: str | None, proposed: str | None) -> str | None:
    """What is a wish: a name of one's own. The proposal sent back is none: identity counts on if it is taken (I3)."""
    return None if typed == proposed else typed
