"""M1: which language a page speaks."""

import pytest
from event_contracts.people import Language
from identity_service.pages.language import choose_language

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
