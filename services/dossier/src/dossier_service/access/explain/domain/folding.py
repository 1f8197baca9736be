"""Who could open a dossier at some moment, folded from what the journal tells, so that the past answers alike (A11).

The journal says what happened and when; what never changes of a grant or a place (whose it is, who gave it) is known
from its row. Facts come in the order in which they were written down. Pure.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right

from dossier_service.access.domain import Giver, Party
from dossier_service.access.explain.domain.openers import Openers, OutsideOpener, StaffOpener, hindrances, in_order
from dossier_service.dossiers.people.domain import PersonRole


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the journal, as far as it tells who could open what."""

    at: datetime
    action: str
    subject_id: UUID
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownGrant:
    """What never changes of a grant, with the names and the role of today."""

    grant_id: UUID
    person_id: UUID
    account_id: UUID | None
    name: str
    role: PersonRole
    giver: Giver


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """What never changes of a place in the staff, with the name of today."""

    membership_id: UUID
    account_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class _Right:
    """An access as far as the facts have come; it opens once `since` is set."""

    right: Right
    since: datetime | None = None
    networks: tuple[str, ...] = ()
    branch_id: UUID | None = None


@dataclass
class _Past:
    """What is so after the facts heard so far."""

    created_by: UUID
    manager: tuple[UUID, datetime] | None = None
    team: dict[UUID, datetime] = field(default_factory=dict)
    joined: dict[UUID, datetime] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)
    rights: dict[UUID, _Right] = field(default_factory=dict)
    roles: dict[UUID, PersonRole] = field(default_factory=dict)
    kept_out: set[UUID] = field(default_factory=set)
    deceased: set[UUID] = field(default_factory=set)
    closed: ClosedAccess | None = None

    def opened(self, fact: Recorded) -> None:
        manager = UUID(fact.details["manager"])
        self.manager = (manager, fact.at)
        if manager != self.created_by:
            self.team[self.created_by] = fact.at

    def handed_over(self, fact: Recorded) -> None:
        """The manager before stays in the team, unless they left the staff."""
        if self.manager is not None and self.manager[0] not in self.gone:
            self.team[self.manager[0]] = fact.at
        self.team.pop(fact.subject_id, None)
        self.manager = (fact.subject_id, fact.at)

    def team_grew(self, fact: Recorded) -> None:
        self.team.setdefault(fact.subject_id, fact.at)

    def team_shrank(self, fact: Recorded) -> None:
        self.team.pop(fact.subject_id, None)

    def staff_joined(self, fact: Recorded) -> None:
        self.joined[fact.subject_id] = fact.at

    def staff_left(self, fact: Recorded) -> None:
        self.gone.add(fact.subject_id)

    def place_taken_over(self, fact: Recorded) -> None:
        """A corrected offer of a place took over what the old one had: it is the same person."""
        old, new = fact.subject_id, UUID(fact.details["to"])
        if self.manager is not None and self.manager[0] == old:
            self.manager = (new, self.manager[1])
        if old in self.team:
            self.team[new] = self.team.pop(old)

    def offered(self, fact: Recorded) -> None:
        details = fact.details
        self.rights[fact.subject_id] = _limited(_Right(Right(details["right"])), details)
        if "role" in details and "person" in details:
            self.roles[UUID(details["person"])] = PersonRole(details["role"])

    def activated(self, fact: Recorded) -> None:
        if (known := self.rights.get(fact.subject_id)) is not None:
            self.rights[fact.subject_id] = replace(known, since=fact.at)

    def changed(self, fact: Recorded) -> None:
        if (known := self.rights.get(fact.subject_id)) is not None:
            self.rights[fact.subject_id] = replace(known, right=Right(fact.details["right"]))

    def limited(self, fact: Recorded) -> None:
        """The limits as they are from now on; what is not named is no limit. The right may change with them."""
        if (known := self.rights.get(fact.subject_id)) is not None:
            right = Right(fact.details.get("right", known.right))
            self.rights[fact.subject_id] = _limited(replace(known, right=right), fact.details)

    def ended(self, fact: Recorded) -> None:
        self.rights.pop(fact.subject_id, None)

    def role_changed(self, fact: Recorded) -> None:
        if "role" in fact.details:
            self.roles[fact.subject_id] = PersonRole(fact.details["role"])

    def was_kept_out(self, fact: Recorded) -> None:
        self.kept_out.add(fact.subject_id)

    def was_let_in(self, fact: Recorded) -> None:
        self.kept_out.discard(fact.subject_id)

    def died(self, fact: Recorded) -> None:
        self.deceased.add(fact.subject_id)

    def lives(self, fact: Recorded) -> None:
        self.deceased.discard(fact.subject_id)

    def was_closed(self, fact: Recorded) -> None:
        self.closed = ClosedAccess(fact.details["access"])

    def was_reopened(self, _fact: Recorded) -> None:
        self.closed = None


