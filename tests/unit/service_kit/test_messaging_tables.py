"""The pure parts of the messaging core: retry table, back-off, permissions, names, handlers, trouble."""

import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import asyncpg
import pytest
from event_contracts.identity import AccountActivated
from event_contracts.security import SessionEnded
from service_kit.db.trouble import is_collision, is_doubtful, is_trouble
from service_kit.messaging.delivery import Delivery, Undeliverable, decode, unknown_since
from service_kit.messaging.handlers import Handlers, handle
from service_kit.messaging.permissions import permissions
from service_kit.messaging.relay import backoff
from service_kit.messaging.retry_policy import RetryPolicy
from service_kit.messaging.topology import RETRY_DELAYS, Names
from service_kit.messaging.trouble import Trouble
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout


async def one(event, uow, deps):
    return None


async def two(event, uow, deps):
    return None


@pytest.mark.parametrize(
    ("attempt", "wanted", "delay"),
    [
        (1, None, "5s"),
        (2, None, "1min"),
        (3, None, "15min"),
        (5, None, "15min"),
        (6, None, None),
        (1, 0, "5s"),
        (1, 5, "5s"),
        (1, 59, "5s"),
        (1, 60, "1min"),
        (2, 899, "1min"),
        (1, 900, "15min"),
        (1, 86_400, "15min"),
        (6, 5, None),
    ],
)
def test_each_failed_attempt_has_its_delay_and_the_last_has_none(attempt, wanted, delay):
    after = None if wanted is None else timedelta(seconds=wanted)
    assert RetryPolicy().delay_after(attempt, after) == delay


def test_every_delay_of_the_policy_has_a_queue():
    policy = RetryPolicy()
    assert {*policy.delays, policy.unknown_delay} <= set(RETRY_DELAYS)


def test_back_off_doubles_from_a_second_to_five_minutes():
    assert [backoff(attempts).total_seconds() for attempts in (0, 1, 2, 8, 9, 1000)] == [1, 2, 4, 256, 300, 300]


def test_names_begin_with_the_service():
    names = Names("identity")
    assert (names.inbox, names.retry, names.dead, names.parked) == (
        "identity.inbox",
        "identity.retry",
        "identity.dead",
        "identity.parked",
    )
    assert names.delay("5s") == "identity.retry.5s"


@pytest.mark.parametrize(
    ("right", "name", "allowed"),
    [
        ("configure", "identity.inbox", False),
        ("write", "events", True),
        ("write", "identity.retry", True),
        ("write", "identity.inbox", True),
        ("write", "identity.dead", False),
        ("write", "dossier.inbox", False),
        ("write", "identityxinbox", False),
        ("write", "identity.inbox.more", False),
        ("write", "my.identity.inbox", False),
        ("write", "amq.default", False),
        ("write", "", False),
        ("read", "identity.inbox", True),
        ("read", "events", True),
        ("read", "events.unrouted", False),
        ("read", "identity.dead", False),
        ("read", "dossier.inbox", False),
    ],
)
def test_broker_rights_are_exact_names(right, name, allowed):
    # The broker searches; only anchors make a pattern exact.
    assert bool(re.search(permissions("identity")[right], name)) is allowed


def test_the_handlers_table_is_by_type_and_sorted():
    table = Handlers((handle(SessionEnded, two),), (handle(AccountActivated, one),))
    assert table.types == tuple(sorted((AccountActivated.event_type, SessionEnded.event_type)))
    assert table[AccountActivated.event_type].name == "one"
    assert "dossier.grant.offered.v1" not in table


@pytest.mark.parametrize(
    "rows",
    [
        (handle(AccountActivated, one), handle(AccountActivated, two)),
        (handle(AccountActivated, one), handle(SessionEnded, two, name="one")),
        (handle(AccountActivated, one), handle(AccountActivated, one)),
    ],
)
def test_a_type_or_a_name_registered_twice_is_an_error_at_start(rows):
    with pytest.raises(ValueError, match="registered twice"):
        Handlers(rows)
    with pytest.raises(ValueError, match="registered twice"):
        Handlers(rows[:1], rows[1:])


