"""M1: every text exists in every language, with the same blanks, well set, and is said somewhere."""

import re
import string
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from event_contracts.people import Language
from identity_service.invitations.access import AccessState
from identity_service.invitations.domain import LinkState
from identity_service.pages import texts
from identity_service.pages.account_routes import SECTIONS
from identity_service.pages.texts import PROBLEMS, TEXTS
from identity_service.pages.texts.typography import typeset
from identity_service.pages.words import Words
from identity_service.recovery.domain import ResetState

BRUSSELS = ZoneInfo("Europe/Brussels")
FR, NL, EN = Language.FR, Language.NL, Language.EN
PAGES = Path(texts.__file__).parents[1]
SERVICE = PAGES.parent
TABLES = {"texts": TEXTS, "problems": PROBLEMS}
# Keys that templates put together: the part before the value, and every value it may have.
_SECTIONS = [name.replace("-codes", "") for name in SECTIONS]
COMPOSED = {
    "language_": [each.value for each in Language],
    "access_": [each.value for each in AccessState] + ["read", "write"],
    "staff_": ["administrator", "accountant"],
    "section_": _SECTIONS + [f"{name}_text" for name in _SECTIONS],
    "reset_dead_": [each.value for each in ResetState if each is not ResetState.PENDING] + ["unknown"],
    "recovery_left_": ["one", "other"],
    "dead_": [each.value for each in LinkState if each is not LinkState.PENDING] + ["unknown"],
    "dead_title_": [each.value for each in LinkState if each is not LinkState.PENDING] + ["unknown"],
}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("table", TABLES)
def test_m1_every_language_has_every_text_with_the_same_blanks(table: str) -> None:
    shapes = {language: {key: blanks(text) for key, text in known.items()} for language, known in TABLES[table].items()}
    assert set(shapes) == set(Language)
    assert shapes[FR] == shapes[NL] == shapes[EN]
    assert all(
        text.strip() == text or key == "error_prefix" for known in TABLES[table].values() for key, text in known.items()
    )


def said_by(sources: Mapping[Path, str]) -> set[str]:
    composed = {f"{start}{end}" for start, ends in COMPOSED.items() for end in ends}
    plain = {key for source in sources.values() for key in re.findall(r'\bt\("(\w+)"', source)}
    results = {
        f"done_{name}"
        for source in sources.values()
        for says in re.findall(r"says=\(([^)]*)\)", source)
        for name in re.findall(r'"(\w+)"', says)
    }
    return composed | (plain - set(COMPOSED)) | results


def test_every_text_is_said_and_every_text_that_is_said_exists() -> None:
    files = [*PAGES.rglob("*.html"), *PAGES.glob("*.py")]
    said = said_by({file: file.read_text() for file in files})

    assert said - set(TEXTS[EN]) == set()
    assert set(TEXTS[EN]) - said == set()


def test_every_refusal_that_has_a_text_is_one_that_somebody_utters() -> None:
    kit = SERVICE.parents[3] / "shared/kit/src/service_kit"
    places = [*SERVICE.rglob("*.py"), kit / "people.py", kit / "user_names.py"]
    code = "\n".join(file.read_text() for file in places if PAGES not in file.parents)

    assert [key for key in PROBLEMS[EN] if key != "other" and f'"{key}"' not in code] == []


def test_an_unknown_refusal_has_a_general_text() -> None:
    assert Words(EN, BRUSSELS).problem("never_heard_of") == "That did not work. Please try again."


@pytest.mark.parametrize("table", TABLES)
def test_m1_texts_are_set_as_print_is(table: str) -> None:
    for language, known in TABLES[table].items():
        for key, text in known.items():
            assert "'" not in text, key
            assert "  " not in text, key
            assert "..." not in text, key
            if language is FR:
                assert not re.search(r"[^\N{NO-BREAK SPACE}][;?!»]| [:;?!»]", text), key


def test_m1_french_marks_never_start_a_line() -> None:
    assert typeset("Pas de code ? « Oui » : non ; si !", FR) == (
        "Pas de code\u00a0? «\u00a0Oui\u00a0»\u00a0: non\u00a0; si\u00a0!"
    )
    assert typeset("No code ? : ;", EN) == "No code ? : ;"


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        (EN, 1, "You have 1 code left."),
        (EN, 2, "You have 2 codes left."),
        (FR, 1, "Il vous reste 1 code."),
        (FR, 0, "Il vous reste 0 code."),
        (FR, 10, "Il vous reste 10 codes."),
        (NL, 0, "U hebt nog 0 codes."),
        (NL, 1, "U hebt nog 1 code."),
    ],
)
def test_m1_numbers_have_the_plural_of_their_language(language: Language, count: int, text: str) -> None:
    assert Words(language, BRUSSELS).counted("recovery_left", count) == text
