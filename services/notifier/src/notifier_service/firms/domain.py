"""Pure rules of a firm's look: what may dress its mails (R5), and that a colour without contrast does not."""

import base64
import binascii
from dataclasses import dataclass

from event_contracts.people import Brand

from notifier_service.messages.domain import UnsafeText, plain_address, plain_line

PLATFORM = "Dossier Access"
PLATFORM_COLOUR = "#1a4f8b"
# WCAG 2.2 AA for text of ordinary size; white on the colour has the same ratio as the colour on white.
LEAST_CONTRAST = 4.5
_PNG = b"\x89PNG\r\n\x1a\n"
_LOGO_WIDTH, _LOGO_HEIGHT = 240, 72


@dataclass(frozen=True, slots=True)
class Look:
    """How a mail looks: the sender's display name, where answers go, the colour of heading and button, the logo."""

    sender_name: str = PLATFORM
    reply_to: str | None = None
    colour: str | None = None
    logo: bytes | None = None

    def __repr__(self) -> str:
        """Without the logo's bytes."""
        return f"Look({self.sender_name!r})"


PLAIN_LOOK = Look()


def look_of(brand: Brand) -> Look:
    """The look as mails may use it; raises UnsafeText for what could harm a mail or is no PNG (M2)."""
    return Look(
        sender_name=plain_line(brand.sender_name, "brand.sender_name") or PLATFORM,
        reply_to="@".join(plain_address(brand.reply_to, "brand.reply_to")) if brand.reply_to else None,
        colour=brand.colour,
        logo=None if brand.logo_png is None else _png(brand.logo_png),
    )


def readable_colour(colour: str | None) -> str:
    """The firm's colour, or ours where it would be hard to read."""
    if colour is None or contrast_with_white(colour) < LEAST_CONTRAST:
        return PLATFORM_COLOUR
    return colour


def contrast_with_white(colour: str) -> float:
    """WCAG 2 contrast ratio of `#rrggbb` and white."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def shown_size(logo: bytes) -> tuple[int, int]:
    """Width and height at which a PNG is shown: its own, or less so that it fits above a mail."""
    width, height = (int.from_bytes(logo[i : i + 4], "big") for i in (16, 20))
    scale = min(1, _LOGO_WIDTH / width, _LOGO_HEIGHT / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _png(encoded: str) -> bytes:
    """The bytes of a PNG; only its header is looked at, dossier has drawn it anew."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise UnsafeText("brand.logo_png is not base64") from None
    sizes = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    if not data.startswith(_PNG) or len(data) < 24 or not all(sizes):
        raise UnsafeText("brand.logo_png is not a PNG")
    return data
