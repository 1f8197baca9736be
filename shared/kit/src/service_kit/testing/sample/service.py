"""The sample service: it plays notifier, notes each activated account once and says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from event_contracts import Event
from event_contracts.identity import AccountActivated
from event_contracts.notifier import MessageRef, MessageSuppressed
from pydantic_settings import SettingsConfigDict
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from service_kit.db import Database, UnitOfWork, add_kit_tables
from service_kit.messaging import Handlers, Outcome, Reject, Retry, handle
from service_kit.runtime.service import Service
from service_kit.settings import ServiceSettings


class SampleTable(SQLModel, registry=registry()):
    """Base of the sample's tables."""


class Note(SampleTable, table=True):
    """One activated account."""

    event_id: UUID = Field(primary_key=True)
    account_id: UUID
    user_name: str


add_kit_tables(SampleTable.metadata)


class SampleSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="SAMPLE_")


async def on_account_activated(event: Event[AccountActivated], uow: UnitOfWork, deps: None) -> Outcome:
    """Notes the account and says so. Some user names ask for the other outcomes."""
    account = event.data
    uow.insert(Note, {"event_id": event.id, "account_id": account.account_id, "user_name": account.user_name})
    message = MessageRef(message_id=event.id, template="note", channel="mail", account_id=account.account_id)
    uow.outbox.add(MessageSuppressed(message=message, reason="noted"))
    match account.user_name:
        case "poison":
            raise RuntimeError("this one always fails")
        case "reject":
            return Reject("not wanted")
        case "retry":
            return Retry(timedelta(seconds=5), "not now")
    return None


@asynccontextmanager
async def _no_deps(_settings: SampleSettings, _database: Database) -> AsyncIterator[None]:
    yield None


SAMPLE: Service[SampleSettings, None] = Service(
    name="notifier",
    settings=SampleSettings,
    open_deps=_no_deps,
    routers=(),
    handlers=Handlers((handle(AccountActivated, on_account_activated),)),
    metadata=SampleTable.metadata,
    migrations="service_kit.testing.sample.migrations",
)
