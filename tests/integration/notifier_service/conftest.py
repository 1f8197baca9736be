"""Notifier on a real database and a scripted SMTP server: a test says what arrives and how the server answers."""

import asyncio
import base64
import email.policy
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from event_contracts import EventData
from event_contracts.identity import (
    AccessLinked,
    AccountActivated,
    AccountState,
    InvitationIssued,
    InvitationRevoked,
    Occasion,
)
from event_contracts.people import (
    FirmRef,
    LadderKey,
    LadderPolicy,
    Language,
    Offer,
    OfferKind,
    Recipient,
    Right,
    SealPurpose,
)
from event_contracts.security import SignInCodeIssued
from notifier_service.bootstrap import SERVICE, open_deps
from notifier_service.deliveries.domain import RetryPolicy
from notifier_service.deps import NotifierDeps
from notifier_service.lanes.assembly import Delivery, DeliveryOptions, assemble
from notifier_service.messages.domain import Lane
from notifier_service.settings import NotifierSettings
from pydantic import SecretStr
from service_kit.db import Database
from service_kit.ids import new_id
from service_kit.security.keyring import KeyRing
from service_kit.security.sealing import Sealer
from service_kit.testing import Harness, eventually, set_app_now
from service_kit.testing.plugin import DatabaseFactory
from sqlalchemy import event, text

KEY = f"k1:{base64.b64encode(bytes(range(32))).decode()}"
OTHER_KEY = f"k2:{base64.b64encode(bytes(range(1, 33))).decode()}"
BASE_URL = "https://access.example"
QUICK = RetryPolicy(first_delay=timedelta(milliseconds=20), longest_delay=timedelta(milliseconds=100), attempts=4)
PATIENT = RetryPolicy(first_delay=timedelta(hours=1), longest_delay=timedelta(hours=1), attempts=4)
FIRM = FirmRef(firm_id=new_id(), name="Cabinet Martin", language=Language.FR)


class Data(StrEnum):
    """How the server behaves once it has seen the final dot; anything else is the reply it gives."""

    SILENT = "keeps the mail and says nothing"
    CUT = "keeps the mail and cuts the connection"


