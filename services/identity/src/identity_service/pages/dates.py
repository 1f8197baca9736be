"""Dates and numbers in words, in the reader's language and with the zone's name (M1). Pure."""

from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, get_timezone_name
from event_contracts.people import Language

_LOCALES = MappingProxyType({Language.FR: "fr_BE", Language.NL: "nl_BE", Language.EN: "en_GB"})
_MOMENTS = MappingProxyType(
    {
        Language.FR: "d MMMM y 'à' HH:mm",
        Language.NL: "d MMMM y 'om' HH:mm",
        Language.EN: "d MMMM y 'at' HH:mm",
    }
)


def in_words(moment: datetime, language: Language, zone: ZoneInfo) -> str:
    """For example `21 décembre 2026 à 23:59 (heure normale d’Europe centrale)`."""
    return _said(moment, _MOMENTS[language] + " (zzzz)", language, zone)


def short(moment: datetime, language: Language, zone: ZoneInfo) -> str:
    """The same without the zone, where a line of the page names it for all."""
    return _said(moment, _MOMENTS[language], language, zone)


def day(moment: datetime, language: Language, zone: ZoneInfo) -> str:
    """The day alone: `21 décembre 2026`."""
    return _said(moment, "d MMMM y", language, zone)


def zone_in_words(language: Language, zone: ZoneInfo) -> str:
    """The zone whatever the season: `heure d’Europe centrale`."""
    return get_timezone_name(zone, width="long", locale=_LOCALES[language], zone_variant="generic")


def is_one(count: int, language: Language) -> bool:
    """Whether the language uses its singular for this many: French does for none, too."""
    return Locale.parse(_LOCALES[language]).plural_form(count) == "one"


def _said(moment: datetime, pattern: str, language: Language, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    # French counts the first of a month and no other day: 1er juillet, 2 juillet.
    if language is Language.FR and local.day == 1:
        pattern = pattern.replace("d MMMM", "d'er' MMMM", 1)
    return format_datetime(local, pattern, tzinfo=zone, locale=_LOCALES[language])
