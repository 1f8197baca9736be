"""What the export shows: to its owner, in machine-readable form."""

from datetime import datetime
from typing import Any
from uuid import UUID

from event_contracts.people import Language, Right
from sqlalchemy import Row

from dossier_service.access.domain import GrantState
from dossier_service.dossiers.people.domain import PersonRole
from dossier_service.edge.fields import Output
from dossier_service.firms.domain import MembershipState, StaffRole


class KnownAs(Output):
    """Under which name, and with which contact data of its own, a firm knows the person."""

    given_name: str
    family_name: str
    email: str | None
    phone: str | None
    language: Language

    @classmethod
    def of(cls, row: Row[Any]) -> "KnownAs":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ExportedGrant(Output):
    """An access to a dossier, past or present."""

    id: UUID
    firm_id: UUID
    firm_name: str
    dossier_id: UUID
    dossier_name: str
    known_as: KnownAs
    role: PersonRole
    right: Right
    state: GrantState
    offered_to: str
    given_by: str
    offered_at: datetime
    activated_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "ExportedGrant":
        values = {name: getattr(row, name) for name in cls.model_fields if name != "known_as"}
        return cls(known_as=KnownAs.of(row), **values)


class ExportedPlace(Output):
    """A place in a firm's staff, past or present."""

    id: UUID
    firm_id: UUID
    firm_name: str
    known_as: KnownAs
    role: StaffRole
    state: MembershipState
    invited_at: datetime
    activated_at: datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "ExportedPlace":
        values = {name: getattr(row, name) for name in cls.model_fields if name != "known_as"}
        return cls(known_as=KnownAs.of(row), **values)


class ExportedFact(Output):
    """One thing the journal tells of the person's accesses; who else acted is not theirs to export."""

    id: UUID
    at: datetime
    firm_id: UUID
    dossier_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    rule: str
    by_yourself: bool
    details: dict[str, str]

    @classmethod
    def of(cls, row: Row[Any]) -> "ExportedFact":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class ExportOut(Output):
    """Everything the dossier service keeps about the account of the person who asks (I13)."""

    account_id: UUID
    grants: tuple[ExportedGrant, ...]
    staff_places: tuple[ExportedPlace, ...]
    journal: tuple[ExportedFact, ...]
