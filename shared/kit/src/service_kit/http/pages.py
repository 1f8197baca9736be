"""Cursor pages: a cursor is opaque and names the last row seen, so pages neither skip nor repeat while rows arrive."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel

from service_kit.errors import FieldError, Invalid

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
LONGEST_CURSOR = 1024

R = TypeVar("R")
T = TypeVar("T")
SortKey = tuple[str | int | bool | UUID | datetime | None, ...]


class Page(BaseModel, Generic[T]):
    """Some items and the cursor that continues after them; no cursor on the last page."""

    items: list[T]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much, and after which row. `after` is checked by whoever knows the sort key: see `decode_cursor`."""

    limit: int
    cursor: str | None

    def after(self, *parsers: Callable[[Any], Any]) -> tuple[Any, ...] | None:
        """The sort key of the last row seen, or None on the first page."""
        return decode_cursor(self.cursor, *parsers) if self.cursor is not None else None


def _page_request(
    limit: Annotated[int, Query(ge=1, le=LARGEST_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR, description="`next` of the page before")] = None,
) -> PageRequest:
    return PageRequest(limit, cursor)


PageParams = Annotated[PageRequest, Depends(_page_request)]


def encode_cursor(*key: str | int | bool | UUID | datetime | None) -> str:
    """The sort key of a row as opaque text. It is not signed: it says where to go on, never what may be seen."""
    plain = [str(part) if isinstance(part, UUID) else part for part in key]
    values = [part.isoformat() if isinstance(part, datetime) else part for part in plain]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, *parsers: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The key again, each part through its parser (`UUID`, `datetime.fromisoformat`, `int`); Invalid if malformed."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(parsers):
            raise ValueError("another number of parts")
        return tuple(parse(value) for parse, value in zip(parsers, values, strict=True))
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        detail = "This is not a cursor of this list."
        field = FieldError("cursor", "cursor_malformed", detail)
        raise Invalid("cursor_malformed", detail, fields=(field,)) from None


def page_of(rows: Sequence[R], limit: int, *, key: Callable[[R], SortKey], item: Callable[[R], T]) -> Page[T]:
    """A page from at most `limit + 1` rows: the one too many tells that there is a next page."""
    shown = rows[:limit]
    return Page(items=[item(row) for row in shown], next=encode_cursor(*key(shown[-1])) if len(rows) > limit else None)
