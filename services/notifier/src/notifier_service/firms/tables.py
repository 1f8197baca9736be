"""A copy of what dossier said of firms: name, and the look of their mails (R5)."""

from uuid import UUID

from sqlalchemy import BigInteger, Column, LargeBinary, Text
from sqlmodel import Field

from notifier_service.tables_base import NotifierTable


class FirmBrand(NotifierTable, table=True):
    """A firm by the newest word on it. Only its own mails are dressed in this (A13)."""

    __tablename__ = "firm_brand"

    firm_id: UUID = Field(primary_key=True)
    firm_name: str = Field(sa_type=Text)
    sender_name: str = Field(sa_type=Text)
    reply_to: str | None = Field(default=None, sa_type=Text)
    colour: str | None = Field(default=None, sa_type=Text)
    logo: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    sequence: int = Field(sa_type=BigInteger)
