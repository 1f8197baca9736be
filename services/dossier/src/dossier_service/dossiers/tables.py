"""Tables of the dossiers area: the dossier and its team."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class Dossier(DossierTable, table=True):
    """Everything kept for one client; its row is the lock under which its tree and its grants change."""

    __table_args__ = (
        Index("dossier_of_firm", "firm_id", "id"),
        Index("dossier_of_client", "client_id"),
        Index("dossier_of_manager", "manager_id", "id"),
    )

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    client_id: UUID = Field(foreign_key="client.id")
    name: str
    manager_id: UUID = Field(foreign_key="membership.id")
    created_by: UUID = Field(foreign_key="membership.id")
    created_at: datetime = Field(sa_column=utc_column())


class TeamMember(DossierTable, table=True):
    """Other staff with access to the dossier, without the right to manage outside access [001]."""

    __tablename__ = "team_member"
    __table_args__ = (Index("team_member_membership", "membership_id", "dossier_id"),)

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    membership_id: UUID = Field(primary_key=True, foreign_key="membership.id")
    added_at: datetime = Field(sa_column=utc_column())
