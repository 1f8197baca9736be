"""Pure rules of bounces: the return path that names a message, and what a delivery report makes of it (M5)."""

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from notifier_service.messages.domain import WAITING_STATES, MessageState

# A local part has at most 64 octets (RFC 5321 4.5.3.1.1); hex digits survive servers that change letter case.
TAG_DIGITS = 16
LONGEST_BOUNCE_BOX = 64 - len("+") - 32 - len("-") - TAG_DIGITS
REPORTS_COUNT_FOR = timedelta(days=30)
LONGEST_REASON = 300
RETURN_PATH_PURPOSE = "notifier return path"
ADDRESS_PURPOSE = "notifier suppressed address"
SUPPRESSED = "this address bounced"

_NAMED = re.compile(rf"([0-9a-f]{{32}})-([0-9a-f]{{{TAG_DIGITS}}})")


class Foreign(Exception):
    """The address is not one that this service gave to a message of its own."""


class ReturnPaths:
    """The envelope sender of each mail: `bounces+<message>-<tag>@domain`. The tag is keyed, so nobody can make one.

    Without a bounce box every mail has the plain sender, and no report is ever believed.
    """

    def __init__(self, sender: str, box: str | None, keys: Sequence[bytes]) -> None:
        self._sender = sender
        self._box, _, domain = (box or "").rpartition("@")
        self._domain = domain.lower()
        self._keys = keys

    def of(self, message_id: UUID) -> str:
        """The return path of a message."""
        if not self._domain:
            return self._sender
        return f"{self._box}+{message_id.hex}-{_tag(self._keys[0], message_id)}@{self._domain}"

    def message_of(self, addresses: Iterable[str]) -> UUID:
        """The message that the first genuine one of these addresses names; raises Foreign when there is none."""
        for address in addresses:
            message_id = self._named_by(address)
            if message_id is not None:
                return message_id
        raise Foreign

    def _named_by(self, address: str) -> UUID | None:
        local, _, domain = address.strip().strip("<>").lower().rpartition("@")
        box, _, name = local.rpartition("+")
        named = _NAMED.fullmatch(name)
        if not self._domain or (box, domain) != (self._box.lower(), self._domain) or named is None:
            return None
        message_id = UUID(hex=named[1])
        genuine = [hmac.compare_digest(_tag(key, message_id), named[2]) for key in self._keys]
        return message_id if any(genuine) else None


class AddressHashes:
    """Addresses as they are kept once a mail is settled: comparable for holders of the key, readable for nobody."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    def newest(self, address: str) -> bytes:
        """The form to keep."""
        return _hashed(self._keys[0], address)

    def all(self, address: str) -> tuple[bytes, ...]:
        """Every form in which it may have been kept, before a key was rotated."""
        return tuple(_hashed(key, address) for key in self._keys)


class Action(StrEnum):
    """What a server says it did (RFC 3464 2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """One recipient's block: what was done, the status (RFC 3463), and the server's words, cleaned of addresses."""

    action: Action
    status: str
    diagnostic: str = ""


class BounceOutcome(StrEnum):
    """How a report was answered. Only `bounced` changes the message."""

    BOUNCED = "bounced"
    ALREADY_BOUNCED = "already_bounced"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    OLD_MESSAGE = "old_message"
    UNKNOWN_MESSAGE = "unknown_message"
    FOREIGN = "foreign"
    NOT_A_REPORT = "not_a_report"
    MALFORMED = "malformed"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a whole report says of the mail. `permanent` only when the address itself will take no other mail either."""

    outcome: BounceOutcome
    permanent: bool = False
    status: str = ""
    diagnostic: str = ""

    @property
    def reason(self) -> str:
        """As people read it on the rights page."""
        return f"bounced: {self.status} {self.diagnostic}".strip()[:LONGEST_REASON]


def judge(blocks: Sequence[RecipientReport]) -> Verdict:
    """The report's meaning: failed, when somebody did not get it and nobody did.

    One mail has one recipient, so several blocks are what an alias of theirs was expanded to. A server that gave up
    on a temporary trouble (4.x.x) ends this mail and says nothing of the address, like our own last attempt.
    """
    if any(block.action in {Action.DELIVERED, Action.RELAYED, Action.EXPANDED} for block in blocks):
        return Verdict(BounceOutcome.DELIVERED)
    failed = [block for block in blocks if block.action is Action.FAILED]
    if not failed:
        return Verdict(BounceOutcome.DELAYED, status=blocks[0].status, diagnostic=blocks[0].diagnostic)
    permanent = all(block.status.startswith("5.") for block in failed)
    return Verdict(BounceOutcome.BOUNCED, permanent, failed[0].status, failed[0].diagnostic)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the message when a report about it comes."""

    state: MessageState
    settled_at: datetime | None
    bounced: bool
    uncertain: int


def effect(verdict: Verdict, standing: Standing, now: datetime) -> BounceOutcome:
    """What a report does to the message as it stands.

    A mail that is being sent at this moment is asked for later: its server may be quicker than our own record. An
    uncertain one was taken after all, so its report counts; one that is tried once more is asked for later too. What
    is settled otherwise stays as it is.
    """
    if verdict.outcome is BounceOutcome.DELIVERED:
        return BounceOutcome.DELIVERED
    if standing.bounced:
        return BounceOutcome.ALREADY_BOUNCED
    if standing.state is MessageState.UNCERTAIN:
        return verdict.outcome
    if standing.state is MessageState.SENDING or (standing.uncertain and standing.state in WAITING_STATES):
        return BounceOutcome.UNDER_WAY
    if standing.state in WAITING_STATES:
        return BounceOutcome.UNKNOWN_MESSAGE
    if standing.state is not MessageState.SENT or standing.settled_at is None:
        return BounceOutcome.OLD_MESSAGE
    return verdict.outcome if now - standing.settled_at <= REPORTS_COUNT_FOR else BounceOutcome.OLD_MESSAGE


def _tag(key: bytes, message_id: UUID) -> str:
    return hmac.new(key, message_id.bytes, sha256).hexdigest()[:TAG_DIGITS]


def _hashed(key: bytes, address: str) -> bytes:
    return hmac.new(key, address.lower().encode(), sha256).digest()