@dataclass
class SmtpServer:
    """Answers as scripted per recipient, one answer per try; whatever is not scripted is accepted."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    return_paths: list[str] = field(default_factory=list)
    connections: int = 0
    rcpt: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    data: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    mail_from: deque[str] = field(default_factory=deque)
    tarpit: set[str] = field(default_factory=set)
    delay: float = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail_from:
            return self.mail_from.popleft()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.tarpit:
            await asyncio.Event().wait()
        if self.rcpt[address]:
            return self.rcpt[address].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        script = self.data[envelope.rcpt_tos[0]]
        answer = script.popleft() if script else "250 OK"
        if answer in set(Data) or answer.startswith("250"):
            mail = message_from_bytes(envelope.content or b"", policy=email.policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.return_paths.append(envelope.mail_from or "")
        if answer == Data.SILENT:
            await asyncio.Event().wait()
        if answer == Data.CUT:
            server.transport.abort()
        await asyncio.sleep(self.delay)
        return answer

    async def has_mail(self) -> bool:
        return bool(self.mails)

    async def count_is(self, expected: int) -> bool:
        return len(self.mails) == expected

    async def reached(self, recipient: str) -> bool:
        return bool(self.to(recipient))

    def to(self, recipient: str) -> list[EmailMessage]:
        """Every copy that reached the server for this address."""
        return [mail for mail in self.mails if mail["To"].addresses[0].addr_spec == recipient]


@dataclass
class World:
    """A notifier with its database and mail server. What it was told and what it did are all a test looks at."""

    harness: Harness[NotifierDeps]
    smtp: SmtpServer
    settings: NotifierSettings
    owner_url: str
    sealer: Sealer
    policy: RetryPolicy = QUICK
    patient: RetryPolicy = PATIENT

    @property
    def database(self) -> Database:
        return self.harness.database

    def invitation(self, to: str = "lea@example.com", **changes: Any) -> InvitationIssued:
        """A first invitation mail, or what `changes` make of it."""
        now = datetime.now(UTC)
        invitation_id = changes.pop("invitation_id", None) or new_id()
        account_id = changes.pop("account_id", None) or new_id()
        expires_at = changes.pop("expires_at", now + timedelta(days=30))
        token = changes.pop("token", f"token-{invitation_id.hex}")
        sealer = changes.pop("sealer", self.sealer)
        values: dict[str, Any] = {
            "invitation_id": invitation_id,
            "account_id": account_id,
            "firm": FIRM,
            "recipient": Recipient(email=to, given_name="Léa", family_name="Dupont", language=Language.FR),
            "user_name": "lea.dupont",
            "occasion": Occasion.FIRST,
            "offers": (
                Offer(offer_id=new_id(), kind=OfferKind.DOSSIER, dossier_name="Famille Dupont", right=Right.READ),
            ),
            "granted_by": "Anne Petit",
            "sealed_link": sealer.seal(
                token,
                purpose=SealPurpose.INVITATION_LINK,
                subject=str(invitation_id),
                recipient=to,
                expires_at=expires_at,
            ),
            "expires_at": expires_at,
            "ladder": LadderKey(kind="invitation", subject_id=account_id, firm_id=FIRM.firm_id, epoch=1),
            "policy": LadderPolicy(offsets=(timedelta(days=7), timedelta(days=30))),
        }
        return InvitationIssued(**{**values, **changes})

    def code(self, phone: str = "+32470123456", *, code: str = "482913", lives: timedelta | None = None) -> EventData:
        challenge_id, expires_at = new_id(), datetime.now(UTC) + (lives or timedelta(minutes=5))
        return SignInCodeIssued(
            challenge_id=challenge_id,
            account_id=new_id(),
            phone=phone,
            language=Language.FR,
            sealed_code=self.sealer.seal(
                code,
                purpose=SealPurpose.SIGN_IN_CODE,
                subject=str(challenge_id),
                recipient=phone,
                expires_at=expires_at,
            ),
            expires_at=expires_at,
        )

    def linked(self, state: AccountState, to: str = "lea@example.com") -> AccessLinked:
        return AccessLinked(
            offer=Offer(offer_id=new_id(), kind=OfferKind.DOSSIER, dossier_name="Famille Dupont", right=Right.WRITE),
            firm=FIRM,
            account_id=new_id(),
            account_state=state,
            user_name="lea.dupont",
            recipient=Recipient(email=to, given_name="Léa", family_name="Dupont", language=Language.NL),
            granted_by="Anne Petit",
        )

    def activated(self, account_id: UUID, to: str = "lea@example.com") -> AccountActivated:
        recipient = Recipient(email=to, given_name="Léa", family_name="Dupont", language=Language.FR)
        return AccountActivated(account_id=account_id, user_name="lea.dupont", recipient=recipient)

    def revoked(self, invitation: InvitationIssued) -> InvitationRevoked:
        return InvitationRevoked(
            invitation_id=invitation.invitation_id,
            account_id=invitation.account_id,
            firm_id=invitation.firm.firm_id,
            ladder=invitation.ladder,
        )

    async def told(self, *events: EventData, together: bool = False) -> None:
        for outcome in await self.harness.deliver(*events, together=together):
            assert outcome is None

    def delivery(
        self,
        *,
        database: Database | None = None,
        lease: timedelta | None = None,
        poll_seconds: float = 0.1,
        **changes: Any,
    ) -> Delivery:
        """The loops of one worker process."""
        settings = self.settings.model_copy(update=changes)
        options = DeliveryOptions(dict.fromkeys(Lane, self.policy), lease=lease, poll_seconds=poll_seconds)
        return assemble(self.harness.deps, database or self.database, settings, options)

    @asynccontextmanager
    async def working(self, delivery: Delivery | None = None) -> AsyncIterator[Delivery]:
        """Lanes and caretaker run inside the block and stop gracefully at its end."""
        delivery = delivery or self.delivery()
        stop = asyncio.Event()
        loops = (*delivery.lanes.values(), delivery.caretaker)
        tasks = [asyncio.create_task(loop.run(stop)) for loop in loops]
        try:
            yield delivery
        finally:
            stop.set()
            await asyncio.gather(*tasks)

    @asynccontextmanager
    async def another_process(self) -> AsyncIterator[Database]:
        """A database of its own, as another worker has."""
        database = Database(self.settings.database_url.get_secret_value(), source=SERVICE.source)
        try:
            yield database
        finally:
            await database.close()

    async def rows(self, query: str, **parameters: Any) -> Sequence[Mapping[str, Any]]:
        async with self.database.engine.connect() as connection:
            return (await connection.execute(text(query), parameters)).mappings().all()

    async def states(self) -> dict[str, int]:
        """How many messages are in each state."""
        rows = await self.rows("SELECT state, count(*) AS n FROM message GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def settled(self, expected: Mapping[str, int], *, within: float = 15) -> None:
        """Waits until the messages stand as expected, no more and no less."""

        async def as_expected() -> bool:
            return await self.states() == expected

        try:
            await eventually(as_expected, within=within)
        except AssertionError:
            raise AssertionError(f"{await self.states()} is not {expected}") from None

    async def attempted(self, at_least: int) -> bool:
        """Whether so many attempts have ended."""
        return sum(outcome is not None for outcome in await self.attempts()) >= at_least

    async def move_time(self, offset: timedelta) -> None:
        await set_app_now(self.owner_url, offset)

    async def cut_database_connections(self) -> None:
        """As a restart of the server does to every open connection; the test's own are simply opened anew."""
        await self.database.engine.dispose()
        connection = await asyncpg.connect(self.owner_url)
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        try:
            await connection.execute(query + " AND pid <> pg_backend_pid()")
        finally:
            await connection.close()

    @asynccontextmanager
    async def with_keys(self, *keys: str, newest: bool = False) -> AsyncIterator["World"]:
        """The same database and server under a ring with more keys, as after a rotation."""
        ring = ",".join([*keys, KEY] if newest else [KEY, *keys])
        settings = self.settings.model_copy(update={"sealing_keys": SecretStr(ring)})
        async with open_deps(settings, self.database) as deps:
            yield replace(self, harness=Harness(SERVICE, self.database, deps), settings=settings)

    @contextmanager
    def counting_statements(self) -> Iterator[list[str]]:
        """Collects every statement this database executes inside the block."""
        statements: list[str] = []

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            statements.append(statement)

        event.listen(self.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(self.database.engine.sync_engine, "before_cursor_execute", note)

    async def attempts(self) -> list[str | None]:
        """Outcomes of all attempts, oldest first."""
        return [row["outcome"] for row in await self.rows("SELECT outcome FROM attempt ORDER BY started_at, number")]


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    server = SmtpServer()
    async with _listening(server):
        yield server


@asynccontextmanager
async def _listening(server: SmtpServer) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    protocols: list[SMTP] = []

    def connected() -> SMTP:
        protocols.append(SMTP(server, hostname="mail.test", loop=loop, enable_SMTPUTF8=True))
        return protocols[-1]

    listener = await loop.create_server(connected, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        listener.close()
        for protocol in protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        await listener.wait_closed()
        await eventually(lambda: _ended(protocols))


async def _ended(protocols: list[SMTP]) -> bool:
    return all(protocol._handler_coroutine is None or protocol._handler_coroutine.done() for protocol in protocols)


@pytest.fixture
async def world(database_for: DatabaseFactory, smtp: SmtpServer) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        urls = await stack.enter_async_context(database_for(SERVICE))
        settings = NotifierSettings(
            database_url=urls.url,
            rabbit_url="amqp://unused",
            public_base_url=BASE_URL,
            token_issuer="https://test.example",
            sealing_keys=KEY,
            smtp_host="127.0.0.1",
            smtp_port=smtp.port,
            smtp_tls="none",
            smtp_command_timeout=2,
            smtp_data_timeout=0.4,
            mail_from="no-reply@access.example",
            mail_bounces="bounces@access.example",
        )
        database = Database(urls.url, source=SERVICE.source)
        stack.push_async_callback(database.close)
        deps = await stack.enter_async_context(open_deps(settings, database))
        yield World(Harness(SERVICE, database, deps), smtp, settings, urls.owner_url, Sealer(KeyRing.parse(KEY)))


@pytest.fixture
def after_dot() -> Mapping[str, Data]:
    """How the server may behave after the final dot, by name."""
    return Data.__members__


@pytest.fixture
def other_key() -> str:
    """A key that notifier does not have at first."""
    return OTHER_KEY
