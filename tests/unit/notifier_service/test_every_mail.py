"""Every template in every language: nothing missing, both twins say the same, readable by everybody (M1, M2)."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import notifier_service
import pytest
from event_contracts.dossier import ClosedAccess
from event_contracts.firms import NoticeKind
from event_contracts.people import Language, OfferKind, Right
from jinja2 import UndefinedError
from notifier_service.firms.domain import Look
from notifier_service.messages.domain import NOTICES, WITH_LINK, Template
from notifier_service.templates.parameters import (
    AccessParameters,
    AnyParameters,
    CodeParameters,
    ContactCodeParameters,
    NoticeLineParameters,
    NoticeParameters,
    OfferLine,
    PlanParameters,
    ResetParameters,
    SecurityParameters,
    WelcomeParameters,
)
from notifier_service.templates.render import Content, Renderer
from notifier_service.templates.values import Links
from service_kit.ids import new_id

BASE = "https://access.example"
RENDERER = Renderer(Links(BASE), ZoneInfo("Europe/Brussels"))
AT = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
WHEN = {
    Language.FR: "1er décembre 2026 à 23:59 (heure normale d’Europe centrale)",
    Language.NL: "1 december 2026 om 23:59 (Midden-Europese standaardtijd)",
    Language.EN: "1 December 2026 at 23:59 (Central European Standard Time)",
}
LOGO = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x90\x00\x00\x00\x78"
BRAND = Look("Martin & Fils", "info@martin.example", "#7a1e3c", LOGO)
SMS = {Template.SIGN_IN_CODE, Template.PHONE_CODE}
ACCESS = (*sorted(WITH_LINK), Template.ACCESS_NOTICE, Template.SIGN_IN_INFORMATION)
SAFETY = {
    Template.EMAIL_CHANGED,
    Template.PHONE_CHANGED,
    Template.PASSWORD_CHANGED,
    Template.RECOVERY_CODES_MADE,
    Template.RECOVERY_CODE_USED,
    Template.ADDRESS_CLAIMED,
    Template.ACCOUNT_ERASED,
}
OF_A_FIRM = {*ACCESS, *NOTICES, Template.PLAN_PUBLISHED}
MAILS = [template for template in Template if template not in SMS]
LONGEST = "Wittgenstein-" * 20 + "é" * 40
NASTY = ['O\'Neil & "Sons"', "<script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "<b>Fils</b>", "🗂 家", LONGEST]
# Words that only one of the languages has, so that a forgotten translation shows.
TELLTALES = {
    Language.FR: {"vous", "votre", "cabinet", "est", "chez", "le", "ne"},
    Language.NL: {"uw", "u", "hebt", "niet", "werd", "het", "kantoor", "bij", "door"},
    Language.EN: {"you", "your", "the", "has", "this", "not", "by", "were"},
}


def line(kind: NoticeKind, **changes: Any) -> NoticeLineParameters:
    values: dict[str, Any] = {
        "kind": kind,
        "at": AT,
        "dossier_name": "Famille Dupont",
        "person_name": "Luc Petit",
        "role": "co_holder",
        "right": Right.WRITE,
        "previous_right": Right.READ if kind is NoticeKind.CHANGED else None,
        "by": "Anne Martin",
        "closed_access": ClosedAccess.READ_ONLY if kind is NoticeKind.CLOSED else None,
    }
    return NoticeLineParameters(**{**values, **changes})


def parameters_of(template: Template, name: str = "Dupont", words: str | None = "À lundi", count: int = 2) -> Any:
    """What a template may be given at most; every free text is `name` or `words`."""
    person = {"given_name": name, "family_name": name}
    if template in ACCESS:
        offers = [OfferLine(kind=OfferKind.DOSSIER, dossier_name=name, right=Right.WRITE)] * count
        return AccessParameters(
            **person,
            firm_name=name,
            user_name=name,
            granted_by=name,
            custom_text=words,
            offers=(*offers, OfferLine(kind=OfferKind.FIRM, staff_role="accountant")),
            expires_at=AT if template in WITH_LINK else None,
        )
    if template in NOTICES:
        texts = {"dossier_name": name, "person_name": name, "plan_title": name, "by": f"{name}2", "reason": words}
        lines = [line(kind, **texts) for kind in NoticeKind]
        return NoticeParameters(**person, firm_name=name, lines=tuple(lines))
    if template is Template.PLAN_PUBLISHED:
        plan = {"dossier_name": name, "plan_title": name, "version": 3, "published_by": name, "custom_text": words}
        return PlanParameters(**person, **plan, firm_name=name)
    if template is Template.WELCOME:
        return WelcomeParameters(**person, user_name=name)
    if template is Template.SIGN_IN_CODE:
        return CodeParameters(challenge_id=new_id(), expires_at=AT)
    if template in {Template.EMAIL_CODE, Template.PHONE_CODE}:
        return ContactCodeParameters(**person, change_id=new_id(), expires_at=AT)
    if template is Template.PASSWORD_RESET:
        return ResetParameters(**person, reset_id=new_id(), user_name=name, expires_at=AT)
    assert template in SAFETY
    return SecurityParameters(**person, at=AT, detail=name)


def secret_of(template: Template) -> str | None:
    if template in SMS | {Template.EMAIL_CODE}:
        return "012345"
    return "tok-82" if template in WITH_LINK | {Template.PASSWORD_RESET} else None


def render(template: Template, language: Language, parameters: AnyParameters | None = None, **options: Any) -> Content:
    given = parameters_of(template) if parameters is None else parameters
    return RENDERER.render(template, language, given, secret=secret_of(template), created_at=AT, **options)


class Page(HTMLParser):
    """The HTML as a reader gets it: words outside the title, tags with attributes, links."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self._in_title = False
        assert content.html is not None
        self.feed(content.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_title = tag == "title"

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        else:
            self.words += data.split()

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def links(self) -> list[str | None]:
        return [attributes["href"] for attributes in self.attributes("a")]


every_mail = pytest.mark.parametrize(("template", "language"), list(product(MAILS, Language)))


@every_mail
class TestEveryMail:
    def test_the_twins_have_the_same_words_and_the_same_links(self, template: Template, language: Language) -> None:
        content = render(template, language)
        page = Page(content)

        assert page.words == [word for word in content.text.split() if word not in {"-", "--", ">"}]
        assert page.links == re.findall(r"^https://\S+$", content.text, re.MULTILINE)

    def test_it_leads_where_it_should_and_nowhere_else(self, template: Template, language: Language) -> None:
        expected = [f"{BASE}/sign-in"]
        if template in WITH_LINK:
            expected = [f"{BASE}/invitation/tok-82"]
        elif template is Template.PASSWORD_RESET:
            expected = [f"{BASE}/password-reset/tok-82"]
        elif template in {Template.EMAIL_CODE, Template.EMAIL_CHANGED, Template.ACCOUNT_ERASED}:
            expected = []

        assert Page(render(template, language)).links == expected

    def test_it_is_an_article_with_language_title_and_one_heading(self, template: Template, language: Language) -> None:
        content = render(template, language)
        page = Page(content)

        assert page.attributes("html")[0]["lang"] == language
        (article,) = [a for _, a in page.tags if a.get("role") == "article"]
        assert (article["lang"], article["aria-labelledby"]) == (language, "title")
        assert [heading.get("id") for heading in page.attributes("h1")] == ["title"]
        assert " ".join(page.title.split()) == " ".join(content.subject.split())

    def test_every_colour_has_the_contrast_of_wcag_aa(self, template: Template, language: Language) -> None:
        html = render(template, language, look=BRAND).html or ""

        for style in re.findall(r'style="([^"]+)"', html):
            rules = dict(rule.split(":", 1) for rule in style.split(";") if ":" in rule)
            if "color" in rules:
                assert contrast(rules["color"], rules.get("background", "#ffffff")) >= 4.5, style

    def test_nothing_is_fetched_and_nothing_is_run(self, template: Template, language: Language) -> None:
        page = Page(render(template, language, look=BRAND))

        assert not {"script", "style", "link", "iframe", "form", "object"} & {tag for tag, _ in page.tags}
        assert all((image["src"] or "").startswith("cid:") for image in page.attributes("img"))

    def test_the_subject_is_one_short_line(self, template: Template, language: Language) -> None:
        for name in ("Dupont", LONGEST):
            subject = render(template, language, parameters_of(template, name)).subject

            assert 0 < len(subject) <= 200
            assert len(subject.splitlines()) == 1

    def test_it_speaks_one_language(self, template: Template, language: Language) -> None:
        words = {word.lower() for word in re.findall(r"\w+", render(template, language).text)}

        assert words & TELLTALES[language]
        assert {word for other in Language if other is not language for word in words & TELLTALES[other]} == set()

    def test_no_value_is_empty_or_a_python_word(self, template: Template, language: Language) -> None:
        text = render(template, language).text

        assert not re.search(r"\bNone\b|\bTrue\b|Undefined|[{}]", text)
        assert "  " not in text.replace("\n", "")
        assert not re.search(r" [.,]|\(\)", text)

    def test_who_is_known_by_one_word_or_none_is_greeted_all_the_same(
        self, template: Template, language: Language
    ) -> None:
        known = parameters_of(template)
        greetings = {"fr": ("Bonjour", "Bonjour"), "nl": ("Beste", "Goedendag"), "en": ("Dear", "Hello")}
        with_name, without = greetings[language]
        for names, greeting in (
            (("", "Couture"), f"{with_name} Couture,"),
            (("Léa", ""), f"{with_name} Léa,"),
            (("", ""), f"{without},"),
        ):
            people = dict(zip(("given_name", "family_name"), names, strict=True))
            content = render(template, language, known.model_copy(update=people))

            assert greeting in content.text.splitlines()
            assert f">{greeting}<" in (content.html or "")
            assert "  " not in content.text.replace("\n", "")

    @pytest.mark.parametrize("name", NASTY)
    def test_what_people_are_called_and_write_is_shown_and_never_run(
        self, template: Template, language: Language, name: str
    ) -> None:
        plain = Page(render(template, language))
        content = render(template, language, parameters_of(template, name, words=name))
        shown = Page(content)

        assert [tag for tag, _ in shown.tags] == [tag for tag, _ in plain.tags]
        assert " ".join(name.split()) in " ".join(shown.words)
        assert name in content.text
        assert shown.words == [word for word in content.text.split() if word not in {"-", "--", ">"}]

    def test_only_a_firms_own_mail_shows_its_name_and_its_look(self, template: Template, language: Language) -> None:
        content = render(template, language, look=BRAND if template in OF_A_FIRM else Look())
        images = Page(content).attributes("img")

        if template in OF_A_FIRM:
            assert [image["alt"] for image in images] == ["Dupont"]
            assert "#7a1e3c" in (content.html or "")
        else:
            assert images == []
            assert "#7a1e3c" not in (content.html or "")

    def test_it_says_where_an_answer_goes(self, template: Template, language: Language) -> None:
        no_answer = {"fr": "Merci de ne pas y répondre", "nl": "Gelieve niet te antwoorden", "en": "do not reply"}

        assert no_answer[language] in render(template, language).text
        if template in OF_A_FIRM:
            assert no_answer[language] not in render(template, language, look=BRAND).text


class TestEveryTemplate:
    @pytest.mark.parametrize("language", Language)
    def test_there_is_one_per_language_and_none_too_many(self, language: Language) -> None:
        shared = {"base", "invitation", "words"}
        folder = Path(str(files(notifier_service) / "templates" / "content" / language))

        assert {file.stem for file in folder.iterdir()} == {*map(str, Template), *shared}

    @pytest.mark.parametrize(("template", "language"), list(product(sorted(WITH_LINK), Language)))
    def test_a_value_that_is_missing_is_an_error_and_no_gap(self, template: Template, language: Language) -> None:
        with pytest.raises(UndefinedError):
            RENDERER.render(template, language, parameters_of(template), secret=None, created_at=AT)

    @pytest.mark.parametrize("language", Language)
    def test_no_two_mails_have_the_same_subject(self, language: Language) -> None:
        subjects = [render(template, language).subject for template in MAILS]

        assert len(set(subjects)) == len(subjects)

    @pytest.mark.parametrize(("template", "language"), list(product(sorted(SMS), Language)))
    def test_an_sms_fits_in_one_and_says_until_when(self, template: Template, language: Language) -> None:
        content = render(template, language)

        assert content.text.startswith("012345 ")
        assert "23:59 CET" in content.text
        assert (content.html, "012345" in content.subject) == (None, False)
        assert len(content.text) <= 160
        assert set(content.text) <= GSM_7

    @pytest.mark.parametrize("language", Language)
    def test_a_code_by_mail_is_in_the_mail_and_not_in_its_subject(self, language: Language) -> None:
        content = render(Template.EMAIL_CODE, language)

        assert "012345" in content.text.splitlines()
        assert "012345" not in content.subject
        assert WHEN[language] in content.text

    @pytest.mark.parametrize(("template", "language"), list(product(sorted(SAFETY), Language)))
    def test_what_happened_is_dated_in_words_with_its_zone(self, template: Template, language: Language) -> None:
        assert WHEN[language] in render(template, language).text

    @pytest.mark.parametrize(
        ("template", "language"), list(product([Template.EMAIL_CHANGED, Template.PHONE_CHANGED], Language))
    )
    def test_without_a_detail_no_sentence_is_broken(self, template: Template, language: Language) -> None:
        parameters = SecurityParameters(given_name="Léa", family_name="Dupont", at=AT)

        assert not re.search(r"\. *\.| :|\(\)|None", render(template, language, parameters).text)


GSM_7 = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;!?'\"()+-/éèàùòì")


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = (int(colour.strip()[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
