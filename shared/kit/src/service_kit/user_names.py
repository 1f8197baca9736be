"""User names (I3): how one is proposed, what it may look like, when two look alike. Pure; one rule for all services."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from service_kit.errors import FieldError, Invalid

RULE = "I3"
LONGEST = 64
SHORTEST = 3
_ROOM_FOR_NUMBER = 8
_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?")
_NOT_ALLOWED = re.compile(r"[^a-z0-9-]+")
_FALLBACK = "account"

# Letters that NFKD does not take apart.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)

# Look-alikes among the characters a user name may hold, after Unicode UTS #39 (confusables.txt maps 0 to o, 1 and I
# to l, m to rn). `i`, `w` and the underscore are ours: in small print they are mistaken as well.
_LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn", "w": "vv", "_": "-"})


def proposed_name(given_name: str, family_name: str) -> str:
    """given-name.family-name in plain ASCII; the base to which a number is added when it is taken."""
    parts = [part for part in (_plain(given_name), _plain(family_name)) if part]
    name = ".".join(parts)[: LONGEST - _ROOM_FOR_NUMBER].strip(".-")
    return name if len(name) >= SHORTEST else _FALLBACK


def variants(base: str) -> Iterator[str]:
    """The base itself, then base2, base3, ... without end, each within the allowed length."""
    yield base
    stem = base[: LONGEST - _ROOM_FOR_NUMBER]
    for number in count(2):
        yield f"{stem}{number}"


def contact_names(client_code: str) -> Iterator[str]:
    """The client's code followed by a three-digit sequence, from 001 on: the default for a company contact.

    Invalid when no name can begin with this code.
    """
    code = spelling(client_code)
    if not code or len(code) > LONGEST - _ROOM_FOR_NUMBER or not _SHAPE.fullmatch(code):
        detail = f"A client's code has at most {LONGEST - _ROOM_FOR_NUMBER} letters (a-z), digits, dots or hyphens."
        raise Invalid(
            "client_code_malformed",
            detail,
            rule=RULE,
            fields=(FieldError("client_code", "client_code_malformed", detail, RULE),),
        )
    return (f"{code}{number:03d}" for number in count(1))


def checked_name(typed: str) -> str:
    """The one spelling of a name a person chose: lower case, no outer spaces; Invalid when it cannot be one."""
    name = spelling(typed)
    if not SHORTEST <= len(name) <= LONGEST or not _SHAPE.fullmatch(name):
        detail = f"A user name has {SHORTEST} to {LONGEST} letters (a-z), digits, dots or hyphens."
        raise Invalid(
            "user_name_malformed",
            detail,
            rule=RULE,
            fields=(FieldError("user_name", "user_name_malformed", detail, RULE),),
        )
    return name


def spelling(typed: str) -> str:
    """How a typed name is compared: compatibility forms and case do not matter."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def skeleton(name: str) -> str:
    """Two names look alike if and only if their skeletons are equal."""
    return spelling(name).translate(_LOOK_ALIKES)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LATIN))
    without_marks = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.sub("-{2,}", "-", _NOT_ALLOWED.sub("", without_marks)).strip("-")
