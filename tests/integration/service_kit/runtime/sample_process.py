"""The sample service as a process: `python sample_process.py VARIANT COMMAND...`.

`plain` is the sample as it is; `held` waits for an advisory lock in its handler; `failing` has a loop that raises,
`leaving` one that returns before it is asked to; `secretive` has a secret among its settings.
"""

import asyncio
import sys
from dataclasses import replace
from typing import Any

from event_contracts.identity import AccountActivated
from pydantic import SecretStr, field_validator
from service_kit.db import UnitOfWork
from service_kit.messaging import Handlers, handle
from service_kit.runtime import BackgroundTask, run_cli
from service_kit.settings import require_strong
from service_kit.testing.sample.service import SAMPLE, SampleSettings, on_account_activated
from sqlalchemy import text


async def held(event: Any, uow: UnitOfWork, deps: None) -> Any:
    await uow.session.execute(text("SELECT pg_advisory_xact_lock(42)"))
    return await on_account_activated(event, uow, deps)


async def fail(_stop: asyncio.Event) -> None:
    raise LookupError("this loop is broken")


async def leave(_stop: asyncio.Event) -> None:
    return None


class SecretiveSettings(SampleSettings):
    """The secret has a default here so that only a bad one is refused."""

    signing_secret: SecretStr = SecretStr("kv93-Qm2x-77Tz-pL0w")

    @field_validator("signing_secret")
    @classmethod
    def _is_strong(cls, value: SecretStr) -> SecretStr:
        return require_strong(value)


VARIANTS = {
    "plain": SAMPLE,
    "held": replace(SAMPLE, handlers=Handlers((handle(AccountActivated, held, name="on_account_activated"),))),
    "failing": replace(SAMPLE, background=lambda *_: (BackgroundTask("broken", fail),)),
    "leaving": replace(SAMPLE, background=lambda *_: (BackgroundTask("leaver", leave),)),
    "secretive": replace(SAMPLE, settings=SecretiveSettings),
}

if __name__ == "__main__":
    variant = sys.argv.pop(1)
    run_cli(VARIANTS[variant])
