"""The dossier service on a real database: people who call over HTTP, and the words of other services."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from dossier_service.access.grants.service import OfferPolicy
from dossier_service.bootstrap import SERVICE
from dossier_service.deps import DossierDeps
from dossier_service.firms.domain import StaffRole
from dossier_service.firms.service import NewStaff, create_firm
from event_contracts.identity import AccessLinked, AccountActivated, AccountState
from event_contracts.people import FirmRef, LadderPolicy, Language, Offer, OfferKind, Recipient
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.testing import Harness
from service_kit.testing.http import open_client
from service_kit.testing.plugin import DatabaseFactory
from service_kit.testing.tokens import TestIssuer
from sqlalchemy import event, text

API = "/api/dossier/v1"
POLICY = LadderPolicy(offsets=(timedelta(days=7), timedelta(days=30)))
FIRM = FirmRef(firm_id=UUID(int=1), name="Cabinet", language=Language.FR)
MIREILLE = {"name": "Mireille Couture", "email": "mireille.couture@hervedavid.com", "mobile": "+1 514 555 0134"}
RECIPIENT = Recipient(email="lea@example.com", given_name="Léa", family_name="Dupont", language=Language.FR)


@dataclass(frozen=True)
class Somebody:
    """A person who signed in and calls over HTTP."""

    client: httpx.AsyncClient
    account_id: UUID
    headers: dict[str, str]

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, API + path, json=body, headers={**self.headers, **named})

    async def get(self, path: str) -> httpx.Response:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.call("POST", path, body, **headers)

    async def made(self, path: str, body: Any) -> dict[str, Any]:
        answer = await self.post(path, body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@dataclass(frozen=True)
class Office:
    """A firm with its administrator and one accountant, both active."""

    firm_id: UUID
    administrator: Somebody
    accountant: Somebody
    accountant_id: str


@dataclass(frozen=True)
class OpenDossier:
    """A dossier of the office's accountant, with a holder and a child in its tree."""

    id: str
    client_id: str
    holder_id: str
    child_id: str
    path: str


@dataclass
class World:
    """Builders and questions; everything goes through HTTP or events, as in life."""

    harness: Harness[DossierDeps]
    client: httpx.AsyncClient
    issuer: TestIssuer
    owner_url: str

    def somebody(self, account_id: UUID | None = None, session_id: UUID | None = None) -> Somebody:
        account = account_id or new_id()
        return Somebody(self.client, account, self.issuer.headers_of(account, session_id))

    def system(self) -> Somebody:
        return Somebody(self.client, new_id(), self.issuer.headers_of_system("billing"))

    # What identity says

    def linked(
        self,
        offer_id: str | UUID,
        account_id: UUID,
        state: AccountState = AccountState.PENDING,
        *,
        kind: OfferKind = OfferKind.DOSSIER,
        invitation_id: UUID | None = None,
        phone_verified: bool = True,
    ) -> AccessLinked:
        return AccessLinked(
            offer=Offer(offer_id=UUID(str(offer_id)), kind=kind),
            firm=FIRM,
            account_id=account_id,
            account_state=state,
            user_name="lea.dupont",
            recipient=RECIPIENT,
            granted_by="Marc Manager",
            invitation_id=invitation_id,
            phone_verified=phone_verified and state is AccountState.ACTIVE,
        )

    def activated(self, account_id: UUID) -> AccountActivated:
        return AccountActivated(account_id=account_id, user_name="lea.dupont", recipient=RECIPIENT)

    async def told(self, *events: Any, together: bool = False) -> None:
        for outcome in await self.harness.deliver(*events, together=together):
            assert outcome is None

    # Who there is

    async def firm(self, name: str = "Cabinet Dupont") -> tuple[UUID, Somebody]:
        new = NewStaff(StaffRole.ADMINISTRATOR, "Anne", "Admin", f"{new_id()}@firm.example", "+32470000001", None)
        async with self.harness.transaction() as uow:
            firm, member = await create_firm(uow, name, Language.FR, new, POLICY)
        administrator = self.somebody()
        await self.joins(member.id, administrator, OfferKind.FIRM)
        return firm.id, administrator

    async def joins(self, offer_id: str | UUID, who: Somebody, kind: OfferKind = OfferKind.DOSSIER) -> None:
        """The person behind an offer has an account that is active."""
        await self.told(self.linked(offer_id, who.account_id, AccountState.ACTIVE, kind=kind))

    async def colleague(self, firm_id: UUID, administrator: Somebody) -> tuple[Somebody, str]:
        body = {"given_name": "Marc", "family_name": "Manager", "email": f"{new_id()}@firm.example"}
        invited = await administrator.made(f"/firms/{firm_id}/staff", {**body, "phone": "+32470000002"})
        colleague = self.somebody()
        await self.joins(invited["id"], colleague, OfferKind.FIRM)
        return colleague, invited["id"]

    async def office(self, name: str = "Cabinet Dupont") -> Office:
        firm_id, administrator = await self.firm(name)
        accountant, membership_id = await self.colleague(firm_id, administrator)
        return Office(firm_id, administrator, accountant, membership_id)

    async def dossier(self, office: Office) -> OpenDossier:
        accountant, firm = office.accountant, f"/firms/{office.firm_id}"
        client = await accountant.made(firm + "/clients", a_person())
        dossier = await accountant.made(firm + "/dossiers", {"client_id": client["id"]})
        path = f"/dossiers/{dossier['id']}"
        child = await accountant.made(path + "/people", {**a_person(), "relationship": "child"})
        rights = (await accountant.get(path + "/rights")).json()["people"]
        return OpenDossier(dossier["id"], client["id"], rights[0]["id"], child["id"], path)

    async def granted(
        self, office: Office, dossier: OpenDossier, person_id: str, right: str = "write"
    ) -> tuple[Somebody, dict[str, Any]]:
        """A person with an active grant."""
        body = {"person_id": person_id, "right": right, "contact_confirmed": True}
        grant = await office.accountant.made(dossier.path + "/grants", body)
        person = self.somebody()
        await self.joins(grant["id"], person)
        return person, grant

    # What is written down

    async def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        async with self.harness.database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), parameters)).mappings()]

    async def grant_state(self, grant_id: str) -> str:
        (row,) = await self.rows("SELECT state FROM access_grant WHERE id = :id", id=UUID(grant_id))
        return str(row["state"])

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL statements the service sends inside the block; the relay's debounced wake-up may fall into any."""
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if "pg_notify" not in statement:
                sent.append(statement)

        engine = self.harness.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)


