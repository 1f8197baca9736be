"""A firm's policy (R5): reminders, sender, colours that can be read, logos that are images of bounded size."""

import struct
import zlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from dossier_service.firms.events import firm_configured, policy_of
from dossier_service.firms.settings.domain import contrast_with_white, is_readable
from dossier_service.firms.settings.logo import as_png
from dossier_service.firms.settings.schemas import SettingsPatch
from dossier_service.firms.tables import Firm
from event_contracts.people import LadderPolicy, Language
from PIL import Image
from pydantic import ValidationError
from service_kit.errors import Invalid
from service_kit.ids import new_id

PLATFORM = LadderPolicy(offsets=(timedelta(days=7), timedelta(days=30)))


def a_firm(**changes: Any) -> Firm:
    return Firm(id=new_id(), name="Cabinet Dupont", language=Language.FR, **changes)


def an_image(size: tuple[int, int] = (800, 800), kind: str = "PNG", mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def a_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises these pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#ffffff", 1.0), ("#000000", 21.0), ("#767676", 4.54), ("#ff0000", 4.0)]
)
def test_r5_contrast_is_counted_as_wcag_counts_it(colour: str, contrast: float) -> None:
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.01)


@pytest.mark.parametrize(
    ("colour", "readable"),
    [("#767676", True), ("#777777", False), ("#1a4d7a", True), ("#ffff00", False), ("#0000ff", True)],
)
def test_r5_a_colour_is_readable_from_4_5_on(colour: str, readable: bool) -> None:
    assert is_readable(colour) is readable


@pytest.mark.parametrize(
    "body",
    [
        {"colour": "#777777"},
        {"colour": "red"},
        {"colour": "#12345"},
        {"colour": "#123456; background: url(x)"},
        {"language": "de"},
        {"language": None},
        {"name": None},
        {"name": " "},
        {"name": "Cabinet\nBcc: all@example.com"},
        {"sender_name": "Cabinet\r\nBcc: all@example.com"},
        {"sender_name": "x" * 121},
        {"reminder_offsets": []},
        {"reminder_offsets": ["P7D", "P7D"]},
        {"reminder_offsets": ["P30D", "P7D"]},
        {"reminder_offsets": ["-P7D"]},
        {"reminder_offsets": ["PT0S"]},
        {"reminder_offsets": ["P5000D"]},
        {"reminder_offsets": [604800]},
        {"reminder_offsets": ["7 days"]},
        {"reminder_offsets": [f"P{days}D" for days in range(1, 12)]},
        {"unknown": 1},
    ],
)
def test_r5_what_a_policy_cannot_mean_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SettingsPatch.model_validate(body)


def test_r5_colours_are_kept_in_one_spelling_and_null_goes_back_to_the_platform() -> None:
    patch = SettingsPatch.model_validate({"colour": "#1A4D7A", "reminder_offsets": None, "sender_name": None})

    assert patch.values() == {"colour": "#1a4d7a", "reminder_offsets": None, "sender_name": None}


def test_r5_the_firm_s_own_reminders_travel_in_its_offers_and_else_the_platform_s() -> None:
    own = [timedelta(days=3), timedelta(days=10), timedelta(days=20)]

    assert policy_of(a_firm(), PLATFORM) == PLATFORM
    assert policy_of(a_firm(reminder_offsets=own), PLATFORM).offsets == tuple(own)


def test_r5_mails_are_sent_in_the_firm_s_name_until_it_chooses_another() -> None:
    assert firm_configured(a_firm(), None).brand.sender_name == "Cabinet Dupont"
    assert firm_configured(a_firm(sender_name="Dupont & fils"), None).brand.sender_name == "Dupont & fils"


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (an_image((800, 800)), (120, 120)),
        (an_image((2000, 100)), (400, 20)),
        (an_image((40, 40)), (40, 40)),
        (an_image((800, 240), "JPEG"), (400, 120)),
        (an_image((800, 240), "JPEG", "CMYK"), (400, 120)),
        (an_image((300, 90), mode="P"), (300, 90)),
        (an_image((300, 90), mode="RGBA"), (300, 90)),
        (an_image((300, 90), mode="I;16"), (300, 90)),
        (an_image((90, 300), "JPEG", exif=Image.Exif()), (36, 120)),
    ],
)
def test_r5_a_logo_becomes_our_own_png_that_fits(sent: bytes, size: tuple[int, int]) -> None:
    with Image.open(BytesIO(as_png(sent))) as logo:
        assert (logo.format, logo.size) == ("PNG", size)
        assert logo.mode in {"RGB", "RGBA"}


def test_r5_nothing_that_was_written_into_the_image_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at the office"

    assert b"taken at the office" not in as_png(an_image((300, 90), "JPEG", exif=exif, comment=b"taken at the office"))


def test_r5_a_kept_logo_fits_into_the_event() -> None:
    noise = Image.effect_noise((400, 120), 200).convert("RGBA")
    out = BytesIO()
    noise.save(out, "PNG")

    assert firm_configured(a_firm(), as_png(out.getvalue())).brand.logo_png


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "logo_not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_not_an_image"),
        (an_image(kind="GIF"), "logo_not_an_image"),
        (an_image(kind="BMP", size=(20, 20)), "logo_not_an_image"),
        (an_image()[:200], "logo_not_an_image"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "logo_not_an_image"),
        (an_image() + b"\x00" * 200_000, "logo_too_large"),
        (an_image((2001, 2000)), "logo_too_many_pixels"),
        (a_bomb(60_000, 60_000), "logo_too_many_pixels"),
        (a_bomb(10_000, 10_000), "logo_too_many_pixels"),
    ],
)
def test_r5_what_is_no_image_or_too_large_is_refused_before_it_is_unpacked(sent: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        as_png(sent)

    assert (refused.value.code, refused.value.rule) == (code, "R5")
