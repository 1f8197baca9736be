"""Caught mails as files, one `.eml` each; a file appears whole or not at all."""

import email
import email.policy
import itertools
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

_LINK = re.compile(r"https?://[^\s<>\"')\]]+")
_RECIPIENTS = "X-Envelope-To"
_SENDER = "X-Envelope-From"


@dataclass(frozen=True)
class Mail:
    """One mail as somebody who receives it sees it. Recipients and return path are those of the envelope."""

    id: str
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    created: datetime
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    return_path: str = ""

    @property
    def links(self) -> tuple[str, ...]:
        """The links of the text part, in order, each once."""
        return tuple(dict.fromkeys(link.rstrip(".,;:!?") for link in _LINK.findall(self.text)))

    def is_for(self, address: str) -> bool:
        return address.casefold() in (recipient.casefold() for recipient in self.recipients)


class MailStore:
    """The folder of caught mails."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self._parsed: dict[Path, Mail] = {}

    def add(self, content: bytes, sender: str, recipients: Sequence[str]) -> str:
        """Keep a message; its name sorts by arrival."""
        identity = f"{time.time_ns()}-{next(self._numbers)}"
        envelope = f"{_SENDER}: <{sender}>\r\n{_RECIPIENTS}: {', '.join(recipients)}\r\n"
        unfinished = self._folder / f"{identity}.part"
        unfinished.write_bytes(envelope.encode() + content)
        unfinished.rename(self._folder / f"{identity}.eml")
        return identity

    def all(self) -> Iterable[Mail]:
        """Oldest first."""
        for file in sorted(self._folder.glob("*.eml"), key=_arrival):
            yield self._mail(file)

    def get(self, identity: str) -> Mail | None:
        """Looked up among the names that exist: an id never becomes a path."""
        return next((self._mail(file) for file in self._folder.glob("*.eml") if file.stem == identity), None)

    def _mail(self, file: Path) -> Mail:
        """Read once: a file never changes, and whoever waits for a mail asks for the whole list again and again."""
        if file not in self._parsed:
            self._parsed[file] = _parse(file)
        return self._parsed[file]


def read_mails(folder: Path, to: str | None = None) -> list[Mail]:
    """Mails in the order of their arrival, all or those for one address."""
    return [mail for mail in MailStore(folder).all() if to is None or mail.is_for(to)]


def _arrival(file: Path) -> tuple[int, int]:
    moment, _, number = file.stem.partition("-")
    return int(moment), int(number)


def _parse(file: Path) -> Mail:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    recipients = tuple(part.strip() for part in str(message[_RECIPIENTS]).split(",") if part.strip())
    return Mail(
        id=file.stem,
        message_id=str(message["Message-ID"] or "").strip("<> "),
        sender=str(message["From"] or ""),
        recipients=recipients,
        subject=str(message["Subject"] or ""),
        created=datetime.fromtimestamp(_arrival(file)[0] / 1e9, tz=UTC),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers={name: str(value) for name, value in message.items()},
        return_path=str(message[_SENDER] or "").strip("<> "),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())
