"""Table of counters: how often something was done in the current window."""

from datetime import datetime

from service_kit.db import utc_column
from sqlalchemy import Column, Index, LargeBinary, Text
from sqlmodel import Field

from identity_service.tables_base import IdentityTable


class RateCounter(IdentityTable, table=True):
    """Hits of one key in its newest window. The key is a digest: neither addresses nor names are kept here."""

    __tablename__ = "rate_counter"
    __table_args__ = (Index("rate_counter_age", "window_start"),)

    what: str = Field(sa_column=Column(Text, primary_key=True))
    key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    window_start: datetime = Field(sa_column=utc_column())
    hits: int
