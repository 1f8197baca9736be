"""Who may manage a dossier: its team (A14), its manager, its advisers (A6), its tree (A7); who sees its cover."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from dossier_service.access.domain.decision import NOT_IN_TEAM, decide
from dossier_service.access.domain.delegation import MANAGER_ONLY
from dossier_service.access.domain.hindrances import REASONS, Hindrance
from dossier_service.access.domain.lifecycle import HOLDER_KEEPS_ACCESS
from dossier_service.access.domain.refusals import Refusal
from dossier_service.access.domain.standing import Standing
from dossier_service.access.domain.table import Action, Party, Section
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, EnteredBy, PersonRole

_TEAM_BY_MANAGER = Refusal("forbidden", "manager_only", "A14", "only the dossier's manager changes its team")
_ROLES_BY_STAFF = Refusal("forbidden", "staff_only", "A7", "holder and co-holder are named by the firm's staff")
_GRANTED_BY_MANAGER = Refusal(
    "forbidden", "manager_only", "A7", "role and contact data of a person who holds a grant are the manager's to change"
)
_GRANTED_STAYS = Refusal("conflict", "person_has_grant", "A7", "a person who holds a grant stays in the dossier")
_CONTACT_DATA_APART = Refusal(
    "forbidden", "contact_data_not_yours", "A7", "contact data are given by the firm's staff and by holders"
)
_ADVISERS_BY_MANAGER = Refusal(
    "forbidden", "manager_only", "A6", "only the dossier's manager registers and changes advisers"
)
_ADVISERS_SHOWN_TO = Refusal(
    "forbidden", "staff_or_holder_only", "A6", "advisers are shown to the dossier's staff and its holders"
)
_EXPLAINED_TO = Refusal(
    "forbidden", "concerned_only", "A12", "this is for the dossier's manager and team, its holder and co-holder"
)
_RIGHTS_SHOWN_TO = Refusal(
    "forbidden", "staff_or_holder_only", "A2", "this page is for the dossier's manager, team and holders"
)


def why_not_manage(standing: Standing) -> Refusal | None:
    """What is the manager's alone: advisers and contacts, modules, closing, plans to publish (A1, A6)."""
    return None if standing.is_manager else MANAGER_ONLY


def why_not_change_team(standing: Standing) -> Refusal | None:
    """The manager adds and removes team members (A14)."""
    return None if standing.is_manager else _TEAM_BY_MANAGER


def why_not_hand_over(standing: Standing) -> Refusal | None:
    """The manager or an administrator hands the dossier to another manager (A1)."""
    if standing.is_manager or standing.is_administrator:
        return None
    return MANAGER_ONLY


def why_not_open(standing: Standing) -> Refusal | None:
    """The dossier's cover is for whoever has a place in it; an administrator without one is refused (A14).

    So is a contact who asks from elsewhere than the access is limited to (A9).
    """
    if standing.party is not None:
        return None
    return NOT_IN_TEAM if standing.is_administrator else REASONS[Hindrance.ADDRESS]


class RightsDetail(StrEnum):
    """How much of one person the rights page shows (A15)."""

    ALL = "all"
    CONTACT = "contact"
    OUTLINE = "outline"


def why_not_see_rights(standing: Standing) -> Refusal | None:
    """The rights page is for the dossier's manager and team (A15), and for the holders, who grant by it (A2)."""
    return _unless_staff_or_holder(standing, _RIGHTS_SHOWN_TO)


def rights_detail(standing: Standing, role: PersonRole) -> RightsDetail:
    """What the page shows of somebody to whoever may open it.

    To a holder: contact data, user name and mails of family members, whom he may let in (A2); of everybody else who has
    which right, since when and from whom (A12). Limits and the staff's reasons are for staff.
    """
    if standing.is_staff:
        return RightsDetail.ALL
    return RightsDetail.CONTACT if role is PersonRole.FAMILY else RightsDetail.OUTLINE


def why_not_register_adviser(standing: Standing) -> Refusal | None:
    """Advisers are registered, changed and removed by the manager (A6)."""
    return None if standing.is_manager else _ADVISERS_BY_MANAGER


def why_not_remove_adviser(*, granted: bool) -> Refusal | None:
    """An adviser who holds a grant stays, like anybody else (A7)."""
    return _GRANTED_STAYS if granted else None


def why_not_see_advisers(standing: Standing) -> Refusal | None:
    """Who advises is for the dossier's staff to see, and for its holders."""
    return _unless_staff_or_holder(standing, _ADVISERS_SHOWN_TO)


def why_not_explain(standing: Standing) -> Refusal | None:
    """Who can open a dossier, and its journal, is for its manager and team (A11), and for its holders (A12)."""
    return _unless_staff_or_holder(standing, _EXPLAINED_TO)


def _unless_staff_or_holder(standing: Standing, refusal: Refusal) -> Refusal | None:
    if standing.is_staff or standing.central_grant is not None:
        return None
    return NOT_IN_TEAM if standing.is_administrator else refusal


def why_not_add_person(standing: Standing, role: PersonRole, *, contact_given: bool) -> Refusal | None:
    """Whoever writes the family structure adds family members; holder and co-holder are named by staff (A7).

    Contact data are given by staff and holders: a right is offered to them, and a link goes there (A3).
    """
    if (refusal := _why_not_write_tree(standing)) is not None:
        return refusal
    if role in CENTRAL_ROLES and not standing.is_staff:
        return _ROLES_BY_STAFF
    return _CONTACT_DATA_APART if contact_given and not _gives_contact_data(standing) else None


def _gives_contact_data(standing: Standing) -> bool:
    return standing.is_staff or standing.central_grant is not None


_ENTERED_BY: Mapping[Party, EnteredBy] = MappingProxyType(
    {
        Party.MANAGER: EnteredBy.STAFF,
        Party.TEAM: EnteredBy.STAFF,
        Party.HOLDER: EnteredBy.HOLDER,
        Party.CO_HOLDER: EnteredBy.HOLDER,
        Party.FAMILY: EnteredBy.FAMILY,
        Party.ADVISER: EnteredBy.ADVISER,
    }
)


def entered_by(standing: Standing) -> EnteredBy:
    """As whom somebody whom the law lets write the tree enters people into it (A2)."""
    assert standing.party is not None  # the law let them
    if not standing.is_staff and standing.central_grant is not None:
        return EnteredBy.HOLDER  # whatever else they are: one account may stand for two people
    return _ENTERED_BY[standing.party]


def why_not_change_person(
    standing: Standing, *, granted: bool, role: PersonRole, new_role: PersonRole, contact_changes: bool
) -> Refusal | None:
    """Role and contact data of a person with a live grant are the manager's to change, whatever the section says (A7).

    Without a grant, contact data are the staff's and the holders'. A holder or co-holder with a live grant never loses
    the role (A5).
    """
    if (refusal := _why_not_write_tree(standing)) is not None:
        return refusal
    if contact_changes and not _gives_contact_data(standing):
        return _CONTACT_DATA_APART
    role_changes = role is not new_role
    if granted and (role_changes or contact_changes) and not standing.is_manager:
        return _GRANTED_BY_MANAGER
    if role_changes and not standing.is_staff and CENTRAL_ROLES & {role, new_role}:
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
    return _ROLES_BY_STAFF if role in CENTRAL_ROLES and not standing.is_staff else None


def _why_not_write_tree(standing: Standing) -> Refusal | None:
    decision = decide(standing, Section.FAMILY_STRUCTURE, Action.WRITE)
    if decision.allowed:
        return None
    return Refusal("forbidden", decision.code, decision.rule, decision.reason)
