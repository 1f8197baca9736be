"""How a firm's mails look (R5): readable colours, a logo inside the mail, and nothing that could harm one (M2)."""

import base64
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from event_contracts.people import Brand
from notifier_service.channels.mime import write_mail
from notifier_service.channels.port import Outgoing
from notifier_service.firms.domain import (
    PLATFORM_COLOUR,
    contrast_with_white,
    look_of,
    readable_colour,
    shown_size,
)
from notifier_service.messages.domain import UnsafeText
from notifier_service.templates.render import LOGO_ID, Content
from service_kit.ids import new_id

HEADER = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


def png(width: int, height: int) -> bytes:
    return HEADER + width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00rest"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def mail_with(reply_to: str | None = None, logo: bytes | None = None) -> EmailMessage:
    message = Outgoing(
        message_id=new_id(),
        recipient="lea@example.com",
        recipient_name="Léa Dupont",
        sender_name="Martin & Fils",
        language="fr",
        content=Content("Sujet", "Bonjour\n", f'<html lang="fr"><img src="cid:{LOGO_ID}" alt="Martin"></html>'),
        reply_to=reply_to,
        logo=logo,
    )
    raw = write_mail(message, sender="no-reply@access.example", now=datetime.now(UTC))
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


class TestColours:
    @pytest.mark.parametrize(
        ("colour", "used"),
        [("#7a1e3c", "#7a1e3c"), ("#000000", "#000000"), ("#ffff00", PLATFORM_COLOUR), (None, PLATFORM_COLOUR)],
    )
    def test_a_colour_without_contrast_gives_way_to_ours(self, colour: str | None, used: str) -> None:
        assert readable_colour(colour) == used

    @pytest.mark.parametrize(("colour", "ratio"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54)])
    def test_contrast_is_that_of_wcag(self, colour: str, ratio: float) -> None:
        assert contrast_with_white(colour) == pytest.approx(ratio, abs=0.01)

    def test_our_own_colour_is_readable(self) -> None:
        assert readable_colour(PLATFORM_COLOUR) == PLATFORM_COLOUR
        assert contrast_with_white(PLATFORM_COLOUR) >= 4.5


class TestLogo:
    @pytest.mark.parametrize(
        ("size", "shown"),
        [
            ((400, 120), (240, 72)),
            ((100, 50), (100, 50)),
            ((400, 10), (240, 6)),
            ((1, 120), (1, 72)),
            ((400, 1), (240, 1)),
        ],
    )
    def test_it_keeps_its_shape_and_fits_above_a_mail(self, size: tuple[int, int], shown: tuple[int, int]) -> None:
        assert shown_size(png(*size)) == shown

    @pytest.mark.parametrize(
        "logo",
        [
            "not base64!",
            encoded(b"GIF89a"),
            encoded(b"<svg onload=alert(1)>"),
            encoded(HEADER),
            encoded(png(0, 10)),
            "",
        ],
    )
    def test_what_is_no_png_is_refused(self, logo: str) -> None:
        with pytest.raises(UnsafeText, match=r"brand\.logo_png"):
            look_of(Brand(sender_name="Martin", logo_png=logo))

    def test_a_png_is_taken_as_it_is(self) -> None:
        assert look_of(Brand(sender_name="Martin", logo_png=encoded(png(10, 10)))).logo == png(10, 10)


class TestTheMail:
    @pytest.mark.parametrize("name", ["Martin\r\nBcc: all@example.com", "Martin\x00"])
    def test_a_senders_name_never_becomes_a_header(self, name: str) -> None:
        with pytest.raises(UnsafeText, match=r"brand\.sender_name"):
            look_of(Brand(sender_name=name))

    @pytest.mark.parametrize("address", ["no address", "a@b.c, d@e.f", "a@b.c\nBcc: x@y.z", "<a@b.c>"])
    def test_answers_go_to_one_plain_address(self, address: str) -> None:
        with pytest.raises(UnsafeText, match=r"brand\.reply_to"):
            look_of(Brand(sender_name="Martin", reply_to=address))

    def test_answers_reach_the_firm_and_the_sender_stays_ours(self) -> None:
        mail = mail_with(reply_to="info@martin.example")

        assert mail["Reply-To"].addresses[0].addr_spec == "info@martin.example"
        assert mail["From"].addresses[0].addr_spec == "no-reply@access.example"
        assert mail["From"].addresses[0].display_name == "Martin & Fils"

    def test_without_an_address_for_answers_there_is_no_such_header(self) -> None:
        assert mail_with()["Reply-To"] is None

    def test_the_logo_travels_beside_the_html_that_shows_it(self) -> None:
        sent = mail_with(logo=png(10, 10))
        mail = message_from_bytes(sent.as_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)

        assert mail.get_content_type() == "multipart/alternative"
        text, related = mail.iter_parts()
        html, image = related.iter_parts()
        assert (text.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
        assert f"cid:{LOGO_ID}" in html.get_content()
        assert image["Content-ID"] == f"<{LOGO_ID}>"
        assert image.get_content_disposition() == "inline"
        assert image.get_content() == png(10, 10)

    def test_without_a_logo_the_mail_has_its_two_twins_only(self) -> None:
        assert [part.get_content_type() for part in mail_with().iter_parts()] == ["text/plain", "text/html"]
