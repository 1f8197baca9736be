"""One courier sends one message at a time: opens the sealed value, renders, hands over to the channel, forgets."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from event_contracts.people import Language, SealedValue, SealPurpose
from service_kit.clock import Clock
from service_kit.logging import get_logger
from service_kit.security.sealing import SealBroken, Sealer, SealExpired, SealKeyUnknown

from notifier_service.channels import port
from notifier_service.deliveries.domain import AttemptResult, Job, Outcome
from notifier_service.firms.domain import PLAIN_LOOK, Look
from notifier_service.messages.domain import Channel, Lane
from notifier_service.templates.parameters import (
    PARAMETERS,
    AnyParameters,
    CodeParameters,
    ContactCodeParameters,
    NoticeParameters,
    PlanParameters,
    ResetParameters,
)
from notifier_service.templates.render import Renderer

LONGEST_UNADDRESSED = timedelta(days=7)

log = get_logger(__name__)


class Courier:
    """Owns its channels, so no two tasks ever share an SMTP connection. Every way to fail is an outcome."""

    def __init__(
        self,
        *,
        sealer: Sealer,
        renderer: Renderer,
        channels: Mapping[Channel, port.Channel],
        clock: Clock,
        longest_seconds: float,
    ) -> None:
        self._sealer = sealer
        self._renderer = renderer
        self._channels = channels
        self._clock = clock
        self._longest = longest_seconds

    async def deliver(self, job: Job) -> AttemptResult:
        """Sends, or says why not. What was opened lives in this call only (I5)."""
        if job.unwanted is not None:
            return AttemptResult(Outcome.UNWANTED, job.unwanted)
        prepared = self._prepare(job)
        if isinstance(prepared, AttemptResult):
            return prepared
        try:
            # Every step has a limit of its own; this one is for what nobody thought of.
            async with asyncio.timeout(self._longest):
                return await self._channels[job.channel].send(prepared)
        except TimeoutError:
            await self._abandon(job.channel)
            return AttemptResult(Outcome.UNCERTAIN, "gave up waiting for the server")
        except Exception as error:
            log.error("channel failed", action="delivery_trouble", channel=job.channel, error=type(error).__name__)
            await self._abandon(job.channel)
            return AttemptResult(Outcome.UNCERTAIN, f"unexpected: {type(error).__name__}")

    async def rest(self) -> None:
        """Nothing to do for a while: connections are closed properly."""
        for channel in self._channels.values():
            with suppress(Exception):
                await channel.close()

    def _prepare(self, job: Job) -> port.Outgoing | AttemptResult:
        now = self._clock.now()
        if job.expires_at is not None and now >= job.expires_at:
            return AttemptResult(Outcome.STALE, "expired before it could be sent")
        if job.recipient is None:
            return _unaddressed(now - job.created_at)
        look = look_of(job)
        try:
            parameters = _greeting(PARAMETERS.validate_python(job.parameters), job)
            secret = self._open(job, parameters, job.recipient)
            content = self._renderer.render(
                job.template, Language(job.language), parameters, secret=secret, created_at=job.created_at, look=look
            )
        except SealExpired:
            return AttemptResult(Outcome.STALE, "expired before it could be sent")
        except SealKeyUnknown:
            return AttemptResult(Outcome.KEY_UNKNOWN, "sealed under a key that is not known here")
        except SealBroken:
            return AttemptResult(Outcome.BROKEN, "the sealed value does not open")
        except Exception as error:
            # Whatever one mail chokes on, the lane goes on. Its text may quote the mail, so only its kind is told.
            log.error("not rendered", action="render_failed", template=job.template, error=type(error).__name__)
            return AttemptResult(Outcome.BROKEN, f"cannot be written: {type(error).__name__}")
        return port.Outgoing(
            message_id=job.message_id,
            recipient=job.recipient,
            recipient_name=_full_name(parameters),
            sender_name=look.sender_name,
            language=job.language,
            content=content,
            secret=secret,
            reply_to=look.reply_to,
            logo=look.logo,
        )

    def _open(self, job: Job, parameters: AnyParameters, recipient: str) -> str | None:
        """We say what the value must have been made for; what it says of itself is not believed."""
        if job.sealed is None:
            return None
        subject: UUID | None
        match parameters:
            case CodeParameters():
                purpose, subject = SealPurpose.SIGN_IN_CODE, parameters.challenge_id
            case ContactCodeParameters():
                purpose, subject = SealPurpose.CONTACT_CODE, parameters.change_id
            case ResetParameters():
                purpose, subject = SealPurpose.PASSWORD_RESET, parameters.reset_id
            case _:
                purpose, subject = SealPurpose.INVITATION_LINK, job.invitation_id
        return self._sealer.open(
            SealedValue.model_validate(job.sealed),
            purpose=purpose,
            subject=str(subject),
            recipient=recipient,
            now=self._clock.now(),
        )

    async def _abandon(self, channel: Channel) -> None:
        with suppress(Exception):
            async with asyncio.timeout(3):
                await self._channels[channel].close()


def look_of(job: Job) -> Look:
    """The firm's look for the firm's own ordinary mails; a security mail looks like the platform and shows no firm."""
    if job.lane is Lane.SECURITY or job.firm_id is None:
        return PLAIN_LOOK
    if job.brand is None:
        # Nobody said yet how this firm's mails look; they carry its name all the same.
        return Look(sender_name=str(job.parameters.get("firm_name") or PLAIN_LOOK.sender_name))
    brand = job.brand
    return Look(brand["sender_name"] or PLAIN_LOOK.sender_name, brand["reply_to"], brand["colour"], job.logo)


def _unaddressed(age: timedelta) -> AttemptResult:
    """The word on the account may be under way still; news of weeks ago is no news."""
    if age > LONGEST_UNADDRESSED:
        return AttemptResult(Outcome.STALE, "the account's address never became known here")
    return AttemptResult(Outcome.ADDRESS_UNKNOWN, "the account's address is not known here yet")


def _greeting(parameters: AnyParameters, job: Job) -> AnyParameters:
    """What goes to an account names nobody: whom it greets is known by now."""
    if isinstance(parameters, NoticeParameters | PlanParameters):
        return parameters.model_copy(update=job.addressee or {})
    return parameters


def _full_name(parameters: AnyParameters) -> str:
    if isinstance(parameters, CodeParameters):
        return ""
    return f"{parameters.given_name} {parameters.family_name}".strip()
