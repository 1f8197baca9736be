"""One SMTP connection, owned by one worker: opened when needed, reused, renewed, and exact about the final dot."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import normalize_message_line_endings
from pydantic import SecretStr


class Tls(StrEnum):
    """How the connection is protected; there is no opportunistic mode, which would downgrade silently."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """Where the server is and how patient we are. Times in seconds."""

    host: str
    port: int
    tls: Tls = Tls.STARTTLS
    user: str | None = None
    password: SecretStr | None = None
    # Certificates to trust instead of the system's, for a relay with a private authority.
    ca_file: str | None = None
    helo_name: str = "localhost"
    connect_timeout: float = 10
    command_timeout: float = 30
    # The server may own the mail once it saw the final dot, so this wait is the longest (RFC 1047).
    data_timeout: float = 60
    messages_per_connection: int = 200
    idle_seconds: float = 30


class AfterDot(Exception):
    """The connection went silent or broke after the final dot: the server may have the mail."""


class ServerTrouble(Exception):
    """The server refuses everybody or cannot be reached: nothing is wrong with this message."""

    def __init__(self, detail: str, code: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


class SmtpConnection:
    """Sends one mail at a time over a connection it keeps. Never shared by tasks: replies would be mixed up."""

    def __init__(self, options: SmtpOptions, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._options = options
        self._monotonic = monotonic
        self._client: SMTP | None = None
        self._sent = 0
        self._used_at = 0.0

    async def mail(self, sender: str, recipient: str, body: bytes, *, utf8: bool) -> None:
        """Returns on the 250. Raises ServerTrouble, AfterDot, or aiosmtplib's error for this very message."""
        client = await self._begin(sender, utf8=utf8)
        await client.rcpt(recipient, encoding="utf-8" if utf8 else "ascii")
        await self._data(client, body)
        self._sent += 1
        self._used_at = self._monotonic()

    async def reset(self) -> None:
        """After a refused mail: clears the envelope, or drops a connection that does not answer."""
        if self._client is None:
            return
        try:
            await self._client.rset(timeout=self._options.command_timeout)
            self._used_at = self._monotonic()
        except (SMTPException, OSError, ValueError):
            self.drop()

    def drop(self) -> None:
        """Closes without a word."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def close(self) -> None:
        """Says QUIT; whatever comes back no longer matters for any mail."""
        if self._client is not None:
            with suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._client.quit()
            self.drop()

    async def _begin(self, sender: str, *, utf8: bool) -> SMTP:
        """A connection on which MAIL FROM was accepted.

        A kept connection may have been closed by the server meanwhile, which shows at the first command:
        then a new one is tried at once. What a new one refuses here, it refuses to everybody.
        """
        await self._renew_if_worn()
        if self._client is not None:
            try:
                await self._mail_from(self._client, sender, utf8=utf8)
                return self._client
            except (SMTPException, OSError):
                await self.close()
        client = await self._connect()
        if utf8 and not client.supports_extension("smtputf8"):
            raise SMTPResponseException(553, "the server supports no address outside ASCII")
        try:
            await self._mail_from(client, sender, utf8=utf8)
        except SMTPResponseException as error:
            await self.close()
            raise ServerTrouble(f"MAIL FROM: {error.code} {error.message}", error.code) from error
        except (SMTPException, OSError) as error:
            self.drop()
            raise ServerTrouble(f"MAIL FROM: {type(error).__name__}") from error
        return client

    async def _mail_from(self, client: SMTP, sender: str, *, utf8: bool) -> None:
        if utf8 and not client.supports_extension("smtputf8"):
            raise SMTPException("a new connection must say whether it supports SMTPUTF8")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        await client.mail(sender, options=options, encoding="utf-8" if utf8 else "ascii")

    async def _connect(self) -> SMTP:
        options = self._options
        client = SMTP(
            hostname=options.host,
            port=options.port,
            username=options.user,
            password=options.password.get_secret_value() if options.password and options.user else None,
            local_hostname=options.helo_name,
            use_tls=options.tls is Tls.TLS,
            start_tls=options.tls is Tls.STARTTLS,
            cert_bundle=options.ca_file,
            timeout=options.command_timeout,
        )
        try:
            async with asyncio.timeout(options.connect_timeout):
                await client.connect(timeout=options.connect_timeout)
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
        except SMTPResponseException as error:
            client.close()
            raise ServerTrouble(f"{type(error).__name__}: {error.code} {error.message}", error.code) from error
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            raise ServerTrouble(f"cannot connect: {type(error).__name__}") from error
        self._client, self._sent, self._used_at = client, 0, self._monotonic()
        return client

    async def _renew_if_worn(self) -> None:
        idle = self._monotonic() - self._used_at
        if self._client is not None and (
            self._sent >= self._options.messages_per_connection
            or idle >= self._options.idle_seconds
            or not self._client.is_connected
        ):
            await self.close()

    async def _data(self, client: SMTP, body: bytes) -> None:
        """DATA in two steps. aiosmtplib's own does both at once and cannot say on which side of the dot it failed."""
        go_ahead = await client.execute_command(b"DATA")
        if go_ahead.code != 354:
            raise SMTPResponseException(go_ahead.code, go_ahead.message)
        protocol = client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("connection lost")
        try:
            protocol.write(_dot_stuffed(body))
            answer = await protocol.read_response(timeout=self._options.data_timeout)
        except (SMTPException, OSError) as error:
            self.drop()
            raise AfterDot(type(error).__name__) from error
        if answer.code != 250:
            raise SMTPResponseException(answer.code, answer.message)


def _dot_stuffed(body: bytes) -> bytes:
    """RFC 5321 4.5.2, and the final dot."""
    lines = normalize_message_line_endings(body).replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + b".\r\n"
