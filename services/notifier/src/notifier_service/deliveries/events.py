"""From what became of a message to the event that says so (M4, M5)."""

from datetime import datetime

from event_contracts import EventData
from event_contracts.notifier import LadderStart, MessageFailed, MessageHeld, MessageRef, MessageSent, MessageSuppressed
from event_contracts.people import LadderKey, LadderPolicy
from service_kit.context import MessageContext

from notifier_service.deliveries.domain import Decision, Job
from notifier_service.messages.domain import MessageState
from notifier_service.messages.tables import Message


def outcome_event(job: Job, decision: Decision, *, at: datetime) -> EventData | None:
    """The event of a final state; None while the message is still on its way. `at` is when the server answered."""
    match decision.state:
        case MessageState.SENT:
            return MessageSent(message=_reference(job), sent_at=at, starts=_starts(job))
        case MessageState.FAILED:
            return MessageFailed(
                message=_reference(job), ladder=_ladder(job), reason=decision.reason, permanent=decision.permanent
            )
        case MessageState.SUPPRESSED:
            return MessageSuppressed(message=_reference(job), reason=decision.reason)
        case _:
            return None


def bounced_event(message: Message, *, reason: str, permanent: bool) -> MessageFailed:
    """The event of a mail that its server took and another one gave back (M5)."""
    return MessageFailed(
        message=_reference(message), ladder=_ladder(message), reason=reason, permanent=permanent, bounced=True
    )


def held_event(message: Message) -> MessageHeld:
    """The event of a mail that waits because mails are held (M6)."""
    return MessageHeld(message=_reference(message))


def context_of(job: Job | Message) -> MessageContext:
    """What asked for the message also caused what is said about it, however much later."""
    return MessageContext.received(job.correlation_id, job.causation_id, job.traceparent)


def _reference(job: Job | Message) -> MessageRef:
    return MessageRef(
        message_id=job.message_id,
        template=job.template.value,
        channel=job.channel.value,
        firm_id=job.firm_id,
        account_id=job.account_id,
        invitation_id=job.invitation_id,
        offer_ids=tuple(job.offer_ids),
    )


def _ladder(job: Job | Message) -> LadderKey | None:
    return None if job.ladder is None else LadderKey.model_validate(job.ladder)


def _starts(job: Job) -> LadderStart | None:
    """The policy is stored with the first mail only, so no other starts a ladder (R1)."""
    ladder = _ladder(job)
    if ladder is None or job.policy is None:
        return None
    return LadderStart(ladder=ladder, policy=LadderPolicy.model_validate(job.policy))
