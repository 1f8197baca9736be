"""M1: which language a page speaks, and that every text exists in all of them."""

import string

import pytest
from event_contracts.people import Language
from identity_service.pages.language import choose_language
from identity_service.pages.texts import TEXTS

FR, NL, EN = Language.FR, Language.NL, Language.EN


@pytest.mark.parametrize(
    ("asked", "person", "header", "chosen"),
    [
        (None, None, None, FR),
        ("nl", FR, "en", NL),
        ("NL-be", None, None, NL),
        ("xx", EN, "nl", EN),
        ("<script>", None, None, FR),
        (None, NL, "en", NL),
        (None, None, "en-GB,en;q=0.9,fr;q=0.8", EN),
        (None, None, "de, nl;q=0.3, fr;q=0.7", FR),
        (None, None, "de", FR),
        (None, None, "nl;q=0, en;q=0.1", EN),
        (None, None, "nl;q=x", FR),
        (None, None, ",,;;q=,", FR),
    ],
)
def test_m1_the_one_asked_for_else_the_persons_else_the_browsers_else_french(
    asked: str | None, person: Language | None, header: str | None, chosen: Language
) -> None:
    assert choose_language(asked, person, header) is chosen


def test_m1_every_language_has_every_text_with_the_same_blanks() -> None:
    def blanks(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    shapes = {language: {key: blanks(text) for key, text in texts.items()} for language, texts in TEXTS.items()}
    assert set(shapes) == set(Language)
    assert shapes[FR] == shapes[NL] == shapes[EN]
    assert all(text.strip() for texts in TEXTS.values() for text in texts.values())
