"""Pure rules of messages: states and their transitions (M4), languages (M1), plain text (M2), natural keys."""

import unicodedata
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID, uuid5

from event_contracts.people import Language

CUSTOM_TEXT_LIMIT = 2000
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class MessageState(StrEnum):
    """Where a message stands (M4)."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"


class Lane(StrEnum):
    """Which queue a message waits in; the lanes share neither loop nor connection (M4)."""

    SECURITY = "security"
    ORDINARY = "ordinary"


class Channel(StrEnum):
    """By what means a message reaches its recipient."""

    EMAIL = "email"
    SMS = "sms"


class Template(StrEnum):
    """What a message says; each value names a file per language."""

    INVITATION_FIRST = "invitation_first"
    INVITATION_ADDED = "invitation_added"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    REMINDER_LATER = "reminder_later"
    ACCESS_NOTICE = "access_notice"
    SIGN_IN_INFORMATION = "sign_in_information"
    HOLDER_NOTICE = "holder_notice"
    MANAGER_NOTICE = "manager_notice"
    PERSON_NOTICE = "person_notice"
    PLAN_PUBLISHED = "plan_published"
    WELCOME = "welcome"
    SIGN_IN_CODE = "sign_in_code"
    EMAIL_CODE = "email_code"
    PHONE_CODE = "phone_code"
    PASSWORD_RESET = "password_reset"  # noqa: S105  # a template, not a secret
    EMAIL_CHANGED = "email_changed"
    PHONE_CHANGED = "phone_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a template, not a secret
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    ADDRESS_CLAIMED = "address_claimed"
    ACCOUNT_ERASED = "account_erased"


# Mails that let a person create the account; what else is sent holds no such link (I5).
WITH_LINK = frozenset(
    {
        Template.INVITATION_FIRST,
        Template.INVITATION_ADDED,
        Template.REMINDER_1,
        Template.REMINDER_2,
        Template.REMINDER_LATER,
    }
)
NOTICES = frozenset({Template.HOLDER_NOTICE, Template.MANAGER_NOTICE, Template.PERSON_NOTICE})

FINAL_STATES = frozenset({MessageState.SENT, MessageState.FAILED, MessageState.SUPPRESSED})
WAITING_STATES = frozenset({MessageState.QUEUED, MessageState.DEFERRED, MessageState.UNCERTAIN})

TRANSITIONS = MappingProxyType(
    {
        MessageState.QUEUED: frozenset({MessageState.SENDING, MessageState.SUPPRESSED}),
        # Back to queued only when nothing was tried, because the server was away.
        MessageState.SENDING: frozenset(MessageState) - {MessageState.SENDING},
        MessageState.DEFERRED: frozenset({MessageState.SENDING, MessageState.SUPPRESSED}),
        # An answer that comes after the rescuer gave the attempt up still counts: knowing beats guessing.
        MessageState.UNCERTAIN: frozenset(
            {
                MessageState.SENDING,
                MessageState.SUPPRESSED,
                MessageState.SENT,
                MessageState.DEFERRED,
                MessageState.FAILED,
                MessageState.UNCERTAIN,
                MessageState.QUEUED,
            }
        ),
        # A report says that it never arrived (M5).
        MessageState.SENT: frozenset({MessageState.FAILED}),
        MessageState.FAILED: frozenset[MessageState](),
        MessageState.SUPPRESSED: frozenset[MessageState](),
    }
)


def lane_wakeup(lane: Lane) -> str:
    """The channel on which a lane is woken when a message for it was committed."""
    return f"notifier_{lane}"


# Woken when an invitation or an account was closed.
CLOSED_WAKEUP = "notifier_closed"
# The sequence of what is closed and never opens again: later than every event.
FOR_GOOD = 2**63 - 1
_ERASURE = UUID("0197a1c0-6d1e-7c55-8f0e-3b1d5a9e7c42")
_PORTAL_USER = UUID("01a2021f-3c7a-7b52-9d41-6f0e8a4c2b95")


class IllegalTransition(Exception):
    """A message was asked to go where M4 does not allow."""


class UnsafeText(Exception):
    """A name holds line breaks or control characters, which could pose as a header (M2). Names the field only."""


def move(state: MessageState, to: MessageState) -> MessageState:
    """`to`, when M4 allows the step from `state`."""
    if to not in TRANSITIONS[state]:
        raise IllegalTransition(f"{state} -> {to}")
    return to


def language_for(*preferences: str | None) -> Language:
    """The first language we write in: the person's, else the firm's, else French (M1)."""
    for preference in preferences:
        if preference in set(Language):
            return Language(preference)
    return Language.FR


def plain_line(text: str, field: str) -> str:
    """One line of text that is safe in a header: line breaks and controls refused, direction overrides dropped."""
    if len(text.splitlines()) > 1 or any(unicodedata.category(c) in {"Cc", "Zl", "Zp"} for c in text):
        raise UnsafeText(f"{field} holds a line break or a control character")
    return "".join(c for c in text if c not in BIDI_CONTROLS).strip()


def plain_address(text: str, field: str) -> tuple[str, str]:
    """Local part and domain of an address that can neither end an SMTP command nor name a second recipient."""
    address = plain_line(text, field)
    local, at, domain = address.rpartition("@")
    parts = [*local.split("."), *domain.split(".")]
    if not at or not all(parts) or any(c.isspace() or c in '<>",;:()[]\\@' for c in local + domain):
        raise UnsafeText(f"{field} is not a plain address")
    return local, domain


def plain_text(text: str | None) -> str | None:
    """The granter's own words as plain lines: no control characters but line breaks, limited, empty is none (M2)."""
    if text is None:
        return None
    lines = "\n".join(text.splitlines())
    kept = (c for c in lines if c == "\n" or (unicodedata.category(c) != "Cc" and c not in BIDI_CONTROLS))
    return "".join(kept).strip()[:CUSTOM_TEXT_LIMIT] or None


def reminder_template(step: int | None) -> Template:
    """The wording of the n-th reminder; a policy may have more than two (R5)."""
    return {1: Template.REMINDER_1, 2: Template.REMINDER_2}.get(step or 1, Template.REMINDER_LATER)


def erasure_of(account_id: UUID) -> UUID:
    """What is closed when an account is erased (I13); the account's own id is closed by its activation already (I2)."""
    return uuid5(_ERASURE, account_id.hex)


def portal_user_of(firm_id: UUID, account_id: UUID) -> UUID:
    """What is closed when a firm keeps an account out (I11), for mails that lead to what it may no longer open."""
    return uuid5(_PORTAL_USER, f"{firm_id.hex}{account_id.hex}")


def invitation_key(invitation_id: UUID, sealed_link: str) -> str:
    """What makes an invitation mail the same mail: its link, because every mail carries one of its own (I7)."""
    return f"invitation:{invitation_id}:{sha256(sealed_link.encode()).hexdigest()[:32]}"


def reminder_key(ladder: str, step: int | None) -> str:
    """What makes a reminder the same reminder: one per step of a ladder (R1)."""
    return f"reminder:{ladder}:{step or 1}"


def reduced_recipient(channel: Channel, recipient: str | None) -> str | None:
    """What stays on record of a recipient once the message is settled: the domain, or the last two digits."""
    if recipient is None:
        return None
    if channel is Channel.SMS:
        return "***" + recipient[-2:]
    return "***@" + recipient.rpartition("@")[2]
