"""Tells trouble of the database, the broker or a lock from an error of a handler. Trouble counts no attempt."""

import asyncpg
from aio_pika.exceptions import AMQPError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE classes (PostgreSQL appendix A): connection, resources, operator intervention, system error.
_TROUBLE_CLASSES = ("08", "53", "58")
_TROUBLE_STATES = frozenset({"57P01", "57P02", "57P03", "57P05", "25006", "55P03", "25P03"})
_COLLISION_STATES = frozenset({"40001", "40P01"})


class Trouble(Exception):
    """The work could not be tried properly; it is repeated later as if nothing had happened."""

    def __init__(self, part: str, cause: BaseException) -> None:
        super().__init__(f"{part}: {type(cause).__name__}")
        self.part = part


def _sqlstate(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        error = error.orig or error
    return str(getattr(error, "sqlstate", None) or "")


def is_collision(error: BaseException) -> bool:
    """A deadlock or a serialization failure: the same work succeeds when it is repeated."""
    return _sqlstate(error) in _COLLISION_STATES


def is_trouble(error: BaseException) -> bool:
    """Whether the database or the broker, not the handler, is the reason."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _sqlstate(error)
    if state:
        return state in _TROUBLE_STATES or state.startswith(_TROUBLE_CLASSES)
    return isinstance(error, (InterfaceError, asyncpg.InterfaceError, PoolTimeout, AMQPError, ConnectionError))


def part_of(error: BaseException) -> str:
    """Which part is away, for metrics and readiness."""
    return "broker" if isinstance(error, AMQPError) else "database"
