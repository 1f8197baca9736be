"""A rendered message as an e-mail. Only `EmailMessage` writes headers, so a name can never become one (M2)."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from notifier_service.channels.port import Outgoing
from notifier_service.messages.domain import plain_address, plain_line


class Undeliverable(Exception):
    """No server could take a mail to such an address."""


def split_address(address: str) -> tuple[str, str]:
    """Local part and ASCII domain of an address; raises Undeliverable or UnsafeText when it is none."""
    local, domain = plain_address(address, "address")
    try:
        return local, domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise Undeliverable("the domain cannot be written in ASCII") from error


def needs_utf8(address: str) -> bool:
    """Whether the server must support SMTPUTF8: only for a local part outside ASCII, domains have an ASCII form."""
    return not split_address(address)[0].isascii()


def envelope_address(address: str) -> str:
    """The address as an SMTP command carries it."""
    return "@".join(split_address(address))


def build_mail(message: Outgoing, *, sender: str, now: datetime) -> EmailMessage:
    """The mail with its headers; the Message-ID follows from the message, so every copy has the same one (M4)."""
    mail = EmailMessage(policy=SMTPUTF8 if needs_utf8(message.recipient) else SMTP)
    mail["Message-ID"] = f"<{message.message_id}@{split_address(sender)[1]}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = _mailbox(message.sender_name, sender)
    mail["To"] = _mailbox(message.recipient_name, message.recipient)
    mail["Subject"] = plain_line(message.content.subject, "subject")
    # RFC 3834: vacation responders must not answer.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.content.text, charset="utf-8", cte="quoted-printable")
    if message.content.html is not None:
        mail.add_alternative(message.content.html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = message.language
    return mail


def _mailbox(name: str, address: str) -> Address:
    local, domain = split_address(address)
    return Address(display_name=plain_line(name, "display name"), username=local, domain=domain)
