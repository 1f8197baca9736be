"""A rendered message as an e-mail. Whatever somebody wrote becomes a header only by way of the standard library, so a
name can never become one of its own (M2); the rest is ours and fixed."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from notifier_service.channels.port import Outgoing
from notifier_service.messages.domain import plain_address, plain_line
from notifier_service.templates.render import LOGO_ID

Headers = Mapping[str, str]


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


def write_mail(message: Outgoing, *, sender: str, now: datetime) -> bytes:
    """The mail as it travels; the Message-ID follows from the message, so every copy has the same one (M4)."""
    utf8 = needs_utf8(message.recipient)
    headers = {
        "Message-ID": f"<{message.message_id}@{split_address(sender)[1]}>",
        "Date": format_datetime(now),
        "From": _field("From", _mailbox(message.sender_name, sender), utf8=utf8),
        "To": _field("To", _mailbox(message.recipient_name, message.recipient), utf8=utf8),
        "Subject": _field("Subject", plain_line(message.content.subject, "subject"), utf8=utf8),
        # RFC 3834: vacation responders must not answer.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": message.language,
        "MIME-Version": "1.0",
    }
    if message.reply_to is not None:
        headers["Reply-To"] = _field("Reply-To", _mailbox(message.sender_name, message.reply_to), utf8=utf8)
    return _part(headers, *_body(message))


def _body(message: Outgoing) -> tuple[Headers, bytes]:
    """The text alone, or text and HTML as alternatives; a logo travels beside the HTML that shows it (RFC 2387)."""
    content, name = message.content, message.message_id.hex
    text = _text("plain", content.text)
    if content.html is None:
        return text
    html = _text("html", content.html)
    if message.logo is not None:
        html = _multipart('related; type="text/html"', f"=_r{name}", html, _logo(message.logo))
    return _multipart("alternative", f"=_a{name}", text, html)


def _text(kind: str, text: str) -> tuple[Headers, bytes]:
    headers = {"Content-Type": f'text/{kind}; charset="utf-8"', "Content-Transfer-Encoding": "quoted-printable"}
    lines = b"\r\n".join(text.encode().splitlines())
    return headers, binascii.b2a_qp(lines, istext=True) + b"\r\n"


def _logo(logo: bytes) -> tuple[Headers, bytes]:
    headers = {
        "Content-Type": "image/png",
        "Content-Transfer-Encoding": "base64",
        "Content-Disposition": 'inline; filename="logo.png"',
        "Content-ID": f"<{LOGO_ID}>",
    }
    return headers, base64.encodebytes(logo).replace(b"\n", b"\r\n")


def _multipart(kind: str, boundary: str, *parts: tuple[Headers, bytes]) -> tuple[Headers, bytes]:
    """`=_` begins the boundary because neither quoted-printable nor base64 ever writes it (RFC 2045 6.7)."""
    divider = b"--" + boundary.encode()
    bodies = b"".join(divider + b"\r\n" + _part(headers, body) for headers, body in parts)
    return {"Content-Type": f'multipart/{kind}; boundary="{boundary}"'}, bodies + divider + b"--\r\n"


def _part(*pieces: Headers | bytes) -> bytes:
    written = "".join(f"{n}: {v}\r\n" for piece in pieces if not isinstance(piece, bytes) for n, v in piece.items())
    return written.encode() + b"\r\n" + b"".join(piece for piece in pieces if isinstance(piece, bytes))


def _field(name: str, value: str | Address, *, utf8: bool) -> str:
    """A header's value encoded and folded by the standard library, which refuses line breaks and quotes what needs it.

    Only the headers that hold somebody's words go this way, because it costs more than all the rest of a mail.
    """
    policy = SMTPUTF8 if utf8 else SMTP
    _, header = policy.header_store_parse(name, value)
    folded = str(header.fold(policy=policy)).removeprefix(f"{name}:").strip()
    if any(line[:1] not in {" ", "\t"} for line in folded.split("\r\n")[1:]) or "\n" in folded.replace("\r\n", ""):
        raise ValueError("a header holds a line of its own")
    return folded


def _mailbox(name: str, address: str) -> Address:
    local, domain = split_address(address)
    return Address(display_name=plain_line(name, "display name"), username=local, domain=domain)
