"""Rules of a firm's policy: a colour that can be read on white, a logo of bounded size (R5). Pure."""

LEAST_CONTRAST = 4.5
"""WCAG 2 AA for text; headings and buttons of mails and pages use the colour on white, and white on the colour."""
LARGEST_LOGO_BYTES = 200_000
MOST_LOGO_PIXELS = 4_000_000
LOGO_SIZE = (400, 120)
"""Width and height a logo is fitted into."""


def contrast_with_white(colour: str) -> float:
    """WCAG's contrast ratio of `#rrggbb` and white, from 1 (white) to 21 (black)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def is_readable(colour: str) -> bool:
    """Whether text in this colour can be read on white."""
    return contrast_with_white(colour) >= LEAST_CONTRAST


def too_many_pixels(width: int, height: int) -> bool:
    """Whether an image is refused before it is unpacked: few bytes may say many pixels."""
    return width * height > MOST_LOGO_PIXELS


def _linear(channel: float) -> float:
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
