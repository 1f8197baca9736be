"""What a branch may be called and what may newly belong to it (A9), pure."""

from collections.abc import Iterable

from service_kit.errors import FieldError
from service_kit.user_names import skeleton

RULE = "A9"


def is_taken(name: str, others: Iterable[str]) -> bool:
    """Whether a name may be mistaken for one of the others: case, spaces and look-alikes do not tell them apart.

    Whoever limits an access to a branch chooses its name from a list (A9).
    """
    return _plain(name) in {_plain(other) for other in others}


def _plain(name: str) -> str:
    return skeleton(" ".join(name.split()))


def why_not_belong(*, known: bool, closed: bool, field: str) -> FieldError | None:
    """Something new belongs to an open branch of the firm; an unknown one and another firm's are told alike (A13)."""
    if not known:
        return FieldError(field, "branch_unknown", "The firm has no branch with this id.", RULE)
    return (
        FieldError(field, "branch_closed", "This branch is closed: nothing new belongs to it.", RULE)
        if closed
        else None
    )