def _limited(right: _Right, details: Mapping[str, str]) -> _Right:
    networks, branch = details.get("networks"), details.get("branch")
    return replace(
        right, networks=tuple(networks.split(",")) if networks else (), branch_id=UUID(branch) if branch else None
    )


_HEARD: Mapping[str, Callable[[_Past, Recorded], None]] = MappingProxyType(
    {
        "dossier_opened": _Past.opened,
        "dossier_handed_over": _Past.handed_over,
        "dossier_closed": _Past.was_closed,
        "dossier_reopened": _Past.was_reopened,
        "team_member_added": _Past.team_grew,
        "team_member_removed": _Past.team_shrank,
        "grant_offered": _Past.offered,
        "grant_activated": _Past.activated,
        "grant_changed": _Past.changed,
        "grant_limited": _Past.limited,
        "grant_moved": _Past.ended,
        "grant_withdrawn": _Past.ended,
        "grant_declined": _Past.ended,
        "grant_left": _Past.ended,
        "grant_left_by_erasure": _Past.ended,
        "grant_lapsed": _Past.ended,
        "person_changed": _Past.role_changed,
        "death_recorded": _Past.died,
        "death_taken_back": _Past.lives,
        "staff_joined": _Past.staff_joined,
        "staff_place_taken_over": _Past.place_taken_over,
        "staff_removed": _Past.staff_left,
        "staff_declined": _Past.staff_left,
        "staff_erased": _Past.staff_left,
        "staff_invitation_moved": _Past.staff_left,
        "portal_user_deactivated": _Past.was_kept_out,
        "portal_user_reactivated": _Past.was_let_in,
    }
)

_OF_PLACES = frozenset({"dossier_handed_over", "team_member_added", "team_member_removed"})
_NAMES_PLACE = MappingProxyType({"dossier_opened": "manager", "staff_place_taken_over": "to"})

ACTIONS = frozenset(_HEARD)
"""What the journal calls the things that decide who can open a dossier; it tells more, which is passed over here."""


def openers_of(
    created_by: UUID,
    grants: Iterable[KnownGrant],
    places: Iterable[KnownPlace],
    facts: Iterable[Recorded],
) -> Openers:
    """Who can open a dossier after these facts, the last of which decide; nobody can open one not opened yet (A11)."""
    past = _Past(created_by)
    for fact in facts:
        if (hear := _HEARD.get(fact.action)) is not None:
            hear(past, fact)
    staff = (_staff(past, place) for place in places)
    outside = (_outside(past, grant) for grant in grants)
    return in_order((one for one in staff if one is not None), (one for one in outside if one is not None), past.closed)


def _staff(past: _Past, place: KnownPlace) -> StaffOpener | None:
    """A place opens from when it was given and taken, whichever came later, until its person left the staff."""
    joined = past.joined.get(place.membership_id)
    if joined is None or place.membership_id in past.gone:
        return None
    if past.manager is not None and past.manager[0] == place.membership_id:
        party, since = Party.MANAGER, past.manager[1]
    elif place.membership_id in past.team:
        party, since = Party.TEAM, past.team[place.membership_id]
    else:
        return None
    return StaffOpener(place.membership_id, place.account_id, place.name, party, max(since, joined))


def _outside(past: _Past, grant: KnownGrant) -> OutsideOpener | None:
    right = past.rights.get(grant.grant_id)
    if right is None or right.since is None:
        return None
    kept_out, deceased = grant.account_id in past.kept_out, grant.person_id in past.deceased
    return OutsideOpener(
        grant_id=grant.grant_id,
        person_id=grant.person_id,
        account_id=grant.account_id,
        name=grant.name,
        party=Party(past.roles.get(grant.person_id, grant.role)),
        right=right.right,
        since=right.since,
        giver=grant.giver,
        limited=bool(right.networks),
        networks=right.networks,
        branch_id=right.branch_id,
        hindrances=hindrances(kept_out=kept_out, deceased=deceased),
    )


def mentioned_places(created_by: UUID, facts: Iterable[Recorded]) -> frozenset[UUID]:
    """The places in the staff that a dossier's facts speak of: what became of these is to be read besides."""
    named = {created_by}
    for fact in facts:
        if fact.action in _NAMES_PLACE:
            named.add(UUID(fact.details[_NAMES_PLACE[fact.action]]))
        elif fact.action in _OF_PLACES:
            named.add(fact.subject_id)
    return frozenset(named)
