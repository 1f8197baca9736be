"""What the dossiers area takes and gives over HTTP."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from event_contracts.people import Right
from fastapi import Response
from pydantic import Field
from service_kit.http.etags import etag_of

from dossier_service.access.domain import MODULES, STAFF_PARTIES, Party, Section, Standing
from dossier_service.dossiers.closing.domain import kept_by
from dossier_service.dossiers.domain import checked_modules, in_order, sections_for
from dossier_service.dossiers.people.domain import Analysis, PersonRole
from dossier_service.dossiers.people.schemas import CentralPersonIn
from dossier_service.dossiers.repository import MineRow
from dossier_service.dossiers.service import Cover, NewDossier
from dossier_service.dossiers.tables import Dossier
from dossier_service.edge.fields import Input, Output, Title
from dossier_service.firms.tables import Membership

ModuleNames = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=50, json_schema_extra={"items": {"type": "string", "enum": list(in_order(MODULES))}}),
]
"""Modules as typed; the use case names each that does not exist, with the rule (A8)."""


class DossierIn(Input):
    """A dossier to open. Left out: the name is the client's, the manager the caller, the holder a client person.

    `modules` are the sections that outside parties are to have besides those that every dossier has; left out: all.
    """

    client_id: UUID
    name: Title | None = None
    manager_id: UUID | None = None
    holder: CentralPersonIn | None = None
    co_holder: CentralPersonIn | None = None
    modules: ModuleNames | None = None

    def command(self) -> NewDossier:
        return NewDossier(
            client_id=self.client_id,
            name=self.name,
            manager_id=self.manager_id,
            holder=self.holder.command(PersonRole.HOLDER) if self.holder else None,
            co_holder=self.co_holder.command(PersonRole.CO_HOLDER) if self.co_holder else None,
            modules=MODULES if self.modules is None else checked_modules(self.modules),
        )


class DossierPatch(Input):
    """The fields to change; those left out stay. `modules` are all that outside parties are to have (A8, P1)."""

    name: Title = ""
    modules: ModuleNames = Field(default_factory=list)

    def new_name(self) -> str | None:
        return self.name if "name" in self.model_fields_set else None

    def new_modules(self) -> frozenset[Section] | None:
        return checked_modules(self.modules) if "modules" in self.model_fields_set else None


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


class ClosedOut(Output):
    """Since when a dossier is closed, and what outside parties keep of it; to one of them, what they keep."""

    access: ClosedAccess
    at: datetime

    @classmethod
    def of(cls, standing: Standing, at: datetime | None) -> "ClosedOut | None":
        """As it is for somebody who stands in the dossier, or is about to; None while it is open."""
        if standing.closed is None or at is None:
            return None
        grant = None if standing.is_staff else standing.active_grant or next(iter(standing.grants), None)
        return cls(access=kept_by(standing.closed, grant.role) if grant else standing.closed, at=at)


class DossierOut(Output):
    """A dossier's cover, and as whom the caller stands in it. Client, team and modules are shown to staff only.

    `sections` are those the caller may read: what does not exist for them is absent (A7, A8).
    """

    id: UUID
    name: str
    firm: FirmName
    analysis: Analysis
    manager: Colleague
    client_id: UUID | None
    team: tuple[Colleague, ...]
    party: Party
    right: Right | None
    sections: tuple[Section, ...]
    modules: tuple[Section, ...] | None
    closed: ClosedOut | None
    etag: str

    @classmethod
    def of(cls, cover: Cover) -> "DossierOut":
        party = cover.standing.party
        assert party is not None  # the law let the caller open it
        is_staff = party in STAFF_PARTIES
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
            sections=sections_for(cover.standing),
            modules=in_order(cover.standing.modules) if is_staff else None,
            closed=ClosedOut.of(cover.standing, cover.dossier.closed_at),
            etag=etag_of(cover.dossier.version),
        )

    @classmethod
    def shown(cls, cover: Cover, response: Response) -> "DossierOut":
        """The cover as an answer that may be edited."""
        out = cls.of(cover)
        response.headers["ETag"] = out.etag
        return out


class DossierLine(Output):
    """A dossier in a firm's list."""

    id: UUID
    name: str
    client_id: UUID
    manager: Colleague
    closed: ClosedOut | None

    @classmethod
    def of(cls, row: tuple[Dossier, Membership]) -> "DossierLine":
        dossier, manager = row
        closed = (
            ClosedOut(access=dossier.closed_access, at=dossier.closed_at)
            if dossier.closed_access and dossier.closed_at
            else None
        )
        return cls(
            id=dossier.id,
            name=dossier.name,
            client_id=dossier.client_id,
            manager=Colleague.of(manager),
            closed=closed,
        )


class MyDossier(Output):
    """One of the caller's dossiers. `being_opened`: the account is there, the grant is about to become active (A10)."""

    id: UUID
    name: str
    firm: FirmName
    state: Literal["open", "being_opened"]
    party: Party
    right: Right | None
    closed: ClosedOut | None

    @classmethod
    def of(cls, row: MineRow, standing: Standing | None) -> "MyDossier | None":
        """None when the last right went away between the list and the question where the caller stands."""
        if standing is None:
            return None
        grant = standing.active_grant or (standing.grants[0] if standing.grants else None)
        party = standing.party or (Party(grant.role.value) if grant else None)
        if party is None:
            return None
        is_staff = party in STAFF_PARTIES
        return cls(
            id=row.id,
            name=row.name,
            firm=FirmName(id=row.firm_id, name=row.firm_name),
            state="open" if standing.party else "being_opened",
            party=party,
            right=grant.right if grant and not is_staff else None,
            closed=ClosedOut.of(standing, row.closed_at),
        )
