"""Tables of the dossiers area: the dossier and its team."""

from datetime import datetime
from uuid import UUID

from event_contracts.dossier import ClosedAccess
from service_kit.db import enum_column, utc_column
from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class Dossier(DossierTable, table=True):
    """Everything kept for one client; its row is the lock under which its tree and its grants change.

    `modules` are the sections that exist for outside parties besides those that always do (A8, P1). A closed dossier
    says what outside parties keep of it.
    """

    __table_args__ = (
        Index("dossier_of_firm", "firm_id", "id"),
        Index("dossier_of_client", "client_id"),
        Index("dossier_of_manager", "manager_id", "id"),
        Index("dossier_of_creator", "created_by", "id"),
    )

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    client_id: UUID = Field(foreign_key="client.id")
    name: str
    manager_id: UUID = Field(foreign_key="membership.id")
    created_by: UUID = Field(foreign_key="membership.id")
    created_at: datetime = Field(sa_column=utc_column())
    modules: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    closed_access: ClosedAccess | None = Field(default=None, sa_column=enum_column(ClosedAccess, nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
    version: int = 1


class TeamMember(DossierTable, table=True):
    """Other staff with access to the dossier, without the right to manage outside access [001]."""

    __tablename__ = "team_member"
    __table_args__ = (Index("team_member_membership", "membership_id", "dossier_id"),)

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    membership_id: UUID = Field(primary_key=True, foreign_key="membership.id")
    added_at: datetime = Field(sa_column=utc_column())
