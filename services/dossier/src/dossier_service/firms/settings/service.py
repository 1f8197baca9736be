"""Use cases of the firm settings area: each change is journaled and told, so that the next mail looks like it (R5)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service_kit.db import UnitOfWork
from service_kit.people import normalise_email

from dossier_service.access.journal import repository as journal
from dossier_service.access.journal.domain import Actor, Fact
from dossier_service.edge.refusals import unknown
from dossier_service.firms import repository as firms
from dossier_service.firms.domain import may_run_firm
from dossier_service.firms.events import firm_configured
from dossier_service.firms.service import administrator_only, member_of, run_firm
from dossier_service.firms.settings import repository
from dossier_service.firms.settings.logo import as_png
from dossier_service.firms.tables import Firm


@dataclass(frozen=True, slots=True)
class Settings:
    """A firm's policy, and whether it has a logo."""

    firm: Firm
    has_logo: bool


async def read(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> Settings:
    """The firm's policy, for its administrators."""
    caller = await member_of(uow, account_id, firm_id)
    if not may_run_firm(caller.role):
        raise administrator_only()
    return Settings(await firms.firm(uow, firm_id), await firms.logo(uow, firm_id) is not None)


async def change(
    uow: UnitOfWork, account_id: UUID, firm_id: UUID, typed: Mapping[str, Any], check_version: Callable[[int], None]
) -> Settings:
    """Changes what was sent and differs; every offer and mail from now on follows it (R5)."""
    firm, _ = await run_firm(uow, account_id, firm_id)
    check_version(firm.version)
    values = dict(typed)
    if values.get("reply_to") is not None:
        values["reply_to"] = normalise_email(values["reply_to"], field="reply_to")
    changed = {name: value for name, value in values.items() if getattr(firm, name) != value}
    for name, value in changed.items():
        setattr(firm, name, value)
    if changed:
        await _settle(uow, account_id, firm, sorted(changed))
    return Settings(firm, await firms.logo(uow, firm_id) is not None)


async def put_logo(uow: UnitOfWork, account_id: UUID, firm_id: UUID, data: bytes) -> None:
    """Keeps a logo; what is no image, or too large, is refused (R5)."""
    firm, _ = await run_firm(uow, account_id, firm_id)
    png = await asyncio.to_thread(as_png, data)
    if png != await firms.logo(uow, firm_id):
        await repository.keep_logo(uow, firm_id, png)
        await _settle(uow, account_id, firm, ["logo"])


async def drop_logo(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> None:
    """Removes the logo; none is left as it is."""
    firm, _ = await run_firm(uow, account_id, firm_id)
    if await repository.drop_logo(uow, firm_id):
        await _settle(uow, account_id, firm, ["logo"])


async def logo(uow: UnitOfWork, account_id: UUID, firm_id: UUID) -> bytes:
    """The firm's logo, for its staff."""
    await member_of(uow, account_id, firm_id)
    png = await firms.logo(uow, firm_id)
    if png is None:
        raise unknown()
    return png


async def _settle(uow: UnitOfWork, account_id: UUID, firm: Firm, fields: list[str]) -> None:
    firm.version += 1
    await uow.session.flush()
    fact = Fact("firm_configured", firm.id, "firm", firm.id, "R5", details={"fields": ",".join(fields)})
    journal.add(uow, Actor.account(account_id), fact, await uow.now())
    uow.outbox.add(firm_configured(firm, await firms.logo(uow, firm.id)))
