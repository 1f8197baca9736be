"""Ids of events and rows: UUIDv7 (RFC 9562), so that new rows append to their indexes and events sort by age."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7. It is no secret: tokens come from `secrets`, never from here."""
    return uuid7()
