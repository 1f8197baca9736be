"""Use cases of bounces: taking in a report, and keeping a firm's mail from addresses that bounced (M5)."""

from collections.abc import Sequence
from dataclasses import replace

from service_kit.context import use_context
from service_kit.db import UnitOfWork
from service_kit.errors import Unavailable

from notifier_service.bounces import repository
from notifier_service.bounces.domain import (
    SUPPRESSED,
    AddressHashes,
    BounceOutcome,
    Foreign,
    ReturnPaths,
    Standing,
    Verdict,
    effect,
    judge,
)
from notifier_service.bounces.dsn import Malformed, NotAReport, read_report
from notifier_service.bounces.schemas import BounceAnswer
from notifier_service.deliveries.domain import Job
from notifier_service.deliveries.events import bounced_event, context_of
from notifier_service.messages.domain import Lane, MessageState, move, reduced_recipient
from notifier_service.messages.tables import Message

RETRY_SECONDS = 5
# Nothing of these happened to the message, so nothing of them is kept.
UNTOUCHED = frozenset({BounceOutcome.UNKNOWN_MESSAGE, BounceOutcome.UNDER_WAY})


async def take_in(uow: UnitOfWork, paths: ReturnPaths, raw: bytes, recipient: str | None) -> BounceAnswer:
    """Believes a report that was sent to the return path of a message, and does what it says, once.

    `recipient` is the envelope's, when the mail server tells it; else the report's own headers do. The message id in
    the returned mail is not asked: whoever has seen a mail could claim that any other one bounced.
    """
    try:
        report = read_report(raw)
        message_id = paths.message_of([recipient] if recipient else report.sent_to)
    except NotAReport:
        return BounceAnswer.of(BounceOutcome.NOT_A_REPORT)
    except Malformed as error:
        return BounceAnswer.of(BounceOutcome.MALFORMED, why=str(error))
    except Foreign:
        return BounceAnswer.of(BounceOutcome.FOREIGN)
    message = await repository.lock_message(uow, message_id)
    if message is None:
        return BounceAnswer.of(BounceOutcome.UNKNOWN_MESSAGE, message_id=message_id)
    verdict = judge(report.blocks)
    outcome = await _apply(uow, message, verdict)
    if outcome not in UNTOUCHED:
        repository.keep_report(uow, message_id, raw, outcome, verdict)
    return BounceAnswer.of(outcome, message_id=message_id, status=verdict.status)


async def _apply(uow: UnitOfWork, message: Message, verdict: Verdict) -> BounceOutcome:
    bounced = await repository.has_bounced(uow, message.message_id)
    standing = Standing(message.state, message.settled_at, bounced, message.uncertain)
    outcome = effect(verdict, standing, await uow.now())
    if outcome is BounceOutcome.UNDER_WAY:
        raise Unavailable(
            "message_under_way", "The message is being sent; hand the report in again.", retry_after=RETRY_SECONDS
        )
    if outcome is BounceOutcome.BOUNCED:
        await _fail(uow, message, verdict)
    return outcome


async def _fail(uow: UnitOfWork, message: Message, verdict: Verdict) -> None:
    """The mail failed after all (M5): stops its ladder; an address that is dead for good is written to no more."""
    if verdict.permanent and message.lane is Lane.ORDINARY and message.firm_id and message.address_hash:
        repository.suppress(uow, message.firm_id, message.address_hash)
    message.state = move(message.state, MessageState.FAILED)
    message.reason, message.settled_at = verdict.reason, await uow.now()
    message.parameters = message.sealed = None
    message.recipient = reduced_recipient(message.channel, message.recipient)
    with use_context(context_of(message)):
        uow.outbox.add(bounced_event(message, reason=verdict.reason, permanent=verdict.permanent))


async def spare_dead_addresses(uow: UnitOfWork, jobs: Sequence[Job], hashes: AddressHashes) -> Sequence[Job]:
    """Claimed mails, with those marked that go to an address which refused this firm's mail for good.

    What somebody asked for anew goes out all the same, and lifts the suppression for what follows. The claim says
    which mails may be concerned, so a firm without bounces costs no statement.
    """
    pairs = {
        job.message_id: {(job.firm_id, form) for form in hashes.all(job.recipient)}
        for job in jobs
        if job.bounces_known and job.firm_id is not None and job.recipient is not None
    }
    if not pairs:
        return jobs
    known = await repository.suppressed_among(uow, set().union(*pairs.values()))
    dead = {message_id for message_id, forms in pairs.items() if forms & known}
    anew = set().union(*(pairs[job.message_id] & known for job in jobs if job.asked_anew and job.message_id in dead))
    if anew:
        await repository.lift(uow, anew)
    return [replace(j, unwanted=SUPPRESSED) if j.message_id in dead and not j.asked_anew else j for j in jobs]
