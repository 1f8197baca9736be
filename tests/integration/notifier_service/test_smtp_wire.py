"""The dialogue itself: what is said, in which order, and that TLS is never given up (pitfalls 33 and 34)."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from notifier_service.bounces.domain import ReturnPaths
from notifier_service.channels.port import Outgoing
from notifier_service.channels.smtp import SmtpChannel
from notifier_service.channels.smtp_connection import SmtpConnection, SmtpOptions, Tls
from notifier_service.deliveries.domain import Outcome
from notifier_service.templates.render import Content
from service_kit.ids import new_id

MAIL = Outgoing(new_id(), "lea@example.com", "Léa", "Cabinet", "fr", Content("Sujet", ".\n..deux points\nfin\n"))


@dataclass
class RawServer:
    """Answers each command with a scripted line and writes down all it hears."""

    answers: Mapping[str, str]
    heard: list[str] = field(default_factory=list)
    talks: list[asyncio.Task[None] | None] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.talks.append(asyncio.current_task())
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 raw.test\r\n")
        in_data = False
        while received := await reader.readline():
            line = received.decode().rstrip("\r\n")
            self.heard.append(line)
            word = line.split(" ", 1)[0].split(":")[0].upper()
            if in_data and line != ".":
                continue
            usual = {"EHLO": "250 raw.test", "DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 OK")
            answer = self.answers.get(word, usual)
            if answer == "hang up":
                return
            in_data = answer.startswith("354")
            writer.write(answer.encode() + b"\r\n")


@asynccontextmanager
async def raw_server(answers: Mapping[str, str] | None = None) -> AsyncIterator[RawServer]:
    raw = RawServer(answers or {})
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        await asyncio.gather(*filter(None, raw.talks), return_exceptions=True)


@dataclass(frozen=True)
class Authority:
    """A certificate for localhost, signed by itself."""

    ca_file: Path
    context: ssl.SSLContext


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca_file, both = tmp_path / "ca.pem", tmp_path / "server.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    ca_file.write_bytes(pem)
    both.write_bytes(pem + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Authority(ca_file, context)


class Accepting:
    """Takes every mail that comes over TLS; aiosmtpd refuses the others itself."""

    async def handle_DATA(self, *_: object) -> str:
        return "250 OK"


@asynccontextmanager
async def tls_server(authority: Authority) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    protocols: list[SMTP] = []

    def connected() -> SMTP:
        protocols.append(
            SMTP(Accepting(), hostname="tls.test", loop=loop, tls_context=authority.context, require_starttls=True)
        )
        return protocols[-1]

    server = await loop.create_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for protocol in protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        await server.wait_closed()


def channel(options: SmtpOptions, *, bounces: str | None = None) -> SmtpChannel:
    paths = return_paths(bounces)
    return SmtpChannel(
        SmtpConnection(options), sender="no-reply@access.example", return_paths=paths, now=lambda: datetime.now(UTC)
    )


def return_paths(bounces: str | None) -> ReturnPaths:
    return ReturnPaths("no-reply@access.example", bounces, [b"a key of the tests"])


def options(port: int, tls: Tls = Tls.NONE) -> SmtpOptions:
    return SmtpOptions("127.0.0.1", port, tls, connect_timeout=3, command_timeout=1, data_timeout=1)


class TestTheDialogue:
    async def test_each_mail_is_one_envelope_on_one_connection(self) -> None:
        async with raw_server() as server:
            mail = channel(options(server.port), bounces="bounces@access.example")
            assert (await mail.send(MAIL)).outcome is Outcome.ACCEPTED
            assert (await mail.send(MAIL)).outcome is Outcome.ACCEPTED
            await mail.close()

        commands = [line for line in server.heard if line.split(" ")[0] in {"EHLO", "MAIL", "RCPT", "DATA", "QUIT"}]
        verp = return_paths("bounces@access.example").of(MAIL.message_id)
        assert verp.startswith(f"bounces+{MAIL.message_id.hex}-")
        envelope = [f"MAIL FROM:<{verp}>", "RCPT TO:<lea@example.com>", "DATA"]
        assert commands == ["EHLO localhost", *envelope, *envelope, "QUIT"]

    async def test_lines_that_begin_with_a_dot_do_not_end_the_mail(self) -> None:
        async with raw_server() as server:
            mail = channel(options(server.port))
            assert (await mail.send(MAIL)).outcome is Outcome.ACCEPTED
            await mail.close()

        body = server.heard[server.heard.index("") + 1 : server.heard.index(".") + 1]
        # A lone dot is encoded before it comes here; the others get one more.
        assert body == ["=2E", "...deux points", "fin", "."]

    async def test_trouble_with_quit_changes_nothing_about_the_250(self) -> None:
        """Pitfall 33."""
        async with raw_server({"QUIT": "hang up"}) as server:
            mail = channel(options(server.port))
            assert (await mail.send(MAIL)).outcome is Outcome.ACCEPTED
            await mail.close()

    @pytest.mark.parametrize(
        ("command", "answer", "outcome"),
        [
            ("EHLO", "hang up", Outcome.UNAVAILABLE),
            ("MAIL", "hang up", Outcome.UNAVAILABLE),
            ("MAIL", "451 later", Outcome.UNAVAILABLE),
            ("RCPT", "hang up", Outcome.DEFERRED),
            ("RCPT", "450 later", Outcome.DEFERRED),
            ("RCPT", "550 unknown", Outcome.REFUSED),
            ("RCPT", "530 authenticate first", Outcome.UNAVAILABLE),
            ("DATA", "hang up", Outcome.DEFERRED),
            ("DATA", "451 not now", Outcome.DEFERRED),
            ("DATA", "554 no", Outcome.REFUSED),
            (".", "hang up", Outcome.UNCERTAIN),
            (".", "451 not stored", Outcome.DEFERRED),
            (".", "550 content refused", Outcome.REFUSED),
            (".", "nonsense", Outcome.UNCERTAIN),
        ],
    )
    async def test_only_what_happens_after_the_final_dot_is_uncertain(
        self, command: str, answer: str, outcome: Outcome
    ) -> None:
        async with raw_server({command: answer}) as server:
            mail = channel(options(server.port))
            assert (await mail.send(MAIL)).outcome is outcome
            await mail.close()

    async def test_after_a_refusal_the_connection_is_reset_and_used_again(self) -> None:
        async with raw_server({"RCPT": "550 unknown"}) as server:
            mail = channel(options(server.port))
            await mail.send(MAIL)
            await mail.send(MAIL)
            await mail.close()

        assert server.heard.count("RSET") == 2
        assert sum(line.startswith("EHLO") for line in server.heard) == 1

    async def test_an_address_outside_ascii_fails_where_the_server_cannot_take_it(self) -> None:
        async with raw_server() as server:
            mail = channel(options(server.port))
            result = await mail.send(replace(MAIL, recipient="zoé@example.com"))
            await mail.close()

        assert result.outcome is Outcome.REFUSED
        assert not any(line.startswith("MAIL") for line in server.heard)


class TestTls:
    @pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.TLS])
    async def test_a_server_without_tls_gets_no_mail(self, tls: Tls) -> None:
        async with raw_server() as server:
            mail = channel(options(server.port, tls))
            result = await mail.send(MAIL)
            await mail.close()

        assert result.outcome is Outcome.UNAVAILABLE
        assert not any(line.startswith("MAIL") for line in server.heard)

    async def test_starttls_is_used_with_a_server_we_trust(self, authority: Authority) -> None:
        async with tls_server(authority) as port:
            mail = channel(replace(options(port, Tls.STARTTLS), host="localhost", ca_file=str(authority.ca_file)))
            result = await mail.send(MAIL)
            await mail.close()

        assert result.outcome is Outcome.ACCEPTED

    async def test_a_server_we_do_not_trust_gets_no_mail(self, authority: Authority) -> None:
        async with tls_server(authority) as port:
            mail = channel(replace(options(port, Tls.STARTTLS), host="localhost"))
            result = await mail.send(MAIL)
            await mail.close()

        assert result.outcome is Outcome.UNAVAILABLE