def wrapped(original, *, invalidated=False, kind=DBAPIError):
    """As SQLAlchemy hands on what the driver raised."""
    return kind("SELECT 1", {}, original, connection_invalidated=invalidated)


def driver(error):
    """As the asyncpg dialect translates it: another class, the same SQLSTATE."""
    translated = Exception(str(error))
    translated.sqlstate = getattr(error, "sqlstate", None)
    translated.__cause__ = error
    return translated


@pytest.mark.parametrize(
    ("error", "certain", "doubtful", "collision"),
    [
        (asyncpg.AdminShutdownError("x"), True, True, False),
        (asyncpg.CrashShutdownError("x"), True, True, False),
        (asyncpg.CannotConnectNowError("x"), True, True, False),
        (asyncpg.TooManyConnectionsError("x"), True, True, False),
        (asyncpg.DiskFullError("x"), True, True, False),
        (asyncpg.ConnectionDoesNotExistError("x"), True, True, False),
        (asyncpg.LockNotAvailableError("x"), True, True, False),
        (asyncpg.ReadOnlySQLTransactionError("x"), True, True, False),
        (asyncpg.IdleInTransactionSessionTimeoutError("x"), True, True, False),
        (wrapped(driver(asyncpg.AdminShutdownError("x"))), True, True, False),
        (wrapped(Exception("gone"), invalidated=True), True, True, False),
        (wrapped(driver(asyncpg.InternalClientError("another operation is in progress"))), True, True, False),
        (PoolTimeout("x"), True, True, False),
        (asyncpg.DeadlockDetectedError("x"), False, True, True),
        (wrapped(driver(asyncpg.SerializationError("x"))), False, True, True),
        (asyncpg.ObjectNotInPrerequisiteStateError("not accepting connections"), False, True, False),
        (asyncpg.InvalidPasswordError("x"), False, True, False),
        (wrapped(asyncpg.DataError("out of range"), kind=InterfaceError), False, True, False),
        (wrapped(driver(asyncpg.UniqueViolationError("x")), kind=IntegrityError), False, True, False),
        (ConnectionRefusedError(), False, True, False),
        (TimeoutError(), False, True, False),
        (ValueError("a handler's own"), False, False, False),
        (Trouble("broker", ValueError()), False, False, False),
    ],
)
def test_trouble_is_told_from_a_handlers_error(error, certain, doubtful, collision):
    assert (is_trouble(error), is_doubtful(error), is_collision(error)) == (certain, doubtful, collision)


def message(body=b"", **headers):
    return SimpleNamespace(body=body, headers=headers, redelivered=False, type="test")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"\xff\xfe", b'{"type": 7}', b'"\\ud800"', b"[" * 100_000, b'{"type": "a"}', b"1e999999"],
)
def test_whatever_arrives_is_a_delivery_or_has_a_reason(body):
    item = decode(message(body), Handlers((handle(AccountActivated, one),)))
    assert isinstance(item, Undeliverable)
    assert not item.unknown
    assert item.reason.startswith("malformed: ")


@pytest.mark.parametrize(("value", "attempts"), [(2, 2), (None, 0), ("2", 0), (-1, 0), (1.5, 0)])
def test_attempts_are_read_from_the_header_and_anything_else_is_none(value, attempts):
    delivery = Delivery(message(**{"x-attempts": value}), SimpleNamespace(id=uuid4()), handle(AccountActivated, one))
    assert delivery.attempts == attempts
    assert delivery.is_suspect is (attempts > 0)


@pytest.mark.parametrize(("value", "since"), [(5, 5.0), (5.5, 5.5), (None, 100.0), ("5", 100.0)])
def test_since_when_a_type_is_unknown_is_kept_or_begins_now(value, since):
    assert unknown_since(message(**{"x-unknown-since": value}), 100.0) == since
