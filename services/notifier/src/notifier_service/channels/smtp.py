"""E-mail over SMTP: maps the server's answer to an outcome; the 250 decides success, nothing after it does."""

from collections.abc import Callable
from datetime import datetime

from aiosmtplib import SMTPException, SMTPResponseException

from notifier_service.bounces.domain import ReturnPaths
from notifier_service.channels.mime import Undeliverable, envelope_address, needs_utf8, write_mail
from notifier_service.channels.port import Outgoing, clean_detail
from notifier_service.channels.smtp_connection import AfterDot, ServerTrouble, SmtpConnection
from notifier_service.deliveries.domain import AttemptResult, Outcome
from notifier_service.messages.domain import UnsafeText

# Said about our credentials or the session, at whatever command: no message is to blame (RFC 4954).
_AUTHENTICATION = frozenset({454, 530, 534, 535, 538})


class SmtpChannel:
    """One worker's way to the mail server."""

    def __init__(
        self, connection: SmtpConnection, *, sender: str, return_paths: ReturnPaths, now: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._sender = sender
        self._return_paths = return_paths
        self._now = now

    async def send(self, message: Outgoing) -> AttemptResult:
        try:
            mail = write_mail(message, sender=self._sender, now=self._now())
            recipient, utf8 = envelope_address(message.recipient), needs_utf8(message.recipient)
        except (UnsafeText, Undeliverable, ValueError) as error:
            # A ValueError of the email package quotes the header; ours name the field only.
            own = isinstance(error, (UnsafeText, Undeliverable))
            return AttemptResult(Outcome.REFUSED, str(error) if own else "the mail cannot be written")
        try:
            await self._connection.mail(self._return_paths.of(message.message_id), recipient, mail, utf8=utf8)
        except AfterDot as error:
            return AttemptResult(Outcome.UNCERTAIN, f"no answer after the final dot: {error}")
        except ServerTrouble as error:
            return AttemptResult(Outcome.UNAVAILABLE, clean_detail(error.detail, message), error.code)
        except SMTPResponseException as error:
            return await self._answered(error, message)
        except (SMTPException, OSError, ValueError) as error:
            self._connection.drop()
            return AttemptResult(Outcome.DEFERRED, f"before the final dot: {type(error).__name__}")
        return AttemptResult(Outcome.ACCEPTED, code=250)

    async def close(self) -> None:
        await self._connection.close()

    async def _answered(self, error: SMTPResponseException, message: Outgoing) -> AttemptResult:
        detail = clean_detail(f"{error.code} {error.message}", message)
        if error.code in _AUTHENTICATION:
            await self._connection.close()
            return AttemptResult(Outcome.UNAVAILABLE, detail, error.code)
        if error.code == 421:
            # The session is over. Counted all the same: a server that says so to one message only must not loop.
            self._connection.drop()
            return AttemptResult(Outcome.DEFERRED, detail, error.code)
        await self._connection.reset()
        permanent = 500 <= error.code < 600
        return AttemptResult(Outcome.REFUSED if permanent else Outcome.DEFERRED, detail, error.code)
