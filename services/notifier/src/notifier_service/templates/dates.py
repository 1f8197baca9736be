"""Dates and times in words, in the reader's language and with the zone's name (M1)."""

from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from event_contracts.people import Language

_LOCALES = MappingProxyType({Language.FR: "fr_BE", Language.NL: "nl_BE", Language.EN: "en_GB"})
_IN_WORDS = MappingProxyType(
    {
        Language.FR: "d MMMM y 'à' HH:mm (zzzz)",
        Language.NL: "d MMMM y 'om' HH:mm (zzzz)",
        Language.EN: "d MMMM y 'at' HH:mm (zzzz)",
    }
)


def in_words(moment: datetime, language: Language, zone: ZoneInfo) -> str:
    """For example `21 décembre 2026 à 23:59 (heure normale d’Europe centrale)`."""
    words = format_datetime(moment, _IN_WORDS[language], tzinfo=zone, locale=_LOCALES[language])
    # The first of a month is an ordinal in French, which no pattern can say.
    return words.replace("1 ", "1er ", 1) if language is Language.FR and words.startswith("1 ") else words


def time_of_day(moment: datetime, zone: ZoneInfo) -> str:
    """For an SMS, where every letter counts: `14:32 CET`."""
    return moment.astimezone(zone).strftime("%H:%M %Z")
