"""What a grant may become (A10), and what never happens to the access of a holder or co-holder (A5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from event_contracts.people import Right

from dossier_service.access.domain.refusals import Refusal
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole


class GrantState(StrEnum):
    """The life of a grant (A10)."""

    OFFERED = "offered"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"
    LAPSED = "lapsed"


LIVE = frozenset({GrantState.OFFERED, GrantState.ACTIVE})
"""The states in which a grant stands in the way of another one for the same person; a dead one never does (A10)."""


class Move(StrEnum):
    """What can happen to a grant. `CORRECT` ends an offer whose address was wrong; its successor is offered with it.

    `DECLINE`, `LEAVE` and `ERASE` are the person's own word: refusing the offer, giving the access up, having the
    account erased. Nothing else ends a holder's access (A5).
    """

    ACTIVATE = "activate"
    WITHDRAW = "withdraw"
    DECLINE = "decline"
    LAPSE = "lapse"
    CORRECT = "correct"
    LEAVE = "leave"
    ERASE = "erase"


_MOVES: Mapping[tuple[GrantState, Move], GrantState] = MappingProxyType(
    {
        (GrantState.OFFERED, Move.ACTIVATE): GrantState.ACTIVE,
        (GrantState.OFFERED, Move.WITHDRAW): GrantState.WITHDRAWN,
        (GrantState.ACTIVE, Move.WITHDRAW): GrantState.WITHDRAWN,
        (GrantState.OFFERED, Move.DECLINE): GrantState.DECLINED,
        (GrantState.OFFERED, Move.LAPSE): GrantState.LAPSED,
        (GrantState.OFFERED, Move.CORRECT): GrantState.WITHDRAWN,
        (GrantState.OFFERED, Move.LEAVE): GrantState.WITHDRAWN,
        (GrantState.ACTIVE, Move.LEAVE): GrantState.WITHDRAWN,
        (GrantState.OFFERED, Move.ERASE): GrantState.WITHDRAWN,
        (GrantState.ACTIVE, Move.ERASE): GrantState.WITHDRAWN,
    }
)


HOLDER_KEEPS_ACCESS = Refusal(
    "conflict", "holder_keeps_access", "A5", "the access of a holder or co-holder, once granted, is never taken back"
)


def next_state(state: GrantState, move: Move, role: PersonRole) -> GrantState | Refusal:
    """The state a grant takes by a move, or why it may not: A5 for central persons, A10 for everybody."""
    following = _MOVES.get((state, move))
    if following is None:
        return Refusal("conflict", "grant_ended", "A10", f"a grant that is {state} cannot {move}")
    if role in CENTRAL_ROLES and move in {Move.WITHDRAW, Move.LAPSE}:
        return HOLDER_KEEPS_ACCESS
    return following


LAPSES_AFTER = timedelta(days=90)
"""How long after its invitation expired an offer lapses (A10)."""


def lapse_date(state: GrantState, role: PersonRole, invitation_expires_at: datetime | None) -> datetime | None:
    """When an offer lapses if nothing happens; a holder's never does (A5, A10)."""
    if invitation_expires_at is None or not isinstance(next_state(state, Move.LAPSE, role), GrantState):
        return None
    return invitation_expires_at + LAPSES_AFTER


RESENDS_PER_HOUR = 3
_OFTEN_ENOUGH = Refusal(
    "rate_limited", "too_many_resends", "I7", "it was sent again often enough within the hour; try again later"
)


def why_not_resend(
    state: GrantState, asked_within_the_hour: int, *, deactivated: bool, suspended: Refusal | None = None
) -> Refusal | None:
    """Sign-in information is sent again for a live grant, three times an hour per person and firm (K2, I7).

    Not to somebody the firm keeps out: their mails stop with their access (I11); nor what is suspended for now.
    """
    if state not in LIVE:
        return Refusal("conflict", "grant_ended", "A10", f"a grant that is {state} has no sign-in information")
    if deactivated:
        return Refusal("conflict", "portal_user_deactivated", "I11", "the firm deactivated this portal user")
    return suspended or resent_too_often(asked_within_the_hour)


DECEASED = Refusal("conflict", "person_deceased", "A5", "the death of this person was recorded")
_CLOSED_FOR_OFFERS = Refusal(
    "conflict", "dossier_closed", "A10", "nothing is mailed about an offer while its dossier is closed"
)


def why_suspended(state: GrantState, *, deceased: bool, closed: bool) -> Refusal | None:
    """Why nothing is mailed about a live grant for now: its person died, or it waits on a closed dossier."""
    if state not in LIVE:
        return None
    if deceased:
        return DECEASED
    return _CLOSED_FOR_OFFERS if closed and state is GrantState.OFFERED else None


def resent_too_often(asked_within_the_hour: int) -> Refusal | None:
    """The limit for whatever is offered, a dossier or a place in the staff (I7)."""
    return _OFTEN_ENOUGH if asked_within_the_hour >= RESENDS_PER_HOUR else None


def next_right(current: Right, wanted: Right, state: GrantState, role: PersonRole) -> Right | Refusal:
    """The right a grant takes when it is changed: only a live one changes (A10), a holder's never downwards (A5)."""
    if state not in LIVE:
        return Refusal("conflict", "grant_ended", "A10", f"a grant that is {state} cannot be changed")
    if role in CENTRAL_ROLES and current is Right.WRITE and wanted is Right.READ:
        return HOLDER_KEEPS_ACCESS
    return wanted
