"""Table of the portal users area: only accounts that a firm deactivated at least once have a row."""

from datetime import datetime
from uuid import UUID

from service_kit.db import enum_column, utc_column
from sqlmodel import Field

from dossier_service.portal_users.domain import PortalUserState
from dossier_service.tables_base import DossierTable


class PortalUser(DossierTable, table=True):
    """Whether a firm keeps an account out, since when, by whom and why; its grants stay as they are (I11)."""

    __tablename__ = "portal_user"

    firm_id: UUID = Field(primary_key=True, foreign_key="firm.id")
    account_id: UUID = Field(primary_key=True)
    state: PortalUserState = Field(sa_column=enum_column(PortalUserState))
    reason: str | None = None
    changed_at: datetime = Field(sa_column=utc_column())
    changed_by: UUID | None = Field(default=None, foreign_key="membership.id")
