"""Mails as they are written, and what gateways' answers mean; SMTP dialogues are tested on a real server."""

import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from uuid import UUID

import httpx
import pytest
from notifier_service.channels.mime import Undeliverable, envelope_address, needs_utf8, write_mail
from notifier_service.channels.port import Outgoing, clean_detail
from notifier_service.channels.sms_email import SmsEmailChannel
from notifier_service.channels.sms_http import SmsHttpChannel
from notifier_service.deliveries.domain import AttemptResult, Outcome
from notifier_service.messages.domain import UnsafeText
from notifier_service.templates.render import Content
from pydantic import SecretStr

LONG_NAME = "Société à responsabilité limitée Études, Expertises & Évaluations Delépine-Größenwahn"
NOW = datetime(2026, 3, 3, 9, 15, tzinfo=UTC)
MESSAGE_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
MAIL = Outgoing(
    message_id=MESSAGE_ID,
    recipient="lea@example.com",
    recipient_name="Léa Dupont",
    sender_name="Cabinet Martin",
    language="fr",
    content=Content("Une invitation", "Bonjour Léa\n", "<p>Bonjour Léa</p>"),
    secret="the-token",
)
SMS = replace(MAIL, recipient="+32470123456", content=Content("SMS", "482913 est votre code"), secret="482913")


def built(message: Outgoing) -> EmailMessage:
    """The mail as a receiver parses it."""
    mail = write_mail(message, sender="no-reply@access.example", now=NOW)
    parsed = message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


class TestMail:
    def test_the_message_id_follows_from_the_message(self) -> None:
        assert built(MAIL)["Message-ID"] == built(MAIL)["Message-ID"] == f"<{MESSAGE_ID}@access.example>"

    def test_it_has_two_twins_and_the_headers_of_an_automatic_mail(self) -> None:
        mail = built(MAIL)

        assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Date"].datetime == NOW
        assert mail["Content-Language"] == "fr"
        assert mail["To"].addresses[0].display_name == "Léa Dupont"

    @pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x0b"], ids=ascii)
    @pytest.mark.parametrize("field", ["sender_name", "recipient_name"])
    def test_a_line_break_in_a_name_is_refused(self, field: str, line_break: str) -> None:
        with pytest.raises(UnsafeText):
            write_mail(replace(MAIL, **{field: f"x{line_break}Bcc: y@z.be"}), sender="a@b.be", now=NOW)

    def test_a_line_break_in_a_subject_is_refused(self) -> None:
        content = Content("Hello\r\nBcc: y@z.be", "text")

        with pytest.raises(UnsafeText):
            write_mail(replace(MAIL, content=content), sender="a@b.be", now=NOW)

    @pytest.mark.parametrize(
        "address",
        [
            "a@b.be\r\nRCPT TO:<x@y.be>",
            "a@b.be>",
            "a b@c.be",
            "lea",
            "@b.be",
            "a@",
            '"a@b.be',
            "a@b.be, c@d.be",
            "a@b..be",
            "a@b@c.be",
        ],
    )
    def test_what_is_no_single_plain_address_is_refused(self, address: str) -> None:
        with pytest.raises((Undeliverable, UnsafeText, ValueError)):
            write_mail(replace(MAIL, recipient=address), sender="a@b.be", now=NOW)
            envelope_address(address)

    @pytest.mark.parametrize("name", ['Anne "Nan" Petit, SRL', "<evil@x.be>", "王小明", "a@b.be", "Zoé \U0001f5c2"])
    def test_any_name_stays_a_name(self, name: str) -> None:
        mail = built(replace(MAIL, recipient_name=name, sender_name=name))

        assert [a.addr_spec for a in mail["To"].addresses] == ["lea@example.com"]
        assert [a.addr_spec for a in mail["From"].addresses] == ["no-reply@access.example"]
        assert mail["To"].addresses[0].display_name == name

    def test_a_long_name_arrives_whole(self) -> None:
        mail = write_mail(replace(MAIL, sender_name=LONG_NAME), sender="a@b.be", now=NOW)
        received = message_from_bytes(mail)

        # Read by the older parser: Python 3.11's newer one puts spaces between the encoded words of a name.
        assert str(make_header(decode_header(received["From"]))) == f"{LONG_NAME} <a@b.be>"

    def test_no_line_is_too_long_for_a_server(self) -> None:
        content = Content("s" * 180, "word " * 2000, f"<p>{'word ' * 2000}</p>")
        raw = write_mail(replace(MAIL, content=content), sender="a@b.be", now=NOW)

        assert max(map(len, raw.splitlines())) <= 998

    @pytest.mark.parametrize("logo", [None, b"\x89PNG" * 500], ids=["plain", "with a logo"])
    def test_text_and_html_arrive_as_they_were_written(self, logo: bytes | None) -> None:
        text = "Trailing space \n.\n..\n=20 --boundary\r\nFrom here\n\n" + "é" * 300 + "\nlast"
        html = f"<p>{text}</p>\n"
        mail = built(replace(MAIL, content=Content("s", text, html), logo=logo))

        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert rich is not None
        assert plain.get_content().splitlines() == text.splitlines()
        assert rich.get_content().splitlines() == html.splitlines()
        pictures = [part.get_content() for part in mail.walk() if part.get_content_type() == "image/png"]
        assert pictures == ([] if logo is None else [logo])
        assert [part.defects for part in mail.walk() if part.defects] == []

    def test_nothing_a_person_wrote_begins_a_line_of_the_header(self) -> None:
        words = "x " * 400 + "Bcc: y@z.be"
        raw = write_mail(replace(MAIL, recipient_name=words, sender_name=words), sender="a@b.be", now=NOW)
        names = [line.partition(b":")[0] for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] != b" "]

        assert sorted(set(names)) == sorted(names)
        assert b"Bcc" not in names

    def test_a_domain_outside_ascii_travels_in_its_ascii_form(self) -> None:
        assert envelope_address("lea@straße.example") == "lea@xn--strae-oqa.example"
        assert not needs_utf8("lea@straße.example")

    def test_only_a_local_part_outside_ascii_needs_smtputf8(self) -> None:
        raw = write_mail(replace(MAIL, recipient="zoé@example.com"), sender="a@b.be", now=NOW)

        assert needs_utf8("zoé@example.com")
        assert "zoé@example.com".encode() in raw


