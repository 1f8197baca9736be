"""As whom an account stands in a dossier: the facts the law decides on, read from the tables by the repository."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right

from dossier_service.access.domain.hindrances import Hindrance
from dossier_service.access.domain.lifecycle import GrantState
from dossier_service.access.domain.table import MODULES, STAFF_PARTIES, Party, Section
from dossier_service.dossiers.people.domain import CENTRAL_ROLES, PersonRole
from dossier_service.firms.domain import StaffRole


@dataclass(frozen=True, slots=True)
class StaffStanding:
    """An active member of the dossier's firm; `party` is empty for one who has no place in this dossier."""

    membership_id: UUID
    role: StaffRole
    name: str
    party: Party | None


class GiverKind(StrEnum):
    """As whom somebody gave a grant: the manager for the firm (A1), or a holder of the dossier (A2)."""

    STAFF = "staff"
    HOLDER = "holder"


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives, or gave, a grant: a member of staff by membership, a holder by their person in the tree (A11)."""

    kind: GiverKind
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class GrantStanding:
    """A live grant of the person who asks, with who gave it and when (A11), and what limits it (A9)."""

    grant_id: UUID
    person_id: UUID
    person_name: str
    role: PersonRole
    right: Right
    state: GrantState
    giver: Giver
    given_at: datetime
    branch_id: UUID | None = None
    networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindered:
    """A live grant that opens nothing at the moment."""

    grant: GrantStanding
    hindrance: Hindrance


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the law needs to know about one account in one dossier.

    `hindered` are live grants that count for nothing, from here or for now (A9, I11). `modules` are the sections left
    in for outside parties (A8); `closed` says what these keep of a closed dossier.
    """

    dossier_id: UUID
    firm_id: UUID
    account_id: UUID
    staff: StaffStanding | None = None
    grants: tuple[GrantStanding, ...] = ()
    hindered: tuple[Hindered, ...] = ()
    modules: frozenset[Section] = MODULES
    closed: ClosedAccess | None = None

    @property
    def active_grants(self) -> tuple[GrantStanding, ...]:
        """The active grants, the stronger first: one account may stand for two people of a dossier."""
        active = [grant for grant in self.grants if grant.state is GrantState.ACTIVE]
        return tuple(sorted(active, key=lambda grant: grant.right is not Right.WRITE))

    @property
    def active_grant(self) -> GrantStanding | None:
        """The strongest active grant."""
        return next(iter(self.active_grants), None)

    @property
    def party(self) -> Party | None:
        if self.staff is not None and self.staff.party is not None:
            return self.staff.party
        grant = self.active_grant
        return Party(grant.role.value) if grant else None

    @property
    def is_staff(self) -> bool:
        """Whether the account has a place in the dossier as the firm's own, and not as an outside party."""
        return self.party in STAFF_PARTIES

    @property
    def is_manager(self) -> bool:
        return self.staff is not None and self.staff.party is Party.MANAGER

    @property
    def is_administrator(self) -> bool:
        return self.staff is not None and self.staff.role is StaffRole.ADMINISTRATOR

    @property
    def is_out_of_reach(self) -> bool:
        """An active grant is there, but not from this address (A9): the person knows of the dossier already."""
        return any(one.hindrance is Hindrance.ADDRESS and one.grant.state is GrantState.ACTIVE for one in self.hindered)

    @property
    def visible(self) -> bool:
        """Whether the dossier exists for this account; when not, it answers as an unknown one does (A13, A14)."""
        return self.party is not None or self.is_administrator or self.is_out_of_reach

    @property
    def giver(self) -> Giver | None:
        """As whom the account gives access here: the manager (A1), a holder or co-holder (A2), or nobody."""
        if self.staff is not None and self.staff.party is Party.MANAGER:
            return Giver(GiverKind.STAFF, self.staff.membership_id, self.staff.name)
        central = self.central_grant
        return Giver(GiverKind.HOLDER, central.person_id, central.person_name) if central else None

    @property
    def central_grant(self) -> GrantStanding | None:
        """The strongest active grant as holder or co-holder: by it they may let their family in (A2)."""
        return next((grant for grant in self.active_grants if grant.role in CENTRAL_ROLES), None)
