"""Every wording in every language: both twins say the same, and nothing a person typed becomes markup (M1, M2)."""

from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_contracts.people import Language, OfferKind, Right
from notifier_service.messages.domain import Template
from notifier_service.templates.dates import in_words, time_of_day
from notifier_service.templates.parameters import AccessParameters, OfferLine, WelcomeParameters
from notifier_service.templates.render import Content, Renderer
from notifier_service.templates.values import Links

BRUSSELS = ZoneInfo("Europe/Brussels")
RENDERER = Renderer(Links("https://access.example/"), BRUSSELS)
CREATED = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
EXPIRES = datetime(2026, 12, 21, 22, 59, tzinfo=UTC)
INVITATIONS = (
    Template.INVITATION_FIRST,
    Template.INVITATION_ADDED,
    Template.REMINDER_1,
    Template.REMINDER_2,
    Template.REMINDER_LATER,
)
ACCESS = (*INVITATIONS, Template.ACCESS_NOTICE)
DATES = {
    Language.FR: "21 décembre 2026 à 23:59 (heure normale d’Europe centrale)",
    Language.NL: "21 december 2026 om 23:59 (Midden-Europese standaardtijd)",
    Language.EN: "21 December 2026 at 23:59 (Central European Standard Time)",
}
NASTY = ['O\'Neil & "Sons"', "<script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "é" * 255, "🗂 家 عائلة", "%s\\n&amp;"]


def access(**changes: Any) -> AccessParameters:
    values: dict[str, Any] = {
        "firm_name": "Cabinet Martin",
        "given_name": "Léa",
        "family_name": "Dupont",
        "user_name": "lea.dupont",
        "granted_by": "Anne Petit",
        "offers": (dossier("Famille Dupont"),),
        "expires_at": EXPIRES,
    }
    return AccessParameters(**{**values, **changes})


def dossier(name: str, right: Right = Right.READ) -> OfferLine:
    return OfferLine(kind=OfferKind.DOSSIER, dossier_name=name, right=right)


def render(template: Template, language: Language, parameters: AccessParameters | WelcomeParameters) -> Content:
    secret = "the-token" if template in INVITATIONS else None
    return RENDERER.render(template, language, parameters, secret=secret, created_at=CREATED)


def html_of(content: Content) -> str:
    assert content.html is not None
    return content.html


class Reader(HTMLParser):
    """What a reader of the HTML gets: words, tags, links and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: dict[str, list[dict[str, str | None]]] = {}
        self._skip = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.setdefault(tag, []).append(dict(attrs))
        self._skip = tag == "title"
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._skip = False

    def handle_data(self, data: str) -> None:
        if not self._skip:
            self.words.extend(data.split())


every_access = pytest.mark.parametrize(("template", "language"), list(product(ACCESS, Language)))
every_mail = pytest.mark.parametrize(("template", "language"), list(product((*ACCESS, Template.WELCOME), Language)))


def parameters_for(template: Template, **changes: Any) -> AccessParameters | WelcomeParameters:
    if template is Template.WELCOME:
        return WelcomeParameters(given_name="Léa", family_name="Dupont", user_name="lea.dupont")
    return access(**changes)


class TestTwins:
    @every_mail
    def test_text_and_html_say_the_same_words(self, template: Template, language: Language) -> None:
        content = render(template, language, parameters_for(template, custom_text="Bonjour,\nà bientôt"))

        marks = {"-", "--", ">"}
        text_words = [word for word in content.text.split() if word not in marks]
        assert Reader(html_of(content)).words == text_words

    @every_access
    def test_both_name_firm_person_dossiers_and_granter(self, template: Template, language: Language) -> None:
        offers = (dossier("Famille Dupont"), dossier("SCI des Tilleuls", Right.WRITE))
        content = render(template, language, access(offers=offers))

        for twin in (content.text, unescape(html_of(content))):
            for word in ("Cabinet Martin", "Léa Dupont", "Famille Dupont", "SCI des Tilleuls", "lea.dupont"):
                assert word in twin

    @pytest.mark.parametrize(("template", "language"), list(product(INVITATIONS, Language)))
    def test_an_invitation_has_its_link_and_its_last_day_in_words(self, template: Template, language: Language) -> None:
        content = render(template, language, access())

        link = "https://access.example/invitation/the-token"
        for twin in (content.text, html_of(content)):
            assert link in twin
            assert DATES[language] in twin
        assert Reader(html_of(content)).links == [link]

    @pytest.mark.parametrize("language", Language)
    def test_the_notice_and_the_welcome_lead_to_signing_in_and_to_nothing_else(self, language: Language) -> None:
        for template in (Template.ACCESS_NOTICE, Template.WELCOME):
            content = render(template, language, parameters_for(template))

            assert Reader(html_of(content)).links == ["https://access.example/sign-in"]
            assert "/invitation/" not in content.text

    @pytest.mark.parametrize("language", Language)
    def test_the_languages_differ_and_the_templates_too(self, language: Language) -> None:
        subjects = {
            render(template, language, parameters_for(template)).subject for template in (*ACCESS, Template.WELCOME)
        }

        assert len(subjects) == len(ACCESS) + 1


class TestPlurals:
    @pytest.mark.parametrize(
        ("language", "one", "three"),
        [
            (Language.FR, "un dossier", "3 dossiers"),
            (Language.NL, "een dossier", "3 dossiers"),
            (Language.EN, "a dossier", "3 dossiers"),
        ],
    )
    def test_one_dossier_and_several(self, language: Language, one: str, three: str) -> None:
        template = Template.INVITATION_FIRST

        assert one in render(template, language, access()).subject
        assert three in render(template, language, access(offers=tuple(map(dossier, "abc")))).subject

    @pytest.mark.parametrize(
        ("language", "words", "role"),
        [
            (Language.FR, "son espace d’équipe", "comptable"),
            (Language.NL, "de teamomgeving", "boekhouder"),
            (Language.EN, "its team space", "accountant"),
        ],
    )
    def test_a_place_in_the_staff_is_no_dossier(self, language: Language, words: str, role: str) -> None:
        place = OfferLine(kind=OfferKind.FIRM, staff_role="accountant")
        content = render(Template.INVITATION_FIRST, language, access(offers=(place,)))

        assert words in content.subject
        assert role in content.text
        assert "dossier" not in content.subject


class TestGiver:
    @pytest.mark.parametrize("template", [Template.INVITATION_FIRST, Template.INVITATION_ADDED, Template.ACCESS_NOTICE])
    @pytest.mark.parametrize(
        ("language", "named"),
        [
            (Language.FR, "Anne Petit, de {},"),
            (Language.NL, "Anne Petit, van {},"),
            (Language.EN, "Anne Petit, of {},"),
        ],
    )
    def test_a_firm_that_gives_access_itself_is_named_once(
        self, template: Template, language: Language, named: str
    ) -> None:
        firm = "Lambert & Fils"
        by_person = render(template, language, access(firm_name=firm))
        by_firm = render(template, language, access(firm_name=firm, granted_by=firm))

        for person, itself in ((by_person.text, by_firm.text), (html_of(by_person), html_of(by_firm))):
            name = firm if person is by_person.text else "Lambert &amp; Fils"
            assert named.format(name) in person
            assert person.replace(named.format(name), name) == itself


class TestHostileText:
    @every_access
    @pytest.mark.parametrize("name", NASTY)
    def test_whatever_a_person_is_called_is_shown_and_never_run(
        self, template: Template, language: Language, name: str
    ) -> None:
        plain = Reader(html_of(render(template, language, access(custom_text="x"))))
        content = render(
            template,
            language,
            access(
                firm_name=name,
                given_name=name,
                granted_by=name,
                user_name=name,
                custom_text=name,
                offers=(dossier(name),),
            ),
        )
        shown = Reader(html_of(content))

        assert shown.tags == plain.tags
        assert " ".join(name.split()) in " ".join(shown.words)
        assert name in content.text
        assert len(content.subject.splitlines()) == 1
        assert len(content.subject) <= 200

    @pytest.mark.parametrize("language", Language)
    def test_the_granters_words_stay_plain_lines(self, language: Language) -> None:
        content = render(Template.INVITATION_FIRST, language, access(custom_text="Un <b>mot</b>\nhttps://evil.example"))

        assert "> Un <b>mot</b>\n> https://evil.example" in content.text
        assert "Un &lt;b&gt;mot&lt;/b&gt;<br>" in html_of(content)
        assert len(Reader(html_of(content)).links) == 1

    @pytest.mark.parametrize("language", Language)
    def test_without_own_words_no_empty_quotation_remains(self, language: Language) -> None:
        content = render(Template.INVITATION_FIRST, language, access())

        assert "blockquote" not in html_of(content)
        assert "\n>" not in content.text
        assert "\n\n\n" not in content.text


class TestSmallThings:
    def test_a_sealed_link_is_used_as_it_is_and_a_token_becomes_one(self) -> None:
        links = Links("https://access.example")

        assert links.invitation("https://access.example/invitation/abc") == "https://access.example/invitation/abc"
        assert links.invitation("abc") == "https://access.example/invitation/abc"

    @pytest.mark.parametrize(("language", "words"), DATES.items())
    def test_dates_are_in_words_with_their_zone(self, language: Language, words: str) -> None:
        assert in_words(EXPIRES, language, BRUSSELS) == words

    def test_summer_time_is_said(self) -> None:
        assert in_words(CREATED, Language.EN, BRUSSELS) == "1 July 2026 at 10:30 (Central European Summer Time)"
        assert time_of_day(CREATED, BRUSSELS) == "10:30 CEST"
