"""The law of portal users: who may keep an account out of a firm's dossiers, and let it in again (I11, A5). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dossier_service.access.domain import Refusal
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole
from dossier_service.firms.domain import StaffRole


class PortalUserState(StrEnum):
    """An account seen from one firm: let in, or kept out with its grants untouched (I11)."""

    ACTIVE = "active"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Place:
    """A live grant of the person at the firm: as what, in a dossier managed by whom."""

    role: PersonRole
    manager_id: UUID


_BY_ADMINISTRATOR = Refusal(
    "forbidden", "administrator_only", "A5", "a holder or co-holder is suspended by an administrator only"
)
_BY_MANAGER = Refusal(
    "forbidden", "manager_only", "I11", "only who manages every dossier of this person, or an administrator, may"
)


def why_not_deactivate(role: StaffRole, membership_id: UUID, places: Sequence[Place]) -> Refusal | None:
    """An administrator may; an accountant who manages all the person's dossiers, and never a holder (A5, I11)."""
    if role is StaffRole.ADMINISTRATOR:
        return None
    if any(place.role in CENTRAL_ROLES for place in places):
        return _BY_ADMINISTRATOR
    if any(place.manager_id != membership_id for place in places):
        return _BY_MANAGER
    return None


def why_not_reactivate(role: StaffRole, membership_id: UUID, places: Sequence[Place]) -> Refusal | None:
    """Who may keep somebody out may let them in again: a suspension is its author's kind to lift (A5, I11)."""
    return why_not_deactivate(role, membership_id, places)
