"""Column types that every table spells the same way: aware times, enums as text, JSONB."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum stored as text: native PostgreSQL enums are awkward to migrate."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


def utc_column(**options: Any) -> Column[Any]:
    """A `timestamptz` column."""
    return Column(DateTime(timezone=True), **{"nullable": False, **options})


def enum_column(enum: type[StrEnum], **options: Any) -> Column[Any]:
    """A text column that reads and writes members of `enum`."""
    return Column(EnumText(enum), **{"nullable": False, **options})


def json_column(**options: Any) -> Column[Any]:
    """A JSONB column."""
    return Column(JSONB, **{"nullable": False, **options})
