"""Table of the firm settings area: the logo, apart from the firm's row so that nobody reads it along."""

from datetime import datetime
from uuid import UUID

from service_kit.db import utc_column
from sqlmodel import Field

from dossier_service.tables_base import DossierTable


class FirmLogo(DossierTable, table=True):
    """A firm's logo as our own PNG, never as it was sent (R5)."""

    __tablename__ = "firm_logo"

    firm_id: UUID = Field(primary_key=True, foreign_key="firm.id")
    png: bytes
    changed_at: datetime = Field(sa_column=utc_column())
