"""What the dossiers area takes and gives over HTTP."""

from typing import Literal
from uuid import UUID

from event_contracts.people import Right

from dossier_service.access.domain import Party, Standing
from dossier_service.dossiers.people.domain import Analysis, PersonRole
from dossier_service.dossiers.people.schemas import CentralPersonIn
from dossier_service.dossiers.repository import MineRow
from dossier_service.dossiers.service import Cover, NewDossier
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.fields import Input, Output, Reason, Title
from dossier_service.firms.tables import Membership


class DossierIn(Input):
    """A dossier to open. Left out: the name is the client's, the manager the caller, the holder a client person."""

    client_id: UUID
    name: Title | None = None
    manager_id: UUID | None = None
    holder: CentralPersonIn | None = None
    co_holder: CentralPersonIn | None = None

    def command(self) -> NewDossier:
        return NewDossier(
            client_id=self.client_id,
            name=self.name,
            manager_id=self.manager_id,
            holder=self.holder.command(PersonRole.HOLDER) if self.holder else None,
            co_holder=self.co_holder.command(PersonRole.CO_HOLDER) if self.co_holder else None,
        )


class HandoverIn(Input):
    """Who becomes the manager, and why; the reason is kept in the journal."""

    membership_id: UUID
    reason: Reason


class FirmName(Output):
    """A firm as its outside parties know it."""

    id: UUID
    name: str


class Colleague(Output):
    """A member of staff by name."""

    id: UUID
    given_name: str
    family_name: str

    @classmethod
    def of(cls, member: Membership) -> "Colleague":
        return cls(id=member.id, given_name=member.given_name, family_name=member.family_name)


class DossierOut(Output):
    """A dossier's cover, and as whom the caller stands in it. Client and team are shown to staff only."""

    id: UUID
    name: str
    firm: FirmName
    analysis: Analysis
    manager: Colleague
    client_id: UUID | None
    team: tuple[Colleague, ...]
    party: Party
    right: Right | None

    @classmethod
    def of(cls, cover: Cover) -> "DossierOut":
        party = cover.standing.party
        assert party is not None  # the law let the caller open it
        is_staff = party in {Party.MANAGER, Party.TEAM}
        grant = cover.standing.active_grant
        return cls(
            id=cover.dossier.id,
            name=cover.dossier.name,
            firm=FirmName(id=cover.firm.id, name=cover.firm.name),
            analysis=cover.analysis,
            manager=Colleague.of(cover.manager),
            client_id=cover.dossier.client_id if is_staff else None,
            team=tuple(Colleague.of(member) for member in cover.team),
            party=party,
            right=grant.right if grant and not is_staff else None,
        )


class DossierLine(Output):
    """A dossier in a firm's list."""

    id: UUID
    name: str
    client_id: UUID
    manager: Colleague

    @classmethod
    def of(cls, row: tuple[Dossier, Membership]) -> "DossierLine":
        dossier, manager = row
        return cls(id=dossier.id, name=dossier.name, client_id=dossier.client_id, manager=Colleague.of(manager))


class MyDossier(Output):
    """One of the caller's dossiers. `being_opened`: the account is there, the grant is about to become active (A10)."""

    id: UUID
    name: str
    firm: FirmName
    state: Literal["open", "being_opened"]
    party: Party
    right: Right | None

    @classmethod
    def of(cls, row: MineRow, standing: Standing | None) -> "MyDossier | None":
        """None when the last right went away between the list and the question where the caller stands."""
        if standing is None:
            return None
        grant = standing.active_grant or (standing.grants[0] if standing.grants else None)
        party = standing.party or (Party(grant.role.value) if grant else None)
        if party is None:
            return None
        is_staff = party in {Party.MANAGER, Party.TEAM}
        return cls(
            id=row.id,
            name=row.name,
            firm=FirmName(id=row.firm_id, name=row.firm_name),
            state="open" if standing.party else "being_opened",
            party=party,
            right=grant.right if grant and not is_staff else None,
        )
