"""Table of the access area; one live grant per person of a dossier, and per address, is the database's own rule."""

from datetime import datetime
from uuid import UUID

from event_contracts.people import Right
from service_kit.db import enum_column, utc_column
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from dossier_service.access.domain import GrantState
from dossier_service.tables_base import DossierTable

_LIVE = text("state IN ('offered', 'active')")


class Grant(DossierTable, table=True):
    """One person's right on one dossier (A10). `email` is the address it was offered to; dead grants block nothing.

    `custom_text` and the wished `user_name` travel along when the offer moves (I9); the text is erased when the grant
    is no longer offered. It was given by a member of staff or by a holder of the dossier (A2). `networks` (CIDR) and
    `branch_id` limit a contact's grant (A9); empty means no limit.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        Index("access_grant_one_live_per_person", "dossier_id", "person_id", unique=True, postgresql_where=_LIVE),
        Index("access_grant_one_live_per_address", "dossier_id", "email", unique=True, postgresql_where=_LIVE),
        Index("access_grant_live_of_account", "account_id", "dossier_id", postgresql_where=_LIVE),
        Index("access_grant_of_account", "account_id", "id"),
        Index("access_grant_live_in_firm", "firm_id", "account_id", postgresql_where=_LIVE),
        Index("access_grant_of_person", "person_id", "offered_at"),
        Index("access_grant_address_in_firm", "firm_id", "email"),
        Index("access_grant_by_giver", "given_by", "offered_at"),
        Index("access_grant_by_giving_person", "given_by_person", "offered_at"),
        CheckConstraint("num_nonnulls(given_by, given_by_person) = 1", name="one_giver"),
    )

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    dossier_id: UUID = Field(foreign_key="dossier.id")
    person_id: UUID = Field(foreign_key="person.id")
    right: Right = Field(sa_column=enum_column(Right))
    state: GrantState = Field(sa_column=enum_column(GrantState))
    email: str
    new_address: bool
    given_by: UUID | None = Field(default=None, foreign_key="membership.id")
    given_by_person: UUID | None = Field(default=None, foreign_key="person.id")
    offered_at: datetime = Field(sa_column=utc_column())
    activated_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    account_id: UUID | None = None
    invitation_id: UUID | None = None
    custom_text: str | None = None
    user_name: str | None = None
    networks: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    branch_id: UUID | None = Field(default=None, foreign_key="branch.id")
    version: int = 1


class Resend(DossierTable, table=True):
    """Somebody asked that a person gets their sign-in information again; kept for the hour that the limit counts."""

    __tablename__ = "resend"
    __table_args__ = (Index("resend_of_person", "firm_id", "email", "at"),)

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    email: str
    at: datetime = Field(sa_column=utc_column())
