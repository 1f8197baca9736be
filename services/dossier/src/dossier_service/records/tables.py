"""Tables of the records area: one family structure per dossier, many assets; each row carries its version."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlalchemy import CheckConstraint, Column, Index, Numeric
from sqlmodel import Field

from dossier_service.records.domain import AssetKind, MaritalStatus, MatrimonialRegime
from dossier_service.tables_base import DossierTable


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


class Asset(DossierTable, table=True):
    """One thing somebody of the dossier owns; amounts are exact decimals in the asset's currency."""

    __table_args__ = (
        Index("asset_of_dossier", "dossier_id", "id"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )

    id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(foreign_key="dossier.id")
    kind: AssetKind = Field(sa_column=enum_column(AssetKind))
    description: str
    amount: Decimal = Field(sa_column=Column(Numeric(16, 2), nullable=False))
    currency: str
    owner_id: UUID | None = Field(default=None, foreign_key="person.id")
    version: int = 1
    created_at: datetime = Field(sa_column=utc_column())
    changed_at: datetime = Field(sa_column=utc_column())
