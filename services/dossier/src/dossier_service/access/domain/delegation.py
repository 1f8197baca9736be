"""Who gives, changes and takes back a grant: the manager (A1, A6), and a holder for the family (A2). Pure."""

from dataclasses import dataclass

from event_contracts.people import Right

from dossier_service.access.domain.lifecycle import DECEASED
from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import GiverKind, Standing
from dossier_service.dossiers.people.domain import EnteredBy, PersonRole

MANAGER_ONLY = Refusal(
    "forbidden", "manager_only", "A1", "only the dossier's manager manages the access of outside parties"
)
_CLOSED_FOR_HOLDERS = Refusal(
    "conflict", "dossier_closed", "A2", "the dossier is closed: its manager alone changes and takes back grants"
)
_CLOSED = Refusal("conflict", "dossier_closed", "A10", "nothing is granted on a closed dossier: reopen it first")
_CONTACTS_APART = Refusal(
    "conflict", "contact_access", "A9", "a contact is given access with the client company's contacts, as client"
)
_FAMILY_ONLY = Refusal(
    "forbidden", "family_only", "A2", "a holder lets in family members, never advisers, contacts or other holders"
)
_ENTERED_BY_OTHERS = Refusal(
    "forbidden", "entered_by_others", "A2", "a holder lets in family members whom staff or a holder entered"
)
_ABOVE_OWN_RIGHT = Refusal("forbidden", "above_own_right", "A2", "nobody passes on a right higher than their own")
_NOT_BY_HOLDERS = Refusal(
    "forbidden", "given_by_manager", "A2", "a holder changes or takes back what holders gave, nothing else"
)
_ONESELF = Refusal("conflict", "grant_to_oneself", "A1", "nobody grants access to their own address")


@dataclass(frozen=True, slots=True)
class Grantee:
    """Who is to be let in: as what, entered by whom, and whether it is the giver behind another name."""

    role: PersonRole
    entered_by: EnteredBy
    deceased: bool = False
    is_giver: bool = False


def why_not_grant(standing: Standing, grantee: Grantee, right: Right) -> Refusal | None:
    """Granting is the manager's (A1); a holder grants to the family, at most what they have themselves (A2)."""
    giver = standing.giver
    if giver is None:
        return MANAGER_ONLY
    if giver.kind is GiverKind.HOLDER and (refusal := _why_not_pass_on(standing, grantee, right)) is not None:
        return refusal
    if standing.closed is not None:
        return _CLOSED
    if grantee.deceased:
        return DECEASED
    return _ONESELF if grantee.is_giver else None


def _why_not_pass_on(standing: Standing, grantee: Grantee, right: Right) -> Refusal | None:
    if grantee.role is not PersonRole.FAMILY:
        return _FAMILY_ONLY
    if grantee.entered_by not in {EnteredBy.STAFF, EnteredBy.HOLDER}:
        return _ENTERED_BY_OTHERS
    return _ABOVE_OWN_RIGHT if _is_above_own(standing, right) else None


def why_not_grant_to_contact(standing: Standing) -> Refusal | None:
    """A contact of the client company is let in by the manager only (A1, A9)."""
    if not standing.is_manager:
        return MANAGER_ONLY
    return _CLOSED if standing.closed is not None else None


def why_not_through_the_tree(role: PersonRole) -> Refusal | None:
    """A contact's access is given where its limits are given (K2)."""
    return _CONTACTS_APART if role is PersonRole.CLIENT else None


def why_not_change_grant(
    standing: Standing, role: PersonRole, given_by: GiverKind, right: Right | None = None
) -> Refusal | None:
    """Changing and withdrawing are the manager's; a holder's for what holders gave to family members (A1, A2).

    `right`: what the grant is to allow, when it changes: never above the holder's own.
    """
    giver = standing.giver
    if giver is None:
        return MANAGER_ONLY
    if giver.kind is GiverKind.STAFF:
        return None
    if role is not PersonRole.FAMILY:
        return _FAMILY_ONLY
    if given_by is not GiverKind.HOLDER:
        return _NOT_BY_HOLDERS
    if standing.closed is not None:
        return _CLOSED_FOR_HOLDERS
    return _ABOVE_OWN_RIGHT if right is not None and _is_above_own(standing, right) else None


def _is_above_own(standing: Standing, right: Right) -> bool:
    own = standing.central_grant
    return right is Right.WRITE and (own is None or own.right is Right.READ)