@dataclass
class Company:
    """A client company with a dossier, managed by the office's accountant; contacts of it are made by name."""

    world: World
    office: Office
    client_id: str
    dossier: str
    contact_path: str = ""

    @property
    def manager(self) -> Somebody:
        return self.office.accountant

    @property
    def contacts(self) -> str:
        return f"/firms/{self.office.firm_id}/clients/{self.client_id}/contacts"

    async def contact(self, **changes: Any) -> str:
        """The path of a new contact's access; `contact_path` is the contact's own."""
        made = await self.manager.made(self.contacts, {**MIREILLE, **changes})
        self.contact_path = f"{self.contacts}/{made['id']}"
        return f"{self.dossier}/contacts/{made['id']}/access"

    async def page(self, access: str) -> dict[str, Any]:
        answer = await self.manager.get(access)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    async def joined(self, access: str, **form: Any) -> Somebody:
        """The contact, with an active grant."""
        given = await self.manager.made(access, {"contact_confirmed": True, **form})
        contact = self.world.somebody()
        await self.world.joins(given["grant"]["id"], contact)
        return contact


def a_person(**changes: Any) -> dict[str, Any]:
    person = {"given_name": "Léa", "family_name": "Dupont", "email": f"{new_id()}@example.com"}
    return {**person, "phone": "+32470123456", "language": "fr", **changes}


@pytest.fixture
def person() -> Any:
    """`person(**changes)`: the body of somebody new."""
    return a_person


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def world(database_for: DatabaseFactory) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(database_for(SERVICE))
        database = Database(urls.url, source=SERVICE.source)
        stack.push_async_callback(database.close)
        issuer = TestIssuer()
        deps = DossierDeps(policy=OfferPolicy(POLICY, new_addresses_per_hour=20))
        client = await stack.enter_async_context(
            open_client(SERVICE.routers, database=database, deps=deps, verifier=issuer.verifier)
        )
        yield World(Harness(SERVICE, database, deps), client, issuer, urls.owner_url)


@pytest.fixture
async def company(world: World) -> Company:
    """The client of document 004, with its code."""
    office = await world.office()
    firm = f"/firms/{office.firm_id}"
    body = a_person(kind="company", company_name="Hervé David", code="8005551", language="nl")
    client = await office.accountant.made(firm + "/clients", body)
    dossier = await office.accountant.made(firm + "/dossiers", {"client_id": client["id"]})
    return Company(world, office, client["id"], f"/dossiers/{dossier['id']}")
