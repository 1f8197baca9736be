"""Table of other systems that may ask for tokens of their own."""

from datetime import datetime

from service_kit.db import utc_column
from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field

from identity_service.tables_base import IdentityTable


class ApiClient(IdentityTable, table=True):
    """A system. Its secret has 256 random bits, is shown once and stored as its SHA-256."""

    __tablename__ = "api_client"

    client_id: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    secret_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_column=utc_column())
    disabled_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
