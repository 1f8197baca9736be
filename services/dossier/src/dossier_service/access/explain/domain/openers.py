"""Who can open a dossier, as it is said: staff by their place, everybody else by an active grant (A11). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right
from service_kit.networks import parse_networks

from dossier_service.access.domain import Giver, GiverKind, Hindrance, Party, is_within


@dataclass(frozen=True, slots=True)
class StaffOpener:
    """A member of staff who can open the dossier since that moment: its manager (A1), or of its team (A14)."""

    membership_id: UUID
    account_id: UUID | None
    name: str
    party: Party
    since: datetime

    @property
    def rule(self) -> str:
        return "A1" if self.party is Party.MANAGER else "A14"


@dataclass(frozen=True, slots=True)
class OutsideOpener:
    """Somebody with an active grant: since when, who gave it by which rule (A1, A2), and what limits or hinders it.

    `networks` is empty for no limit and `None` where it is not told; `limited` says that there is one (A9).
    """

    grant_id: UUID
    person_id: UUID
    account_id: UUID | None
    name: str
    party: Party
    right: Right
    since: datetime
    giver: Giver
    limited: bool = False
    networks: tuple[str, ...] | None = ()
    branch_id: UUID | None = None
    hindrances: tuple[Hindrance, ...] = ()

    @property
    def rule(self) -> str:
        return "A2" if self.giver.kind is GiverKind.HOLDER else "A1"


@dataclass(frozen=True, slots=True)
class Openers:
    """Everybody who can open one dossier. `closed` says what outside parties keep of a closed one."""

    staff: tuple[StaffOpener, ...] = ()
    outside: tuple[OutsideOpener, ...] = ()
    closed: ClosedAccess | None = None


def shown_outside(openers: Openers) -> Openers:
    """What a holder is told (A12): everybody by name, but no account, and not from where a contact may come."""
    return Openers(
        tuple(replace(one, account_id=None) for one in openers.staff),
        tuple(replace(one, account_id=None, networks=None) for one in openers.outside),
        openers.closed,
    )


def from_here(opener: OutsideOpener, address: str | None) -> OutsideOpener:
    """What somebody is told of their own grant: whether it opens from where they are (A9), not from where it would."""
    hindrances = opener.hindrances
    if not is_within(address, parse_networks(opener.networks or ())):
        hindrances = (*hindrances, Hindrance.ADDRESS)
    return replace(opener, hindrances=hindrances, networks=None)


def in_order(
    staff: Iterable[StaffOpener], outside: Iterable[OutsideOpener], closed: ClosedAccess | None = None
) -> Openers:
    """The manager first, then whoever could open it longest."""
    return Openers(
        tuple(sorted(staff, key=lambda one: (one.party is not Party.MANAGER, one.since, one.membership_id))),
        tuple(sorted(outside, key=lambda one: (one.since, one.grant_id))),
        closed,
    )


def hindrances(*, kept_out: bool, deceased: bool) -> tuple[Hindrance, ...]:
    """All that keeps a live grant from opening anything, whichever address it is used from."""
    found = ((Hindrance.DEACTIVATED, kept_out), (Hindrance.DECEASED, deceased))
    return tuple(hindrance for hindrance, is_there in found if is_there)
