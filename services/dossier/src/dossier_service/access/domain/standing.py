"""As whom an account stands in a dossier: the facts the law decides on, read from the tables by the repository."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from event_contracts.people import Right

from dossier_service.access.domain.lifecycle import GrantState
from dossier_service.access.domain.table import Party
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.firms.domain import StaffRole


@dataclass(frozen=True, slots=True)
class StaffStanding:
    """An active member of the dossier's firm; `party` is empty for one who has no place in this dossier."""

    membership_id: UUID
    role: StaffRole
    name: str
    party: Party | None


@dataclass(frozen=True, slots=True)
class GrantStanding:
    """A live grant of the person who asks, with who gave it and when (A11)."""

    grant_id: UUID
    person_id: UUID
    role: PersonRole
    right: Right
    state: GrantState
    given_by: UUID
    given_by_name: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything the law needs to know about one account in one dossier.

    `suspended` are live grants that count for nothing while the firm keeps the account out (I11).
    """

    dossier_id: UUID
    firm_id: UUID
    account_id: UUID
    staff: StaffStanding | None = None
    grants: tuple[GrantStanding, ...] = ()
    suspended: tuple[GrantStanding, ...] = ()

    @property
    def active_grant(self) -> GrantStanding | None:
        """The strongest active grant: one account may stand for two people of a tree."""
        active = [grant for grant in self.grants if grant.state is GrantState.ACTIVE]
        return max(active, key=lambda grant: grant.right is Right.WRITE, default=None)

    @property
    def party(self) -> Party | None:
        if self.staff is not None and self.staff.party is not None:
            return self.staff.party
        grant = self.active_grant
        return Party(grant.role.value) if grant else None

    @property
    def is_manager(self) -> bool:
        return self.staff is not None and self.staff.party is Party.MANAGER

    @property
    def is_administrator(self) -> bool:
        return self.staff is not None and self.staff.role is StaffRole.ADMINISTRATOR

    @property
    def visible(self) -> bool:
        """Whether the dossier exists for this account; when not, it answers as an unknown one does (A13, A14)."""
        return self.party is not None or self.is_administrator
