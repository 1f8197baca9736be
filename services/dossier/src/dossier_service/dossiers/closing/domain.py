"""The law of closing: what outside parties keep of a closed dossier, who hears of it, what waits meanwhile. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from event_contracts.dossier import ClosedAccess

from dossier_service.access.domain import Refusal
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole

_ENDED_ALREADY = Refusal(
    "conflict",
    "outside_access_ended",
    "A10",
    "outside access ended when the dossier was closed: reopen it, then close it with reading",
)

Keeps = Mapping[UUID, ClosedAccess | None]
"""What each account keeps of a closed dossier; nothing is taken from staff."""


@dataclass(frozen=True, slots=True)
class Listener:
    """An account that opens the dossier at the moment: as its person's `role` says, or as staff without one."""

    account_id: UUID
    role: PersonRole | None


def next_access(current: ClosedAccess | None, wanted: ClosedAccess) -> ClosedAccess | Refusal | None:
    """What outside parties keep from now on; None when that is so already.

    A dossier that is read may be ended still; what has ended does not come back by closing (A10).
    """
    if current is wanted:
        return None
    return _ENDED_ALREADY if current is ClosedAccess.ENDED else wanted


def kept_by(access: ClosedAccess, role: PersonRole) -> ClosedAccess:
    """What somebody keeps of a closed dossier: a holder or co-holder reads in any case (A5)."""
    return ClosedAccess.READ_ONLY if role in CENTRAL_ROLES else access


def told(listeners: Iterable[Listener], access: ClosedAccess, *, but: UUID) -> Keeps:
    """Everybody who hears of it, once each, with what they keep. Who did it knows.

    Of several places of one account the strongest counts.
    """
    keeps: dict[UUID, ClosedAccess | None] = {}
    for one in sorted(listeners, key=lambda listener: _strength(listener, access)):
        if one.account_id != but:
            keeps[one.account_id] = None if one.role is None else kept_by(access, one.role)
    return keeps


def _strength(listener: Listener, access: ClosedAccess) -> int:
    if listener.role is None:
        return 2
    return 1 if kept_by(access, listener.role) is ClosedAccess.READ_ONLY else 0
