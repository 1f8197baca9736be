"""Identity on a real database: events go in through its handlers, people and programs through its HTTP application."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from event_contracts import EventData
from event_contracts.dossier import GrantActivated, GrantOffered, GrantWithdrawn
from event_contracts.firms import StaffInvited
from event_contracts.identity import InvitationIssued
from event_contracts.people import FirmRef, LadderKey, LadderPolicy, Language, Person, Right, SealPurpose
from event_contracts.scheduler import ReminderDue
from event_contracts.security import SignInCodeIssued
from identity_service.bootstrap import SERVICE, open_deps
from identity_service.deps import IdentityDeps
from identity_service.settings import IdentitySettings
from service_kit.clock import DatabaseClock
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.security.tokens import TokenVerifier
from service_kit.testing import Harness, set_app_now
from service_kit.testing.http import open_client
from service_kit.testing.plugin import DatabaseFactory
from sqlalchemy import text

DAY = timedelta(days=1)
PASSWORD = "een korte zin die blijft"
BASE_URL = "http://test"
API = "/api/identity/v1"


def _ring() -> str:
    return "k1:" + base64.b64encode(os.urandom(32)).decode()


@dataclass(frozen=True)
class World:
    """One identity service: what it is told, what it said, what its tables hold, and a client of its HTTP edge."""

    harness: Harness[IdentityDeps]
    client: httpx.AsyncClient
    settings: IdentitySettings
    owner_url: str
    clock: DatabaseClock
    verifier: TokenVerifier

    @property
    def database(self) -> Database:
        return self.harness.database

    @property
    def deps(self) -> IdentityDeps:
        return self.harness.deps

    def firm(self, name: str = "Fiduciaire Dubois", language: Language = Language.FR) -> FirmRef:
        return FirmRef(firm_id=new_id(), name=name, language=language)

    def person(self, **changes: Any) -> Person:
        base = Person(
            given_name="Jan",
            family_name="Peeters",
            email="jan@example.org",
            phone="+32470123456",
            language=Language.NL,
        )
        return base.model_copy(update=changes)

    def offered(self, firm: FirmRef | None = None, person: Person | None = None, **changes: Any) -> GrantOffered:
        base = GrantOffered(
            grant_id=new_id(),
            dossier_id=new_id(),
            dossier_name="Dossier Peeters",
            firm=firm or self.firm(),
            person=person or self.person(),
            role="holder",
            right=Right.WRITE,
            granted_by="Anne Dubois",
            policy=LadderPolicy(offsets=(7 * DAY, 30 * DAY)),
        )
        return base.model_copy(update=changes)

    def staff(self, firm: FirmRef | None = None, person: Person | None = None) -> StaffInvited:
        return StaffInvited(
            membership_id=new_id(),
            firm=firm or self.firm(),
            person=person or self.person(),
            role="accountant",
            invited_by="Anne Dubois",
            policy=LadderPolicy(offsets=(7 * DAY, 30 * DAY)),
        )

    def withdrawn(self, offer: GrantOffered) -> GrantWithdrawn:
        return GrantWithdrawn(grant_id=offer.grant_id, dossier_id=offer.dossier_id, firm_id=offer.firm.firm_id)

    def activated(self, offer: GrantOffered, account_id: UUID | None = None) -> GrantActivated:
        return GrantActivated(
            grant_id=offer.grant_id,
            dossier_id=offer.dossier_id,
            firm_id=offer.firm.firm_id,
            account_id=account_id or new_id(),
        )

    async def due(self, ladder: LadderKey, step: int = 1, *, last: bool = False) -> ReminderDue:
        return ReminderDue(ladder=ladder, reminder_id=new_id(), step=step, last=last, due_at=self.clock.now())

    async def told(self, *events: EventData, together: bool = False) -> None:
        for outcome in await self.harness.deliver(*events, together=together):
            assert outcome is None

    async def issued(self) -> list[InvitationIssued]:
        return await self.harness.said(InvitationIssued)

    def link(self, issued: InvitationIssued) -> str:
        """The token as the invited person reads it in the mail."""
        url = self.deps.sealer.open(
            issued.sealed_link,
            purpose=SealPurpose.INVITATION_LINK,
            subject=str(issued.invitation_id),
            recipient=issued.recipient.email,
            now=issued.sealed_link.expires_at - DAY,
        )
        assert url.startswith(f"{BASE_URL}/invitation/")
        return url.removeprefix(f"{BASE_URL}/invitation/")

    async def tokens(self) -> list[str]:
        """The tokens of all mails so far, oldest first."""
        return [self.link(issued) for issued in await self.issued()]

    async def invited(self, offer: GrantOffered | None = None) -> str:
        """Tells one offer and returns the newest token."""
        await self.told(offer or self.offered())
        return (await self.tokens())[-1]

    async def accept(self, token: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
        return await self.client.post(f"{API}/invitations/{token}/acceptance", json={"password": password, **more})

    async def active(self, **changes: Any) -> dict[str, Any]:
        """An account that exists: id and user name."""
        answer = await self.accept(await self.invited(self.offered(person=self.person(**changes))))
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def last_code(self) -> str:
        """The code of the newest SMS."""
        said = (await self.harness.said(SignInCodeIssued))[-1]
        return self.deps.sealer.open(
            said.sealed_code,
            purpose=SealPurpose.SIGN_IN_CODE,
            subject=str(said.challenge_id),
            recipient=said.phone,
            now=said.expires_at - timedelta(seconds=1),
        )

    async def begin(self, user_name: str = "jan@example.org", password: str = PASSWORD) -> httpx.Response:
        return await self.client.post(f"{API}/sign-in", json={"user_name": user_name, "password": password})

    async def enter(self, challenge_id: str, code: str) -> httpx.Response:
        return await self.client.post(f"{API}/sign-in/{challenge_id}/code", json={"code": code})

    async def sign_in(self) -> dict[str, Any]:
        """Tokens of a new session of jan@example.org."""
        challenge = (await self.begin()).json()["challenge_id"]
        answer = await self.enter(challenge, await self.last_code())
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    async def me(self, access_token: str) -> httpx.Response:
        return await self.client.get(f"{API}/me", headers={"Authorization": f"Bearer {access_token}"})

    async def later(self, by: timedelta) -> None:
        """Moves the application's time to `by` from now."""
        await set_app_now(self.owner_url, by)
        await self.clock.refresh()

    async def rows(self, query: str, **parameters: Any) -> list[Mapping[str, Any]]:
        async with self.database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]

    async def until_somebody_waits(self) -> None:
        """Until another transaction stands before a lock."""
        waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with asyncio.timeout(5):
            while not await self.rows(waiting):
                pass

    async def everything(self) -> str:
        """All rows of all tables as text, for comparing and for searching what must not be there."""
        names = [table.name for table in SERVICE.metadata.sorted_tables]
        found = []
        async with self.database.engine.connect() as connection:
            for name in names:
                rows = await connection.execute(text(f'SELECT t::text FROM "{name}" t ORDER BY 1'))
                found += [f"{name}: {row}" for row in rows.scalars()]
        return "\n".join(found)

    def with_deps(self, **changes: Any) -> Harness[IdentityDeps]:
        """The same service with other dependencies."""
        return Harness(SERVICE, self.database, replace(self.deps, **changes))


@pytest.fixture
async def world(database_for: DatabaseFactory) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(database_for(SERVICE))
        settings = IdentitySettings(
            database_url=urls.url,
            rabbit_url="amqp://nobody@127.0.0.1/",
            public_base_url=BASE_URL,
            token_issuer="https://issuer.example.org",
            sealing_keys=_ring(),
            key_encryption_keys=_ring(),
        )
        database = Database(urls.url, source=SERVICE.source)
        stack.push_async_callback(database.close)
        deps = await stack.enter_async_context(open_deps(settings, database))
        clock = DatabaseClock(database.engine)
        assert SERVICE.keys is not None
        verifier = TokenVerifier(SERVICE.keys(deps, clock), settings.token_issuer, settings.token_audience, clock)
        client = await stack.enter_async_context(
            open_client(SERVICE.routers, database=database, deps=deps, verifier=verifier)
        )
        yield World(Harness(SERVICE, database, deps), client, settings, urls.owner_url, clock, verifier)
