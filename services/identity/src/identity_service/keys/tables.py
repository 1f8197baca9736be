"""Table of signing keys; the private part is encrypted at rest and erased when the key retires."""

from datetime import datetime

from service_kit.db import enum_column, utc_column
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlmodel import Field

from identity_service.keys.domain import KeyState
from identity_service.tables_base import IdentityTable


class SigningKey(IdentityTable, table=True):
    """One Ed25519 pair. At most one is current and at most one is next."""

    __tablename__ = "signing_key"
    __table_args__ = (
        CheckConstraint(
            "(state = 'retired') = (private_box IS NULL) AND (state = 'retired') = (retired_at IS NOT NULL)",
            name="signing_key_retired_has_no_private_part",
        ),
        Index("signing_key_one_of_each", "state", unique=True, postgresql_where=text("state IN ('current', 'next')")),
    )

    kid: str = Field(sa_column=Column(Text, primary_key=True))
    state: KeyState = Field(sa_column=enum_column(KeyState))
    public_x: str = Field(sa_column=Column(Text, nullable=False))
    private_box: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_column=utc_column())
    retired_at: datetime | None = Field(default=None, sa_column=utc_column(nullable=True))
