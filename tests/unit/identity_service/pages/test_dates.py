"""M1: dates in words, in three languages, with the zone's name; a browser's name in two words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from event_contracts.people import Language
from identity_service.pages.dates import day, in_words, short, zone_in_words
from identity_service.pages.devices import described

FR, NL, EN = Language.FR, Language.NL, Language.EN
BRUSSELS = ZoneInfo("Europe/Brussels")
WINTER = datetime(2026, 12, 21, 22, 59, tzinfo=UTC)
FIRST = datetime(2026, 6, 30, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "language", "words"),
    [
        (WINTER, FR, "21 décembre 2026 à 23:59 (heure normale d’Europe centrale)"),
        (WINTER, NL, "21 december 2026 om 23:59 (Midden-Europese standaardtijd)"),
        (WINTER, EN, "21 December 2026 at 23:59 (Central European Standard Time)"),
        (FIRST, FR, "1er juillet 2026 à 00:05 (heure d’été d’Europe centrale)"),
        (FIRST, NL, "1 juli 2026 om 00:05 (Midden-Europese zomertijd)"),
        (FIRST, EN, "1 July 2026 at 00:05 (Central European Summer Time)"),
    ],
)
def test_m1_a_moment_is_said_in_words_with_its_zone(moment: datetime, language: Language, words: str) -> None:
    assert in_words(moment, language, BRUSSELS) == words
    assert short(moment, language, BRUSSELS) == words.partition(" (")[0]
    assert words.startswith(day(moment, language, BRUSSELS))


def test_m1_the_zone_alone_has_no_season() -> None:
    assert [zone_in_words(language, BRUSSELS) for language in (FR, NL, EN)] == [
        "heure d’Europe centrale",
        "Midden-Europese tijd",
        "Central European Time",
    ]


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Windows")),
        ("Mozilla/5.0 (Macintosh) AppleWebKit/605 (KHTML, like Gecko) Version/18.4 Safari/605", ("Safari", "Mac")),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/140.0.0.0 Safari/537.36", ("Chrome", "Linux")),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537 Chrome/140 Mobile Safari/537", ("Chrome", "Android")),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", ("Edge", "Windows")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/140 Safari/604", ("Chrome", "iPhone")),
        ("curl/8.5", ("", "")),
        ("", ("", "")),
        ("<script>Chrome/</script>", ("", "")),
    ],
)
def test_a_device_is_named_as_its_owner_knows_it(user_agent: str, words: tuple[str, str]) -> None:
    assert described(user_agent) == words
