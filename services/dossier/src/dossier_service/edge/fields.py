"""Types of what comes in: unknown fields refused, one-line names, plain texts without control characters."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from service_kit.http.problems import field_error

_BIDI_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Input(BaseModel):
    """Base of every request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(frozen=True)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in _BIDI_CONTROLS


def one_line(value: str) -> str:
    """NFC, outer spaces gone; refuses line breaks and control characters, which could inject a mail header (M2)."""
    if any(_is_control(char) for char in value):
        raise field_error("control_characters", "Line breaks and control characters are not allowed.", "M2")
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise field_error("empty", "This must not be empty.")
    return text


def plain_text(value: str) -> str:
    """NFC with plain line breaks; other control characters are refused (M2)."""
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n")
    if any(_is_control(char) for char in text if char not in "\n\t"):
        raise field_error("control_characters", "Control characters are not allowed.", "M2")
    return text.strip()


Name = Annotated[str, Field(max_length=120), AfterValidator(one_line)]
Title = Annotated[str, Field(max_length=200), AfterValidator(one_line)]
# Counted again at the end: NFC makes some letters longer, and the events take no more either.
Note = Annotated[str, Field(max_length=2000), AfterValidator(plain_text), Field(max_length=2000)]
Reason = Annotated[Note, Field(min_length=1)]
UserName = Annotated[str, Field(max_length=200)]
"""A user name as typed; the use case checks its shape and names the rule when it cannot be one (I3)."""
Address = Annotated[str, Field(max_length=320)]
"""An e-mail address or phone number as typed; the use case normalises it and names the rule when it cannot (A3)."""
