"""Reads delivery reports (RFC 3464): pure, bounded, and suspicious; whatever it cannot read is an answer, no crash."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from email.utils import getaddresses

from notifier_service.bounces.domain import Action, RecipientReport
from notifier_service.channels.port import clean_detail

LARGEST_REPORT = 1_000_000
# What a report says stands before the mail it returns. The parser is slow with hostile input, so no more is read.
READ_BYTES = 150_000
LONGEST_DIAGNOSTIC = 2_000
# Every nested part needs a header of its own, so this bounds how deep and how wide a report can be.
MOST_PARTS = 60
MOST_RECIPIENTS = 50
ENVELOPE_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")
REPORT_TYPES = {"message/delivery-status", "message/global-delivery-status"}

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"(?:^|\s)([45])\d\d\b")
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\"]+@[^\s<>()\[\];,\"]+")


class NotAReport(Exception):
    """A mail, but no delivery report: a vacation notice, an answer of a person, a receipt."""


class Malformed(Exception):
    """It says that it is a delivery report and cannot be read as one. The text is for the operator."""


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: what it says of each recipient, and the addresses it was sent to."""

    blocks: tuple[RecipientReport, ...]
    sent_to: tuple[str, ...]


def read_report(raw: bytes) -> Report:
    """The report in a mail. Raises NotAReport or Malformed."""
    if len(raw) > LARGEST_REPORT:
        raise Malformed("larger than a report may be")
    if raw.lower().count(b"content-type") > MOST_PARTS:
        raise Malformed("more parts than a report may have")
    try:
        mail = message_from_bytes(raw[:READ_BYTES])
        _require_report(mail)
        report = Report(tuple(map(_recipient, _recipient_blocks(mail))), tuple(_sent_to(mail)))
    except (RecursionError, UnicodeError, LookupError, AttributeError) as error:
        # The standard library's parser meets hostile input with whatever comes; all of it means the same here.
        raise Malformed(f"cannot be read: {type(error).__name__}") from None
    if not report.blocks:
        raise Malformed("says nothing of any recipient")
    return report


def _require_report(mail: Message) -> None:
    if not mail.keys():
        raise Malformed("is not a mail")
    if mail.get_content_type() != "multipart/report":
        raise NotAReport
    kind = str(mail.get_param("report-type", "delivery-status")).lower()
    if kind not in {"delivery-status", "global-delivery-status"}:
        raise NotAReport


def _recipient_blocks(mail: Message) -> Iterator[Message]:
    """The per-recipient fields: of the first status part directly in the report, never of a mail it returns."""
    parts = mail.get_payload()
    status = [p for p in parts if isinstance(p, Message) and p.get_content_type() in REPORT_TYPES] if parts else []
    if not status or not isinstance(parts, list):
        raise Malformed("has no delivery status")
    blocks = [block for block in _blocks(status[0]) if block.get("Action") or block.get("Final-Recipient")]
    if len(blocks) > MOST_RECIPIENTS:
        raise Malformed("names more recipients than a mail of ours has")
    yield from blocks


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    if not isinstance(payload, list):
        return _split(str(payload))
    if part.get_content_type() == "message/delivery-status":
        return [block for block in payload if isinstance(block, Message)]
    # The parser takes RFC 6533's variant for a mail: its first block for the headers, the others for the body.
    return [block for inner in payload if isinstance(inner, Message) for block in (inner, *_split(_text(inner)))]


def _split(text: str) -> list[Message]:
    return [HeaderParser().parsestr(block) for block in re.split(r"\r?\n\s*\r?\n", text)[: MOST_RECIPIENTS + 2]]


def _text(part: Message) -> str:
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _recipient(block: Message) -> RecipientReport:
    said = _value(block, "Action").partition(" ")[0].lower()
    if said not in set(Action):
        raise Malformed("a recipient has no action that RFC 3464 knows")
    diagnostic = _value(block, "Diagnostic-Code")[:LONGEST_DIAGNOSTIC]
    kind, separator, words = diagnostic.partition(";")
    text = words if separator and " " not in kind.strip() else diagnostic
    status = _STATUS.search(_value(block, "Status"))
    found = status[1] if status else _status_of(text, Action(said))
    if Action(said) is Action.FAILED and found.startswith("2."):
        raise Malformed("a recipient failed with a status of success")
    return RecipientReport(Action(said), found, clean_detail(_ADDRESS.sub("[recipient]", text)))


def _status_of(diagnostic: str, action: Action) -> str:
    """Where the mandatory status is missing: the class of the reply, else what the action means."""
    reply = _REPLY.search(diagnostic)
    if reply:
        return f"{reply[1]}.0.0"
    return {Action.FAILED: "5.0.0", Action.DELAYED: "4.0.0"}.get(action, "2.0.0")


def _value(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _sent_to(mail: Message) -> Iterator[str]:
    """The addresses it was delivered to: what our own server noted comes before what the sender wrote."""
    for name in ENVELOPE_HEADERS:
        for _, address in getaddresses([str(value) for value in mail.get_all(name, [])[:5]]):
            if address:
                yield address
