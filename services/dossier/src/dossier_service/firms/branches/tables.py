"""Table of the branches area; a firm's branch names differ, closed ones among them."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class Branch(DossierTable, table=True):
    """An office of a firm: records may belong to one, and a contact's access may be limited to one (A9)."""

    __table_args__ = (UniqueConstraint("firm_id", "name", name="branch_firm_id_name_key"),)

    id: UUID = Field(primary_key=True)
    firm_id: UUID = Field(foreign_key="firm.id")
    name: str
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    closed_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
