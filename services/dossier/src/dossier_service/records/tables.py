"""Tables of the records area: one family structure per dossier, records of every kind, and all their versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from service_kit.db import enum_column, json_column, utc_column
from sqlalchemy import Index
from sqlmodel import Field

from dossier_service.access.domain import Party, Section
from dossier_service.records.domain import Change, KindName, MaritalStatus, MatrimonialRegime
from dossier_service.tables_base import DossierTable

FAMILY_STRUCTURE = "family_structure"
"""The kind under which versions of a family structure are kept; its record is the dossier itself."""


class FamilyStructure(DossierTable, table=True):
    """What is noted about the family beside the tree itself."""

    __tablename__ = "family_structure"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    marital_status: MaritalStatus | None = Field(default=None, sa_column=enum_column(MaritalStatus, nullable=True))
    matrimonial_regime: MatrimonialRegime | None = Field(
        default=None, sa_column=enum_column(MatrimonialRegime, nullable=True)
    )
    note: str = ""
    version: int = 1
    changed_at: datetime = Field(sa_column=utc_column())


class Record(DossierTable, table=True):
    """One entry of a section. `content` has the fields of its kind, amounts as exact decimal text.

    `unique_key`: what no two records of this kind may share in a dossier, such as the number of an invoice. Whoever
    created or changed it is an account; empty for what was there before that was kept.
    """

    __table_args__ = (
        Index("record_of_dossier", "dossier_id", "kind", "id"),
        Index("record_one_per_key", "dossier_id", "kind", "unique_key", unique=True),
    )

    id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    section: Section = Field(sa_column=enum_column(Section))
    kind: KindName = Field(sa_column=enum_column(KindName))
    branch_id: UUID | None = Field(default=None, foreign_key="branch.id")
    unique_key: str | None = None
    content: dict[str, Any] = Field(sa_column=json_column())
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    created_by: UUID | None = None
    changed_at: datetime = Field(sa_column=utc_column())
    changed_by: UUID | None = None


class RecordVersion(DossierTable, table=True):
    """A record as somebody left it, who that was and as whom; rows are only ever added, and outlive the record.

    It may hold personal data, unlike the journal: it is content of the dossier and read by the rules of its section.
    """

    __tablename__ = "record_version"

    record_id: UUID = Field(primary_key=True)
    version: int = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    kind: str
    branch_id: UUID | None = None
    at: datetime = Field(sa_column=utc_column())
    account_id: UUID | None = None
    party: Party | None = Field(default=None, sa_column=enum_column(Party, nullable=True))
    change: Change = Field(sa_column=enum_column(Change))
    content: dict[str, Any] = Field(sa_column=json_column())
