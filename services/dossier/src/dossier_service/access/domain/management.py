"""Who may manage a dossier: its grants (A1), its team (A14), its manager, its tree (A7)."""

from dossier_service.access.domain.decision import NOT_IN_TEAM, decide
from dossier_service.access.domain.lifecycle import HOLDER_KEEPS_ACCESS
from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import Standing
from dossier_service.access.domain.table import Action, Party, Section
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole

_MANAGER_ONLY = Refusal(
    "forbidden", "manager_only", "A1", "only the dossier's manager manages the access of outside parties"
)
_TEAM_BY_MANAGER = Refusal("forbidden", "manager_only", "A14", "only the dossier's manager changes its team")
_STAFF_ONLY = Refusal("forbidden", "staff_only", "A1", "this page is for the dossier's manager and team")
_ROLES_BY_STAFF = Refusal("forbidden", "staff_only", "A7", "holder and co-holder are named by the firm's staff")
_GRANTED_BY_MANAGER = Refusal(
    "forbidden", "manager_only", "A7", "role and contact data of a person who holds a grant are the manager's to change"
)
_GRANTED_STAYS = Refusal("conflict", "person_has_grant", "A7", "a person who holds a grant stays in the tree")


def why_not_manage(standing: Standing) -> Refusal | None:
    """Granting, changing and withdrawing are the manager's (A1). Holders granting to family (A2) is not open."""
    return None if standing.is_manager else _MANAGER_ONLY


def why_not_change_team(standing: Standing) -> Refusal | None:
    """The manager adds and removes team members (A14)."""
    return None if standing.is_manager else _TEAM_BY_MANAGER


def why_not_hand_over(standing: Standing) -> Refusal | None:
    """The manager or an administrator hands the dossier to another manager (A1)."""
    if standing.is_manager or standing.is_administrator:
        return None
    return _MANAGER_ONLY


def why_not_open(standing: Standing) -> Refusal | None:
    """The dossier's cover is for whoever has a place in it; an administrator without one is refused (A14)."""
    return None if standing.party is not None else NOT_IN_TEAM


def why_not_see_rights(standing: Standing) -> Refusal | None:
    """The rights page and the journal are for the dossier's manager and team."""
    if standing.party in {Party.MANAGER, Party.TEAM}:
        return None
    return NOT_IN_TEAM if standing.is_administrator else _STAFF_ONLY


def why_not_add_person(standing: Standing, role: PersonRole) -> Refusal | None:
    """Whoever writes the family structure adds family members; holder and co-holder are named by staff (A7)."""
    if (refusal := _why_not_write_tree(standing)) is not None:
        return refusal
    return _ROLES_BY_STAFF if role in CENTRAL_ROLES and not _is_staff(standing) else None


def why_not_change_person(
    standing: Standing, *, granted: bool, role: PersonRole, new_role: PersonRole, contact_changes: bool
) -> Refusal | None:
    """Role and contact data of a person with a live grant are the manager's to change, whatever the section says (A7).

    A holder or co-holder with a live grant never loses the role (A5).
    """
    if (refusal := _why_not_write_tree(standing)) is not None:
        return refusal
    role_changes = role is not new_role
    if granted and (role_changes or contact_changes) and not standing.is_manager:
        return _GRANTED_BY_MANAGER
    if role_changes and not _is_staff(standing) and CENTRAL_ROLES & {role, new_role}:
        return _ROLES_BY_STAFF
    if granted and role_changes and role in CENTRAL_ROLES and new_role not in CENTRAL_ROLES:
        return HOLDER_KEEPS_ACCESS
    return None


def why_not_remove_person(standing: Standing, *, granted: bool, role: PersonRole) -> Refusal | None:
    """A person who holds a grant is not removed (A7), least of all a holder or co-holder (A5)."""
    if (refusal := _why_not_write_tree(standing)) is not None:
        return refusal
    if granted:
        return HOLDER_KEEPS_ACCESS if role in CENTRAL_ROLES else _GRANTED_STAYS
    return _ROLES_BY_STAFF if role in CENTRAL_ROLES and not _is_staff(standing) else None


def _is_staff(standing: Standing) -> bool:
    return standing.party in {Party.MANAGER, Party.TEAM}


def _why_not_write_tree(standing: Standing) -> Refusal | None:
    decision = decide(standing, Section.FAMILY_STRUCTURE, Action.WRITE)
    if decision.allowed:
        return None
    return Refusal("forbidden", decision.code, decision.rule, decision.reason)
