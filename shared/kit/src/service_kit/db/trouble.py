"""Tells trouble of the database from mistakes of whoever uses it: trouble passes, and the same work succeeds later."""

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATE classes (PostgreSQL appendix A): connection, resources, system error.
_TROUBLE_CLASSES = ("08", "53", "58")
# Shut down by an operator or a crash, session ended for being idle, read-only standby, lock or idle time-out.
_TROUBLE_STATES = frozenset({"57P01", "57P02", "57P03", "57P05", "25006", "55P03", "25P03"})
_COLLISION_STATES = frozenset({"40001", "40P01"})
_STATEMENT_TIMEOUT = "57014"


def _sqlstate(error: BaseException) -> str:
    if isinstance(error, DBAPIError):
        error = error.orig or error
    return str(getattr(error, "sqlstate", None) or "")


def _lost_its_place(error: BaseException) -> bool:
    """asyncpg's own bookkeeping broke down, as it does on a connection that the server ended between two statements."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig is not None else error
    return isinstance(cause, asyncpg.InternalClientError)


def is_collision(error: BaseException) -> bool:
    """A deadlock or a serialization failure: the same work succeeds when it is repeated."""
    return _sqlstate(error) in _COLLISION_STATES


def is_passing(error: BaseException) -> bool:
    """Whether a request that met this may well succeed a little later: trouble, a collision, or a slow statement."""
    away = isinstance(error, (InterfaceError, OperationalError, asyncpg.InterfaceError, ConnectionError))
    return is_trouble(error) or is_collision(error) or away or _sqlstate(error) == _STATEMENT_TIMEOUT


def is_trouble(error: BaseException) -> bool:
    """Whether the database, not its user, is the reason: certain from the error alone."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = _sqlstate(error)
    known = state in _TROUBLE_STATES or state.startswith(_TROUBLE_CLASSES)
    return known or isinstance(error, PoolTimeout) or _lost_its_place(error)


def is_doubtful(error: BaseException) -> bool:
    """A database that is away or a handler's mistake, asyncpg says InterfaceError for both: only asking it tells."""
    return isinstance(error, (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError))
