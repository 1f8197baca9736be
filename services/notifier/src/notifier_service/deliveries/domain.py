"""Pure rules of delivery: a message in hand, what an attempt's outcome makes of it, when it is tried again (M4, M5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from notifier_service.messages.domain import Channel, Lane, MessageState, Template


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"  # the server answered 250
    REFUSED = "refused"  # the server will never take it
    DEFERRED = "deferred"  # the server may take it later
    UNCERTAIN = "uncertain"  # the server may have it already
    UNAVAILABLE = "unavailable"  # the server's own trouble: this message was not tried
    KEY_UNKNOWN = "key_unknown"  # sealed under a key that has not reached us yet
    ADDRESS_UNKNOWN = "address_unknown"  # goes to an account whose address has not reached us yet
    BROKEN = "broken"  # cannot be opened or rendered, ever
    STALE = "stale"  # its link or code has expired
    UNWANTED = "unwanted"  # what it was about is settled

    @property
    def counts(self) -> bool:
        """Whether it uses up one of the message's attempts."""
        return self in {Outcome.REFUSED, Outcome.DEFERRED, Outcome.UNCERTAIN, Outcome.ACCEPTED}


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """An outcome with the server's words (already cleaned of anything secret) and its code."""

    outcome: Outcome
    detail: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What the record knew of a message when this attempt began."""

    number: int
    counted: int = 0
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A message in somebody's hands: all that is needed to send it and to say what became of it."""

    message_id: UUID
    lane: Lane
    channel: Channel
    template: Template
    language: str
    recipient: str | None
    parameters: dict[str, Any]
    sealed: dict[str, Any] | None
    firm_id: UUID | None
    account_id: UUID | None
    invitation_id: UUID | None
    offer_ids: tuple[UUID, ...]
    ladder: dict[str, Any] | None
    policy: dict[str, Any] | None
    expires_at: datetime | None
    created_at: datetime
    attempt_number: int
    counted: int
    uncertain: int
    correlation_id: str | None
    causation_id: str | None
    traceparent: str | None
    unwanted: str | None
    now: datetime
    # Known to whoever claims: the account's own name, how the firm's mails look.
    addressee: dict[str, str] | None = None
    brand: dict[str, str | None] | None = None
    logo: bytes | None = None
    # Somebody asked for it anew, so it goes out even where mail bounced; whether any of the firm's mails did.
    asked_anew: bool = False
    bounces_known: bool = False

    @property
    def progress(self) -> Progress:
        return Progress(self.attempt_number, self.counted, self.uncertain)

    @property
    def suppressible_address(self) -> str | None:
        """The address that the firm stops writing to when it is dead; the security lane knows no such thing (M4)."""
        is_mail = self.lane is Lane.ORDINARY and self.channel is Channel.EMAIL
        return self.recipient if is_mail and self.firm_id is not None else None

    def __repr__(self) -> str:
        """Only the id: logs and tracebacks show nobody's name or address."""
        return f"Job({self.message_id})"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a message is tried for. Delays double up to a ceiling and are spread by `jitter`, a number in 0..1."""

    first_delay: timedelta
    longest_delay: timedelta
    attempts: int
    uncertain_retries: int = 1
    spread: float = 0.2

    def delay(self, attempt: int, jitter: float) -> timedelta:
        """The wait after attempt number `attempt` (from 1): between 1 - spread and 1 + spread of the doubled delay."""
        # The exponent is bounded: 2 ** 4000 would overflow, and the ceiling is reached long before.
        doubled = min(self.first_delay * (1 << min(max(attempt, 1) - 1, 20)), self.longest_delay)
        return doubled * (1 - self.spread + 2 * self.spread * jitter)


ORDINARY_POLICY = RetryPolicy(first_delay=timedelta(seconds=30), longest_delay=timedelta(hours=4), attempts=24)
SECURITY_POLICY = RetryPolicy(first_delay=timedelta(seconds=2), longest_delay=timedelta(seconds=20), attempts=10)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the message: its next state, when to try again, and the numbers to keep."""

    state: MessageState
    counted: int
    uncertain: int
    retry_after: timedelta = timedelta(0)
    reason: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one attempt came to."""

    job: Job
    result: AttemptResult
    decision: Decision


def decide(progress: Progress, result: AttemptResult, policy: RetryPolicy, jitter: Callable[[], float]) -> Decision:
    """The consequence of one attempt.

    After an uncertain outcome the message goes out once more under the same Message-ID. When that is
    uncertain too it is `failed`, not `sent`: nobody confirmed it, so no reminder may count on it, and
    the firm is shown that the mail is in doubt. Such a failure is not permanent: it says nothing about
    the address (M4, M5).
    """
    outcome = result.outcome
    counted = progress.counted + outcome.counts
    uncertain = progress.uncertain + (outcome is Outcome.UNCERTAIN)
    delay = policy.delay(progress.number, jitter())
    match outcome:
        case Outcome.ACCEPTED:
            return Decision(MessageState.SENT, counted, uncertain)
        case Outcome.REFUSED:
            return Decision(MessageState.FAILED, counted, uncertain, reason=result.detail, permanent=True)
        case Outcome.BROKEN:
            return Decision(MessageState.FAILED, counted, uncertain, reason=result.detail)
        case Outcome.STALE | Outcome.UNWANTED:
            return Decision(MessageState.SUPPRESSED, counted, uncertain, reason=result.detail)
        case Outcome.UNAVAILABLE:
            return Decision(_waiting(counted, uncertain), counted, uncertain)
        case Outcome.KEY_UNKNOWN | Outcome.ADDRESS_UNKNOWN:
            # Bounded by the sealed value's own expiry, not by a count: a rotated key may be hours away.
            return Decision(MessageState.DEFERRED, counted, uncertain, delay)
        case Outcome.UNCERTAIN if uncertain > policy.uncertain_retries:
            return Decision(MessageState.FAILED, counted, uncertain, reason=f"never confirmed: {result.detail}")
        case Outcome.UNCERTAIN:
            return Decision(MessageState.UNCERTAIN, counted, uncertain, delay)
        case Outcome.DEFERRED if counted >= policy.attempts:
            return Decision(MessageState.FAILED, counted, uncertain, reason=f"attempts used up: {result.detail}")
        case Outcome.DEFERRED:
            return Decision(MessageState.DEFERRED, counted, uncertain, delay)


def _waiting(counted: int, uncertain: int) -> MessageState:
    """Where a message waits when an attempt did not take place: as it waited before."""
    if uncertain:
        return MessageState.UNCERTAIN
    return MessageState.DEFERRED if counted else MessageState.QUEUED
