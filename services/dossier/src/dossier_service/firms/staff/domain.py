"""The law of places in a staff: what keeps one from being removed, changed or corrected (A14, I9). Pure."""

from collections.abc import Collection

from dossier_service.access.domain import Refusal
from dossier_service.firms.domain import MembershipState, StaffRole, may_run_firm

ADDRESSES = frozenset({"email", "phone"})
NEW_OFFER = ADDRESSES | {"role"}
"""What the invitation says or where it went: when it changes, an offer moves."""

_LAST_ADMINISTRATOR = Refusal("conflict", "last_administrator", "A14", "a firm keeps at least one active administrator")
_MANAGES_DOSSIERS = Refusal(
    "conflict", "manages_dossiers", "A14", "these dossiers need another manager first: hand them over"
)
_OWNERS_CONTACT = Refusal(
    "conflict", "contact_is_the_owners", "I9", "e-mail and phone of an account are changed by its owner only"
)


def why_not_remove(
    state: MembershipState, role: StaffRole, *, manages: int, others_run_the_firm: bool
) -> Refusal | None:
    """A place ends unless a dossier would lose its manager or the firm its last active administrator (A14)."""
    if (refusal := why_not_lose_role(state, role, None, others_run_the_firm=others_run_the_firm)) is not None:
        return refusal
    return _MANAGES_DOSSIERS if manages else None


def why_not_lose_role(
    state: MembershipState, role: StaffRole, new_role: StaffRole | None, *, others_run_the_firm: bool
) -> Refusal | None:
    """The last active administrator stays one; `new_role` is None for somebody who goes (A14)."""
    runs = state is MembershipState.ACTIVE and may_run_firm(role)
    goes_on = new_role is not None and may_run_firm(new_role)
    return _LAST_ADMINISTRATOR if runs and not goes_on and not others_run_the_firm else None


def why_not_correct(state: MembershipState, fields: Collection[str]) -> Refusal | None:
    """Only an offer's address or phone is the firm's to correct: an active account's are its owner's (I9)."""
    return _OWNERS_CONTACT if state is MembershipState.ACTIVE and ADDRESSES & set(fields) else None


def moves_offer(state: MembershipState, fields: Collection[str]) -> bool:
    """Whether a change ends the offer and makes a new one: its mail went elsewhere or promised something else (I9)."""
    return state is MembershipState.OFFERED and bool(NEW_OFFER & set(fields))