class TestRecords:
    def test_a_servers_words_lose_links_secret_recipient_and_controls(self) -> None:
        said = "554 <lea@example.com>\r\n https://x.be/invitation/the-token the-token\x1b[31m"

        assert clean_detail(said, MAIL) == "554 <[recipient]> [link] [secret][31m"

    def test_they_are_cut_to_a_line(self) -> None:
        assert len(clean_detail("x" * 5000)) == 300

    def test_a_message_in_a_traceback_shows_only_its_id(self) -> None:
        assert repr(MAIL) == f"Outgoing({MESSAGE_ID})"


class Recorder:
    """A mail channel that remembers what it was given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.closed = False

    async def send(self, message: Outgoing) -> AttemptResult:
        self.sent.append(message)
        return AttemptResult(Outcome.ACCEPTED, code=250)

    async def close(self) -> None:
        self.closed = True


class TestSmsByEmail:
    async def test_the_number_becomes_an_address_of_the_gateway(self) -> None:
        mail = Recorder()
        channel = SmsEmailChannel(mail, domain="sms.example")

        assert (await channel.send(SMS)).outcome is Outcome.ACCEPTED
        await channel.close()

        assert [message.recipient for message in mail.sent] == ["32470123456@sms.example"]
        assert mail.sent[0].content.text == "482913 est votre code"
        assert mail.closed


class TestSmsByHttp:
    @staticmethod
    def channel(answer: httpx.Response | Exception, seen: list[httpx.Request] | None = None) -> SmsHttpChannel:
        def respond(request: httpx.Request) -> httpx.Response:
            if seen is not None:
                seen.append(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return SmsHttpChannel(
            "https://sms.example/send", SecretStr("gateway-token"), transport=httpx.MockTransport(respond)
        )

    @pytest.mark.parametrize(
        ("answer", "outcome"),
        [
            (httpx.Response(200), Outcome.ACCEPTED),
            (httpx.Response(202), Outcome.ACCEPTED),
            (httpx.Response(302), Outcome.UNAVAILABLE),
            (httpx.Response(400), Outcome.REFUSED),
            (httpx.Response(401), Outcome.UNAVAILABLE),
            (httpx.Response(408), Outcome.DEFERRED),
            (httpx.Response(422), Outcome.REFUSED),
            (httpx.Response(429), Outcome.UNAVAILABLE),
            (httpx.Response(500), Outcome.DEFERRED),
            (httpx.Response(503), Outcome.UNAVAILABLE),
            (httpx.ConnectError("refused"), Outcome.UNAVAILABLE),
            (httpx.ReadTimeout("silent"), Outcome.UNCERTAIN),
            (httpx.RemoteProtocolError("cut"), Outcome.UNCERTAIN),
        ],
        ids=lambda value: str(getattr(value, "status_code", value)),
    )
    async def test_each_answer_is_an_outcome(self, answer: httpx.Response | Exception, outcome: Outcome) -> None:
        channel = self.channel(answer)

        assert (await channel.send(SMS)).outcome is outcome
        await channel.close()

    async def test_the_gateway_gets_number_text_and_a_reference_that_repeats(self) -> None:
        seen: list[httpx.Request] = []
        channel = self.channel(httpx.Response(200), seen)

        await channel.send(SMS)
        await channel.send(SMS)
        await channel.close()

        assert seen[0].headers["Authorization"] == "Bearer gateway-token"
        assert seen[0].content == seen[1].content
        for part in (str(MESSAGE_ID), "+32470123456", "482913 est votre code"):
            assert part in seen[0].content.decode()
